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
from orders.queries.delivery import (
    Building,
    DeliveryRun,
    Recipient,
    Shortage,
    delivery_run,
    delivery_sheets,
    with_deliveries,
)
from orders.queries.orders import Event, orders_matching, others_at_the_door, timeline, with_goods
from orders.queries.quick import Day, Found, day_of_entries, find_members, last_orders
from orders.queries.receiving import Expected, Received, ReceivingSection, expected, receive, receiving

__all__ = [
    "Building",
    "Day",
    "DeliveryRun",
    "Event",
    "Expected",
    "Found",
    "GroupTakings",
    "PurchaseLine",
    "PurchaseSection",
    "Received",
    "ReceivingSection",
    "Recipient",
    "Shortage",
    "day_of_entries",
    "delivery_run",
    "delivery_sheets",
    "expected",
    "find_members",
    "group_takings",
    "last_orders",
    "leaders_groups",
    "orders_matching",
    "others_at_the_door",
    "products_matching",
    "purchase_list",
    "receive",
    "receiving",
    "states_of",
    "suppliers_matching",
    "timeline",
    "with_deliveries",
    "with_goods",
    "with_goods_count",
    "with_takings",
]
