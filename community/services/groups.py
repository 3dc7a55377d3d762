from datetime import datetime

import pghistory
from django.db import transaction
from django.utils import timezone

from community.models import WECHAT_GROUP_HOLDS, Group, Member, Neighbourhood
from core.models import User


@transaction.atomic
def open_neighbourhood(
    *, name: str, district: str = "", households: int | None = None, by: User, now: datetime
) -> Neighbourhood:
    """Note a residential compound, with the number of its households if known."""
    with pghistory.context(user=by.pk):
        return Neighbourhood.objects.create(name=name.strip(), district=district.strip(), households=households)


@transaction.atomic
def open_group(
    *,
    name: str,
    neighbourhood: Neighbourhood,
    capacity: int = WECHAT_GROUP_HOLDS,
    purpose: str = "",
    opened_by: Member | None = None,
    by: User,
    now: datetime,
) -> Group:
    """Open a group in a neighbourhood on the day `now` falls on in Shanghai. Nobody is in it yet, nobody leads it."""
    with pghistory.context(user=by.pk):
        return Group.objects.create(
            name=name.strip(),
            neighbourhood=neighbourhood,
            capacity=capacity,
            purpose=purpose.strip(),
            opened_on=timezone.localdate(now),
            opened_by=opened_by,
        )


@transaction.atomic
def change_group(
    *, group: Group, name: str, capacity: int, purpose: str, opened_by: Member | None, by: User, now: datetime
) -> Group:
    """Give a group another name, capacity or purpose, or say who opened it.

    Who is in it stays, even where the capacity is now too small. What a plan pays for the opening follows in the next
    run, back to the first day.
    """
    group.name = name.strip()
    group.capacity = capacity
    group.purpose = purpose.strip()
    group.opened_by = opened_by
    with pghistory.context(user=by.pk):
        group.save(update_fields=["name", "capacity", "purpose", "opened_by"])
    return group
