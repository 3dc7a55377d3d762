"""What happened to an order or a line, and whether everything adds up, as tests ask for it."""

from decimal import Decimal

from core.invariants import check
from orders.models import Order, OrderLine, SaleFact


def facts_of(what: Order | OrderLine) -> list[tuple[str, Decimal, int]]:
    """Kind, quantity and fen of each fact, in the order they were recorded."""
    facts = SaleFact.objects.filter(order=what) if isinstance(what, Order) else SaleFact.objects.filter(line=what)
    return list(facts.order_by("pk").values_list("kind", "quantity", "amount_fen"))


def all_is_well() -> bool:
    return not any(finding.count for finding in check())
