import re
from collections.abc import Collection
from functools import reduce
from operator import and_

from django.db.models import Case, OuterRef, Prefetch, Q, QuerySet, Subquery, When

from community.models import Member, Membership
from community.rules.doors import tidy_door
from core.search import named_from, named_like, surest_first, typed

PHONE_TAIL = re.compile("[0-9]{4,}")
HAS_DIGIT = re.compile("[0-9]")
"""Of all doors only those with a number are looked for where every key asks again."""


def matching(members: QuerySet[Member], text: str) -> QuerySet[Member]:
    """Those whose name, pinyin or initials contain `text`, and those behind a door that begins with it."""
    if not (wanted := typed(text)):
        return members
    doors = Membership.objects.current().filter(door__istartswith=tidy_door(wanted)).values("member")
    return members.filter(named_like(wanted) | Q(pk__in=doors))


def names_of_members(ids: Collection[int]) -> dict[int, str]:
    """What the members with these ids are called; one query."""
    return dict(Member.objects.filter(pk__in=ids).values_list("pk", "name"))


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
    door = tidy_door(wanted)
    is_it = Q(member__name__iexact=wanted) | Q(door__iexact=door)
    begins = named_from(wanted, prefix="member__") | Q(door__istartswith=door)
    surest = surest_first(is_it, begins)
    return memberships.filter(_fits(wanted) | every_word).order_by(surest, "door", "member__pinyin", "pk")


def members_found(
    members: QuerySet[Member], memberships: QuerySet[Membership], text: str, *, by_phone: bool
) -> QuerySet[Member]:
    """Members named like `text`, at such a door, or `by_phone` with a number that ends in it, the surest first.

    Several words must all fit: 王 1701. Nothing typed finds nobody. `memberships` are those that may be seen; a member
    has the `door` and `group_name` of one of them, at the door that was asked for if there is one, and their `rank`.
    """
    if not (wanted := typed(text)):
        return members.none()

    def fits(word: str) -> Q:
        like = named_like(word)
        if HAS_DIGIT.search(word):
            like |= Q(pk__in=memberships.filter(_at_door(word)).values("member"))
        if by_phone and PHONE_TAIL.fullmatch(word):
            like |= Q(phone__endswith=word)
        return like

    words = wanted.split()
    found = fits(wanted) if len(words) == 1 else fits(wanted) | reduce(and_, map(fits, words))
    asked_for_first = Case(When(_at_door(wanted) | _at_door(words[-1]), then=0), default=1)
    shown = memberships.filter(member=OuterRef("pk")).order_by(asked_for_first, "pk")
    return (
        members.filter(found)
        .annotate(
            rank=surest_first(Q(name__iexact=wanted), named_from(wanted)),
            door=Subquery(shown.values("door")[:1]),
            group_name=Subquery(shown.values("group__name")[:1]),
        )
        .order_by("rank", "pinyin", "pk")
    )


def _fits(word: str) -> Q:
    return named_like(word, prefix="member__") | _at_door(word)


def _at_door(word: str) -> Q:
    """Memberships at a door that begins with `word`, or whose room does: 3-17, or 1701 alone."""
    door = tidy_door(word)
    return Q(door__istartswith=door) | Q(door__icontains=f"-{door}")
