"""What may be asked about campaigns, orders and deliveries. Money in fen, days in Asia/Shanghai."""

from orders.queries.campaigns import (
    GroupTakings,
    PurchaseLine,
    PurchaseSection,
    group_takings,
    leaders_groups,
    products_matching,
    purchase_list,
    states_of,
    suppliers_matching,
    with_goods_count,
    with_takings,
)
from orders.queries.chains import chains_to_settle, unsettled_chains
from orders.queries.delivery import (
    Building,
    DeliveryRun,
    Recipient,
    Shortage,
    delivery_run,
    delivery_sheets,
    with_deliveries,
)
from orders.queries.finding import Hit, palette_hits
from orders.queries.orders import Event, orders_matching, others_at_the_door, timeline, with_goods
from orders.queries.quick import Day, Found, day_of_entries, find_members, last_orders
from orders.queries.receiving import Expected, Received, ReceivingSection, expected, not_shared, receive, receiving
from orders.queries.sharing import Asked, FellShort, GoodsShort, GroupShort, ShortOffer, fell_short, short_offer
from orders.queries.sorting import Sorted, Sorting, sorting

__all__ = [
    "Asked",
    "Building",
    "Day",
    "DeliveryRun",
    "Event",
    "Expected",
    "FellShort",
    "Found",
    "GoodsShort",
    "GroupShort",
    "GroupTakings",
    "Hit",
    "PurchaseLine",
    "PurchaseSection",
    "Received",
    "ReceivingSection",
    "Recipient",
    "ShortOffer",
    "Shortage",
    "Sorted",
    "Sorting",
    "chains_to_settle",
    "day_of_entries",
    "delivery_run",
    "delivery_sheets",
    "expected",
    "fell_short",
    "find_members",
    "group_takings",
    "last_orders",
    "leaders_groups",
    "not_shared",
    "orders_matching",
    "others_at_the_door",
    "palette_hits",
    "products_matching",
    "purchase_list",
    "receive",
    "receiving",
    "short_offer",
    "sorting",
    "states_of",
    "suppliers_matching",
    "timeline",
    "unsettled_chains",
    "with_deliveries",
    "with_goods",
    "with_goods_count",
    "with_takings",
]
