"""A member's number is shown to somebody who needs it, and that it was shown is kept."""

from datetime import datetime

from django.db import transaction

from community.models import Member, PhoneReveal
from core.models import User


@transaction.atomic
def reveal_phone(*, member: Member, by: User, place: str, now: datetime) -> str:
    """The member's whole number as it is kept, empty without one; who saw it, where and when, is recorded first."""
    if member.phone:
        PhoneReveal.objects.create(member=member, by=by, place=place[:200], at=now)
    return member.phone
