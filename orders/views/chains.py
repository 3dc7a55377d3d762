"""Which campaigns take orders in which groups: what every way of taking orders in begins with."""

from dataclasses import dataclass
from datetime import datetime

from community.models import Group
from core.models import User
from orders.models import Campaign
from orders.queries import with_takings


@dataclass(frozen=True, slots=True)
class Chain:
    """A campaign in one of its groups: where orders go in."""

    campaign: Campaign
    group: Group

    @property
    def key(self) -> str:
        return f"{self.campaign.pk}-{self.group.pk}"


def chains_for(user: User, now: datetime) -> list[Chain]:
    """Every chain this person may take orders into now, the next cut-off first."""
    visible = set(Group.objects.visible_to(user).values_list("pk", flat=True))
    campaigns = with_takings(Campaign.objects.visible_to(user).taking_orders(now)).order_by("cuts_off_at")
    return [
        Chain(campaign, group)
        for campaign in campaigns.prefetch_related("groups")
        for group in campaign.groups.all()
        if group.pk in visible
    ]
