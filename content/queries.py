"""What may be asked about pieces and what their links brought. Days are Asia/Shanghai, money in fen."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from community.models import Group
from content.models import Publication
from orders.enums import LinkBasis, OrderState
from orders.models import Order


@dataclass(frozen=True, slots=True)
class Cell:
    """What is said in one group on one day."""

    day: date
    publications: Sequence[Publication]


@dataclass(frozen=True, slots=True)
class Row:
    """One group's week, Monday to Sunday."""

    group: Group
    cells: Sequence[Cell]


def week_from(monday: date) -> list[date]:
    return [monday + timedelta(days=number) for number in range(7)]


def week_of(groups: Iterable[Group], *, days: Sequence[date]) -> list[Row]:
    """Who says what in which group on which of the days; one query, each publication with its `clicks`."""
    groups = list(groups)
    said: dict[tuple[int, date], list[Publication]] = {}
    publications = with_clicks(Publication.objects.filter(group__in=groups, day__range=(days[0], days[-1])))
    for publication in publications.select_related("piece__ip").order_by("pk"):
        said.setdefault((publication.group_id, publication.day), []).append(publication)
    return [Row(group, [Cell(day, said.get((group.pk, day), [])) for day in days]) for group in groups]


def with_clicks(publications: QuerySet[Publication]) -> QuerySet[Publication]:
    """Publications with `clicks`, how often their link was opened in all."""
    return publications.annotate(clicks=Coalesce(Sum("click_days__clicks"), 0))


@dataclass(frozen=True, slots=True)
class Credited:
    """What is credited to one publication: orders by basis, and what they come to."""

    opened: int
    window: int
    sales_fen: int

    @property
    def orders(self) -> int:
        return self.opened + self.window


def credited_to(publication: Publication) -> Credited:
    """Orders that were not cancelled and are credited to this link, in fen after shortages and refunds; one query."""
    orders = Order.objects.filter(link_code=publication.code).exclude(state=OrderState.CANCELLED)
    owed = F("lines__amount_fen") + F("lines__corrected_fen")
    net = owed - F("lines__short_fen") - F("lines__refunded_fen")
    found = orders.aggregate(
        opened=Count("pk", filter=Q(link_basis=LinkBasis.OPENED), distinct=True),
        window=Count("pk", filter=Q(link_basis=LinkBasis.WINDOW), distinct=True),
        sales_fen=Coalesce(Sum(net), 0),
    )
    return Credited(**found)
