"""Complaints: which wait, what became of them, and how an order's timeline tells it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Min, Prefetch, QuerySet, Sum
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.models import User
from orders.models import Complaint, ComplaintDecision, Order

TOLD_FOR = timedelta(days=3)
"""So long a leader's day begins with what was decided about the own complaints."""
TOLD = 5


@dataclass(frozen=True, slots=True)
class ComplaintsWaiting:
    """How many complaints wait to be settled, what they ask for in fen, and since when the first waits."""

    number: int
    amount_fen: int
    since: datetime | None


def complaints_waiting(user: User) -> ComplaintsWaiting:
    """One query."""
    waiting = Complaint.objects.visible_to(user).open()
    return ComplaintsWaiting(
        **waiting.aggregate(number=Count("pk"), amount_fen=Sum("amount_fen", default=0), since=Min("at"))
    )


def with_story(complaints: QuerySet[Complaint]) -> QuerySet[Complaint]:
    """Complaints with the goods, whose order it is, who proposed and what was decided; two queries."""
    decisions = ComplaintDecision.objects.select_related("by", "refund")
    people = ("line__offer", "line__order__member", "line__order__group", "line__order__campaign", "by")
    return complaints.select_related(*people).prefetch_related(Prefetch("decisions", decisions))


def complaints_of(order: Order) -> list[Complaint]:
    """Everything that was complained about an order, the latest first."""
    return list(with_story(Complaint.objects.filter(line__order=order)).order_by("-pk"))


def decided_lately(user: User, now: datetime) -> list[Complaint]:
    """What was decided in the last days about complaints this person made, the latest first."""
    complaints = Complaint.objects.visible_to(user).filter(by=user, decisions__at__gt=now - TOLD_FOR)
    return list(with_story(complaints).order_by("-decisions__at")[:TOLD])


@dataclass(frozen=True, slots=True)
class Complained:
    """A complaint on the timeline of its order: proposed, or refused. A refund is a fact and tells itself."""

    label: str | Promise
    at: datetime
    by: User
    reason: str
    complaint: Complaint


def told(complaints: Iterable[Complaint]) -> Iterator[Complained]:
    for one in complaints:
        yield Complained(_("Refund proposed"), one.at, one.by, one.why, one)
        if one.decision and not one.decision.refund:
            yield Complained(_("Not refunded"), one.decision.at, one.decision.by, one.decision.reason, one)
