"""Which pasted chains still wait for somebody to settle and confirm them."""

from datetime import datetime

from django.db.models import Case, Exists, OuterRef, Q, QuerySet, When

from core.models import User
from orders.enums import PasteState
from orders.models import UNDO_WITHIN, Campaign, Paste


def unsettled_chains(user: User, now: datetime) -> QuerySet[Paste]:
    """The drafts whose campaign takes orders, the next cut-off first. What was pasted anew since waits no more."""
    newer = Paste.objects.filter(campaign=OuterRef("campaign"), group=OuterRef("group"), pk__gt=OuterRef("pk"))
    drafts = Paste.objects.visible_to(user).filter(
        ~Exists(newer), state=PasteState.DRAFT, campaign__in=Campaign.objects.taking_orders(now)
    )
    return drafts.order_by("campaign__cuts_off_at", "pk")


def recent_pastes(user: User, now: datetime) -> QuerySet[Paste]:
    """The drafts to go on with, each person's newest of a chain, and the batches that can be undone; own first."""
    anew = Paste.objects.filter(
        campaign=OuterRef("campaign"), group=OuterRef("group"), pasted_by=OuterRef("pasted_by"), pk__gt=OuterRef("pk")
    )
    draft = Q(~Exists(anew), state=PasteState.DRAFT)
    to_undo = Q(state=PasteState.APPLIED, applied_at__gte=now - UNDO_WITHIN)
    pastes = Paste.objects.visible_to(user).filter(draft | to_undo, campaign__in=Campaign.objects.taking_orders(now))
    own_first = Case(When(pasted_by=user, then=0), default=1)
    return pastes.select_related("campaign", "group").order_by(own_first, "-pk")


def chains_to_settle(*, user: User, now: datetime) -> int:
    """How many of them an operator sees beside "Orders and jielong"; 0, unasked, for anybody else."""
    return unsettled_chains(user, now).count() if user.is_operator else 0
