"""今日 of a leader: what runs in the own groups, what waits to be confirmed or delivered."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from community.models import Group
from core.access import SignedInRequest, leader_only
from core.http import render_page
from orders.enums import UNDER_WAY, CampaignState, PasteState
from orders.models import Campaign, Offer, Paste
from orders.queries import decided_lately, standing, unopened_packets, with_deliveries, with_takings, with_terms
from orders.terms import progress_of
from orders.texts import announcement

DRAFTS = 5
"""Pastes that wait to be confirmed are shown, the newest first, up to so many."""


@dataclass(frozen=True, slots=True)
class Running:
    """A campaign that takes orders: the text to post, and how far what has a minimum or a ladder has come."""

    campaign: Campaign
    text: str
    progress: list[tuple[Offer, list[str]]]

    @classmethod
    def of(cls, campaign: Any) -> "Running":
        """From a campaign with its `goods`."""
        goods = [standing(offer) for offer in campaign.goods]
        progress = [(one.offer, progress_of(one)) for one in goods]
        return cls(campaign, announcement(campaign, goods), [(offer, said) for offer, said in progress if said])


@require_safe
@leader_only
def leader_today(request: SignedInRequest) -> HttpResponse:
    """What a leader has to do today: take orders, settle what was pasted, deliver."""
    now = timezone.now()
    groups = Group.objects.visible_to(request.user)
    own_groups = Prefetch("groups", groups, to_attr="own_groups")
    campaigns = Campaign.objects.visible_to(request.user).prefetch_related(own_groups)
    goods = Prefetch("offers", with_terms(Offer.objects.order_by("position", "pk")), to_attr="goods")
    running = campaigns.filter(state=CampaignState.OPEN, cuts_off_at__gt=now).prefetch_related(goods)
    to_deliver = with_deliveries(campaigns.filter(state__in=UNDER_WAY), groups)
    context = {
        "now": now,
        "groups": groups,
        "running": [Running.of(one) for one in with_takings(running, groups=groups).order_by("cuts_off_at", "pk")],
        "to_deliver": to_deliver.order_by("delivers_on", "pk"),
        "decided": decided_lately(request.user, now),
        "packets": unopened_packets(groups, now=now),
        "drafts": waiting_drafts(Paste.objects.visible_to(request.user), running),
    }
    return render_page(request, "orders/leader_today.html", context)


def waiting_drafts(pastes: QuerySet[Paste], campaigns: QuerySet[Campaign]) -> QuerySet[Paste]:
    """What was pasted into these campaigns and not confirmed yet."""
    drafts = pastes.filter(state=PasteState.DRAFT, campaign__in=campaigns.order_by().values("pk"))
    return drafts.select_related("campaign", "group").order_by("-pk")[:DRAFTS]
