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
from orders.queries.offers import Share, Standing, standing, standings, with_terms
from orders.queries.orders import Event, orders_matching, others_at_the_door, timeline, with_goods
from orders.queries.quick import Day, Found, day_of_entries, find_members, last_orders
from orders.queries.results import CalledOff, Lost, Results, Settled, results_of

__all__ = [
    "Building",
    "CalledOff",
    "Day",
    "DeliveryRun",
    "Event",
    "Found",
    "GroupTakings",
    "Lost",
    "PurchaseLine",
    "PurchaseSection",
    "Recipient",
    "Results",
    "Settled",
    "Share",
    "Shortage",
    "Standing",
    "day_of_entries",
    "delivery_run",
    "delivery_sheets",
    "find_members",
    "group_takings",
    "last_orders",
    "leaders_groups",
    "orders_matching",
    "others_at_the_door",
    "products_matching",
    "purchase_list",
    "results_of",
    "standing",
    "standings",
    "states_of",
    "suppliers_matching",
    "timeline",
    "with_deliveries",
    "with_goods",
    "with_goods_count",
    "with_takings",
    "with_terms",
]
