"""What may be asked about campaigns, orders and deliveries. Money in fen, days in Asia/Shanghai."""

from orders.queries.campaigns import (
    GroupTakings,
    PurchaseLine,
    group_takings,
    leaders_groups,
    products_matching,
    purchase_list,
    states_of,
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
from orders.queries.orders import Event, orders_matching, timeline, with_goods
from orders.queries.quick import Day, Found, day_of_entries, find_members, last_orders

__all__ = [
    "Building",
    "Day",
    "DeliveryRun",
    "Event",
    "Found",
    "GroupTakings",
    "PurchaseLine",
    "Recipient",
    "Shortage",
    "day_of_entries",
    "delivery_run",
    "delivery_sheets",
    "find_members",
    "group_takings",
    "last_orders",
    "leaders_groups",
    "orders_matching",
    "products_matching",
    "products_matching",
    "purchase_list",
    "states_of",
    "timeline",
    "with_deliveries",
    "with_goods",
    "with_takings",
]
