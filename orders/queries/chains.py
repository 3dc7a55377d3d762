"""Which pasted chains still wait for somebody to settle and confirm them."""

from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet

from core.models import User
from orders.enums import PasteState
from orders.models import Campaign, Paste


def unsettled_chains(user: User, now: datetime) -> QuerySet[Paste]:
    """The drafts whose campaign takes orders, the next cut-off first. What was pasted anew since waits no more."""
    newer = Paste.objects.filter(campaign=OuterRef("campaign"), group=OuterRef("group"), pk__gt=OuterRef("pk"))
    drafts = Paste.objects.visible_to(user).filter(
        ~Exists(newer), state=PasteState.DRAFT, campaign__in=Campaign.objects.taking_orders(now)
    )
    return drafts.order_by("campaign__cuts_off_at", "pk")


def chains_to_settle(*, user: User, now: datetime) -> int:
    """How many of them an operator sees beside "Orders and jielong"; 0, unasked, for anybody else."""
    return unsettled_chains(user, now).count() if user.is_operator else 0
