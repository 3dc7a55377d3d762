from datetime import datetime

from django.db.models import Count, F, Max, OuterRef, Q, QuerySet, Subquery, TextChoices
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from community.models import Group, LeaderAssignment, Membership
from core.search import named_like, typed


class GroupView(TextChoices):
    """Which groups a list shows: every one, or those that need something."""

    ALL = "", _("All")
    UNLED = "unled", _("Without a leader")
    FULL = "full", _("Full")


SHOWN: dict[GroupView, Q] = {
    GroupView.ALL: Q(),
    GroupView.UNLED: Q(leader_name=None),
    GroupView.FULL: Q(seats_left__lte=0),
}


SORTED_BY = {"name": "pinyin", "members": "members", "left": "seats_left", "campaign": "last_campaign_at"}


def with_figures(groups: QuerySet[Group], *, now: datetime) -> QuerySet[Group]:
    """Groups with `members`, `seats_left`, `leader_name` and `leader_id` today, and `last_campaign_at`.

    `seats_left` is negative when more are in the group than it holds. Campaigns belong to the floor above: the
    database knows the relation by its name, no import points up.
    """
    members = Membership.objects.current().filter(group=OuterRef("pk")).order_by().values("group")
    leading = LeaderAssignment.objects.filter(group=OuterRef("pk"), span__contains=timezone.localdate(now))
    opened = Group.objects.filter(pk=OuterRef("pk"), campaigns__opens_at__lte=now).order_by().values("pk")
    return groups.annotate(
        members=Coalesce(Subquery(members.annotate(n=Count("pk")).values("n")), 0),
        seats_left=F("capacity") - F("members"),
        leader_id=Subquery(leading.values("leader")[:1]),
        leader_name=Subquery(leading.values("leader__name")[:1]),
        last_campaign_at=Subquery(opened.annotate(at=Max("campaigns__opens_at")).values("at")),
    )


def groups_matching(groups: QuerySet[Group], text: str) -> QuerySet[Group]:
    """Those whose own name or whose neighbourhood's contains `text`, by character, pinyin or initials."""
    return groups.filter(named_like(text) | named_like(text, prefix="neighbourhood__")) if typed(text) else groups


def in_order(groups: QuerySet[Group], sort: str) -> QuerySet[Group]:
    """Groups (with their figures) by one of SORTED_BY, downwards with a leading minus; by name otherwise."""
    key = F(SORTED_BY.get(sort.removeprefix("-"), "pinyin"))
    return groups.order_by(key.desc(nulls_last=True) if sort.startswith("-") else key.asc(nulls_last=True), "pk")


def shown_in(groups: QuerySet[Group], view: str) -> QuerySet[Group]:
    """Those of the groups (with their figures) a view shows; an unknown view shows all."""
    return groups.filter(SHOWN[GroupView(view)]) if view in GroupView.values else groups


def groups_by_view(groups: QuerySet[Group]) -> dict[str, int]:
    """How many of these groups (with their figures) each view shows; one query."""
    counts = {view.name: Count("pk", filter=SHOWN[view]) if SHOWN[view] else Count("pk") for view in GroupView}
    return {GroupView[name].value: number for name, number in groups.aggregate(**counts).items()}
