"""A campaign's life: planned, opened, cut off, closed. Each step one guarded statement."""

from collections.abc import Collection
from datetime import date, datetime
from secrets import choice

from django.db import transaction
from django.utils.translation import gettext as _

from community.models import Group
from core.errors import DomainError
from core.models import User
from core.violations import refusing
from orders.enums import UNDER_WAY, CampaignState, PlusOne
from orders.models import Campaign, GroupStock
from orders.services.settling import call_off, settle_offers

CODE_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"
"""No look-alikes: a code is read aloud and typed."""
CODE_LENGTH = 8


class CampaignNotReady(DomainError):
    """The campaign lacks something it needs to open."""


class CampaignNotOpen(DomainError):
    """The step does not follow from the state the campaign is in."""


def new_code() -> str:
    return "".join(choice(CODE_LETTERS) for _letter in range(CODE_LENGTH))


@transaction.atomic
def create_campaign(
    *,
    title: str,
    groups: Collection[Group],
    opens_at: datetime,
    cuts_off_at: datetime,
    delivers_on: date,
    by: User,
    plus_one: str = PlusOne.ADD,
    default_quantity: bool = True,
) -> Campaign:
    """Plan a campaign as a draft; only operators see it until it is opened."""
    with refusing(cut_off_before_opening()):
        campaign = Campaign.objects.create(
            title=title,
            code=new_code(),
            opens_at=opens_at,
            cuts_off_at=cuts_off_at,
            delivers_on=delivers_on,
            plus_one=plus_one,
            default_quantity=default_quantity,
            created_by=by,
        )
        campaign.groups.set(groups)
    return campaign


@transaction.atomic
def change_campaign(
    *,
    campaign: Campaign,
    title: str,
    groups: Collection[Group],
    opens_at: datetime,
    cuts_off_at: datetime,
    delivers_on: date,
    plus_one: str = PlusOne.ADD,
    default_quantity: bool = True,
) -> Campaign:
    """Plan a draft differently. What has been opened is what people were told, and stays."""
    campaign = Campaign.objects.select_for_update().get(pk=campaign.pk)
    if campaign.state != CampaignState.DRAFT:
        raise CampaignNotOpen(_("The campaign has been opened; its plan stays as it was announced."))
    planned = {
        "title": title,
        "opens_at": opens_at,
        "cuts_off_at": cuts_off_at,
        "delivers_on": delivers_on,
        "plus_one": plus_one,
        "default_quantity": default_quantity,
    }
    for field, value in planned.items():
        setattr(campaign, field, value)
    with refusing(cut_off_before_opening()):
        campaign.save(update_fields=planned.keys())
    campaign.groups.set(groups)
    GroupStock.objects.filter(offer__campaign=campaign).exclude(group__in=groups).delete()
    return campaign


def cut_off_before_opening() -> dict[str, DomainError]:
    return {"campaign_cuts_off_after_opening": CampaignNotReady(_("The cut-off comes after the opening."))}


@transaction.atomic
def open_campaign(*, campaign: Campaign, now: datetime) -> Campaign:
    """Let orders in from `opens_at` on. A campaign needs an offer, a group and a cut-off still to come."""
    campaign = Campaign.objects.select_for_update().get(pk=campaign.pk)
    if campaign.state != CampaignState.DRAFT:
        raise CampaignNotOpen(_("Only a draft can be opened; this campaign is already further."))
    if not campaign.offers.exists():
        raise CampaignNotReady(_("Add at least one product before opening."))
    if not campaign.groups.exists():
        raise CampaignNotReady(_("Choose at least one group before opening."))
    if campaign.cuts_off_at <= now:
        raise CampaignNotReady(_("The cut-off has already passed. Choose a later one."))
    campaign.state = CampaignState.OPEN
    campaign.save(update_fields=["state"])
    return campaign


@transaction.atomic
def cut_off(*, campaign: Campaign, by: User | None, now: datetime) -> None:
    """End the taking of orders now. Orders under way are in or are refused; nothing comes in between.

    In the same moment offers below their minimum are called off and ladders settle.
    """
    done = Campaign.objects.filter(pk=campaign.pk, state=CampaignState.OPEN).update(
        state=CampaignState.CUT_OFF, cut_off_at=now, cut_off_by=by
    )
    if not done:
        raise CampaignNotOpen(_("Only an open campaign can be cut off."))
    settle_offers([campaign.pk], by=by, now=now)


@transaction.atomic
def cut_off_due(*, now: datetime) -> int:
    """Cut off every campaign whose clock has run out, however long ago; returns how many."""
    due = Campaign.objects.filter(state=CampaignState.OPEN, cuts_off_at__lte=now)
    ids = list(due.select_for_update().order_by("pk").values_list("pk", flat=True))
    Campaign.objects.filter(pk__in=ids).update(state=CampaignState.CUT_OFF, cut_off_at=now)
    settle_offers(ids, by=None, now=now)
    return len(ids)


@transaction.atomic
def cancel_campaign(*, campaign: Campaign, reason: str, by: User, now: datetime) -> None:
    """Call the whole campaign off: every order is cancelled, with the reason. Nothing may have been delivered."""
    if not reason.strip():
        raise CampaignNotReady(_("Say why: those who ordered will ask."))
    campaign = Campaign.objects.select_for_update().get(pk=campaign.pk)
    if campaign.state in {CampaignState.CLOSED, CampaignState.CANCELLED}:
        raise CampaignNotOpen(_("The campaign is over and cannot be called off."))
    too_late = CampaignNotReady(_("Something of it is delivered or fell short already. Refund instead."))
    if campaign.state == CampaignState.DELIVERING:
        raise too_late
    campaign.state = CampaignState.CANCELLED
    campaign.save(update_fields=["state"])
    with refusing({"line_delivers_no_more_than_was_ordered": too_late}):
        call_off([campaign.pk], reason=reason.strip(), by=by, now=now, everything=True)


def mark_purchased(*, campaign: Campaign) -> None:
    """The goods are ordered from the suppliers."""
    step(campaign, {CampaignState.CUT_OFF}, CampaignState.PURCHASED, _("Goods are bought once, after the cut-off."))


def mark_arrived(*, campaign: Campaign) -> None:
    """The goods are here. Whoever does not record the purchase goes here straight from the cut-off."""
    before = {CampaignState.CUT_OFF, CampaignState.PURCHASED}
    step(campaign, before, CampaignState.ARRIVED, _("Goods arrive once, after the cut-off and before the delivery."))


def step(campaign: Campaign, before: Collection[CampaignState], after: CampaignState, refusal: str) -> None:
    """One guarded statement; the history keeps who took the step."""
    if not Campaign.objects.filter(pk=campaign.pk, state__in=before).update(state=after):
        raise CampaignNotOpen(refusal)


@transaction.atomic
def close_campaign(*, campaign: Campaign) -> None:
    """Put a campaign away once nothing of it is outstanding."""
    campaign = Campaign.objects.select_for_update().get(pk=campaign.pk)
    if campaign.state not in UNDER_WAY:
        raise CampaignNotOpen(_("A campaign is closed after its cut-off."))
    outstanding = campaign.orders.filter(state="placed").count()
    if outstanding:
        raise CampaignNotReady(
            _("%(count)s orders are still outstanding. Deliver them or record what fell short.")
            % {"count": outstanding}
        )
    campaign.state = CampaignState.CLOSED
    campaign.save(update_fields=["state"])
