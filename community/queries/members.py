from django.db.models import Prefetch, Q, QuerySet

from community.models import Member, Membership
from community.rules.doors import tidy_door
from core.search import named_like, typed


def matching(members: QuerySet[Member], text: str) -> QuerySet[Member]:
    """Those whose name, pinyin or initials contain `text`, and those behind a door that begins with it."""
    if not (wanted := typed(text)):
        return members
    doors = Membership.objects.current().filter(door__istartswith=tidy_door(wanted)).values("member")
    return members.filter(named_like(wanted) | Q(pk__in=doors))


def with_doors(members: QuerySet[Member]) -> QuerySet[Member]:
    """Members with `current_memberships`, each with its group, in two queries whatever their number."""
    current = Membership.objects.current().select_related("group").order_by("group__pinyin", "pk")
    return members.prefetch_related(Prefetch("memberships", queryset=current, to_attr="current_memberships"))
