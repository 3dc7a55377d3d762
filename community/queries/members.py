from functools import reduce
from operator import and_

from django.db.models import Case, Prefetch, Q, QuerySet, When

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


def memberships_matching(memberships: QuerySet[Membership], text: str) -> QuerySet[Membership]:
    """Those whose member is named like `text` or whose door it is (3-17, or 1701 alone), the surest first.

    Several words must all fit: 王 1701. Nothing typed finds nobody.
    """
    if not (wanted := typed(text)):
        return memberships.none()
    every_word = reduce(and_, (_fits(word) for word in wanted.split()))
    letters, door = wanted.replace(" ", "").lower(), tidy_door(wanted)
    is_it = Q(member__name__iexact=wanted) | Q(door__iexact=door)
    begins = (
        Q(member__name__istartswith=wanted)
        | Q(member__pinyin__startswith=letters)
        | Q(member__pinyin__contains=f" {letters}")
        | Q(door__istartswith=door)
    )
    surest = Case(When(is_it, then=0), When(begins, then=1), default=2)
    return memberships.filter(_fits(wanted) | every_word).order_by(surest, "door", "member__pinyin", "pk")


def _fits(word: str) -> Q:
    door = tidy_door(word)
    return named_like(word, prefix="member__") | Q(door__istartswith=door) | Q(door__icontains=f"-{door}")
