"""Fission campaigns: planned as a draft, started for good, ended."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.translation import gettext as _

from community.models import Group
from core.errors import DomainError
from core.models import User
from core.violations import refusing
from referrals.enums import FissionState, RewardKind
from referrals.models import EarlyTier, FissionCampaign, FissionGroup
from referrals.rules.rewards import Tier


class FissionRefused(DomainError):
    """The terms do not make a campaign: a side gets nothing, a coupon is unusable, or somebody more than the sale."""


class FissionIsFrozen(DomainError):
    """It has been started: nothing of it changes any more."""


@dataclass(frozen=True, slots=True)
class Gift:
    """What one side gets, in fen; a coupon is for orders from `least_fen` and valid for so many days."""

    kind: RewardKind
    amount_fen: int
    least_fen: int = 0
    valid_days: int = 0


@dataclass(frozen=True, slots=True)
class FissionTerms:
    """What a campaign says. Money in fen, days inclusive in Asia/Shanghai; no groups is all of them."""

    name: str
    first_day: date
    last_day: date
    budget_fen: int
    threshold_fen: int
    hold_days: int
    newcomer: Gift
    referrer: Gift
    tiers: Sequence[Tier] = ()
    groups: Collection[Group] = ()


def plan_fission(*, terms: FissionTerms, by: User, now: datetime) -> FissionCampaign:
    """Write down a campaign as a draft. Raises FissionRefused."""
    return save(FissionCampaign(made_by=by, made_at=now), terms)


def change_fission(*, campaign: FissionCampaign, terms: FissionTerms) -> FissionCampaign:
    """Write a draft anew. Raises FissionRefused, FissionIsFrozen."""
    return save(campaign, terms)


@transaction.atomic
def save(campaign: FissionCampaign, terms: FissionTerms) -> FissionCampaign:
    campaign.name = terms.name
    campaign.span = DateRange(terms.first_day, terms.last_day + timedelta(days=1))
    campaign.budget_fen, campaign.threshold_fen = terms.budget_fen, terms.threshold_fen
    campaign.hold_days = terms.hold_days
    for side, gift in (("newcomer", terms.newcomer), ("referrer", terms.referrer)):
        setattr(campaign, f"{side}_kind", gift.kind)
        setattr(campaign, f"{side}_fen", gift.amount_fen)
        setattr(campaign, f"{side}_least_fen", gift.least_fen)
        setattr(campaign, f"{side}_valid_days", gift.valid_days)
    with refusing(refusals()):
        campaign.save()
        FissionGroup.objects.filter(campaign=campaign).delete()
        FissionGroup.objects.bulk_create(FissionGroup(campaign=campaign, group=group) for group in terms.groups)
        campaign.tiers.all().delete()
        EarlyTier.objects.bulk_create(
            EarlyTier(campaign=campaign, upto=tier.upto, extra_fen=tier.extra_fen) for tier in terms.tiers
        )
    return campaign


@transaction.atomic
def start_fission(*, campaign: FissionCampaign, by: User, now: datetime) -> None:
    """Let it reward from now on; its terms are frozen. Raises FissionRefused, FissionIsFrozen."""
    with refusing(refusals()):
        move(campaign, FissionState.DRAFT, state=FissionState.RUNNING, started_by=by, started_at=now)


@transaction.atomic
def end_fission(*, campaign: FissionCampaign, by: User, now: datetime) -> None:
    """Grant nothing new from now on; what is granted goes on to be made available or taken back."""
    move(campaign, FissionState.RUNNING, state=FissionState.ENDED, ended_by=by, ended_at=now)


@transaction.atomic
def discard_fission(*, campaign: FissionCampaign) -> None:
    """Throw a draft away. Raises FissionIsFrozen."""
    with refusing(refusals()):
        campaign.delete()


def move(campaign: FissionCampaign, since: FissionState, **changes: object) -> None:
    """Raises FissionIsFrozen when it is not where it was seen."""
    if not FissionCampaign.objects.filter(pk=campaign.pk, state=since).update(**changes):
        raise frozen()


def frozen() -> FissionIsFrozen:
    return FissionIsFrozen(_("This campaign was started or ended meanwhile. Nothing was changed; look again."))


def refusals() -> dict[str, DomainError]:
    unusable = _("A coupon is for orders worth at least as much as it, and valid for 1 to 366 days.")
    too_much = _("Who refers, the early ones too, gets no more than the order comes to: raise “order from”.")
    return {
        "both_sides_get_something": FissionRefused(
            _("Both sides get something, and the budget pays for one pair at least.")
        ),
        "newcomer_coupon_has_a_least_order_and_days": FissionRefused(unusable),
        "referrer_coupon_has_a_least_order_and_days": FissionRefused(unusable),
        "nothing_per_head": FissionRefused(too_much),
        "referrer_gets_no_more_than_the_sale": FissionRefused(too_much),
        "hold_is_up_to_ninety_days": FissionRefused(_("A reward is held back for 90 days at most.")),
        "running_fission_campaign_is_frozen": frozen(),
    }
