"""What 今日 says there is to do, and what comes next: facts put into words, each with the place where it is done."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.models import User
from core.money import format_yuan
from insights.queries import todos as waiting
from insights.queries.todos import Campaigning, SeedsDue, Unsettled
from insights.views.figures import moment
from orders.enums import UNDER_WAY, CampaignState
from orders.queries import ComplaintsWaiting, complaints_waiting
from referrals.queries import runs_to_review

LISTED = 5
"""Overdue campaigns, and things that come next, are listed up to so many."""
MIDNIGHT = time.min


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to do or to look at: what, its figures, the next step (`action`) and where it is taken.

    `tone` colours the icon: brand, warn, accent or nothing.
    """

    icon: str
    tone: str
    title: str
    text: str
    action: str
    url: str


@dataclass(frozen=True, slots=True)
class Coming:
    """Something that happens today or tomorrow: when, what, for how many orders."""

    when: str
    title: str
    note: str
    url: str


def todos(*, user: User, at_hand: Sequence[Campaigning], quiet: int, now: datetime) -> list[Item]:
    """What waits, by whose work it is: chains and campaigns for the operator, runs and jobs for the admin."""
    items: list[Item] = []
    if user.is_operator:
        items += _chains(waiting.unsettled(user=user, now=now), now)
        items += _complaints(complaints_waiting(user), now)
        items += [_overdue(one) for one in at_hand if _is_overdue(one, now)][:LISTED]
        items += [_shortage(one) for one in at_hand if one.short and one.state in UNDER_WAY][:LISTED]
    if user.is_admin:
        items += _runs(runs_to_review(user=user, now=now))
        items += _dead_jobs(waiting.dead_jobs(user=user))
    items += _seeds(waiting.seeds_due(user=user, now=now))
    items += _quiet_groups(quiet)
    return items


def coming(at_hand: Sequence[Campaigning], now: datetime) -> list[Coming]:
    """The cut-offs and deliveries of today and tomorrow as they follow; a delivery has a day and no hour."""
    events = [event for campaign in at_hand for event in _events(campaign, now)]
    return [one for _at, one in sorted(events, key=lambda event: event[0])][:LISTED]


def when(at: datetime, now: datetime) -> str:
    """A moment ahead as people say it: 20:00, tomorrow 20:00, or with its day."""
    local = timezone.localtime(at)
    if local.date() == timezone.localdate(now) + timedelta(days=1):
        return _("tomorrow %(time)s") % {"time": f"{local:%H:%M}"}
    return moment(at, now)


def _chains(chains: Sequence[Unsettled], now: datetime) -> Iterator[Item]:
    if not chains:
        return
    first = chains[0]
    title = ngettext(
        "%(number)s pasted chain is not confirmed", "%(number)s pasted chains are not confirmed", len(chains)
    )
    told = {"group": first.group, "campaign": first.campaign, "at": when(first.cuts_off_at, now)}
    yield Item(
        "circle-alert",
        "warn",
        title % {"number": len(chains)},
        _("%(group)s · %(campaign)s, closes %(at)s") % told,
        _("Settle"),
        reverse("orders:jielong_preview", args=[first.paste_id]),
    )


def _complaints(waiting: ComplaintsWaiting, now: datetime) -> Iterator[Item]:
    if waiting.since is None:
        return
    title = ngettext("%(number)s complaint to settle", "%(number)s complaints to settle", waiting.number)
    told = {"amount": format_yuan(waiting.amount_fen), "since": moment(waiting.since, now)}
    yield Item(
        "message-circle",
        "warn",
        title % {"number": waiting.number},
        _("¥%(amount)s asked back, the first since %(since)s") % told,
        _("Settle"),
        reverse("orders:complaint_list"),
    )


def _is_overdue(campaign: Campaigning, now: datetime) -> bool:
    return campaign.state in UNDER_WAY and campaign.delivers_on < timezone.localdate(now)


def _overdue(campaign: Campaigning) -> Item:
    text = ngettext("%(number)s order, due %(day)s", "%(number)s orders, due %(day)s", campaign.waiting)
    return Item(
        "truck",
        "accent",
        _("%(title)s is not delivered") % {"title": campaign.title},
        text % {"number": campaign.waiting, "day": _day(campaign.delivers_on)},
        _("Deliver"),
        reverse("orders:delivery_run", args=[campaign.campaign_id]),
    )


def _shortage(campaign: Campaigning) -> Item:
    title = ngettext(
        "%(title)s: %(number)s order lacks something", "%(title)s: %(number)s orders lack something", campaign.short
    )
    return Item(
        "package",
        "warn",
        title % {"title": campaign.title, "number": campaign.short},
        _("Tell them before you deliver; the list is there to copy."),
        _("See the list"),
        reverse("orders:delivery_run", args=[campaign.campaign_id]) + "#shortages",
    )


def _runs(number: int) -> Iterator[Item]:
    if number:
        title = ngettext("%(number)s commission run to review", "%(number)s commission runs to review", number)
        text = _("Somebody else made them; you may approve.")
        yield Item("wallet", "brand", title % {"number": number}, text, _("Review"), reverse("referrals:run_list"))


def _dead_jobs(number: int) -> Iterator[Item]:
    if number:
        title = ngettext("%(number)s job gave up", "%(number)s jobs gave up", number) % {"number": number}
        text = _("Nothing is lost: see why, then start it again.")
        yield Item("triangle-alert", "accent", title, text, _("Go and see"), reverse("core:job_list"))


def _seeds(due: SeedsDue | None) -> Iterator[Item]:
    if due:
        title = ngettext("%(number)s seed user to talk to", "%(number)s seed users to talk to", due.number)
        told = {"day": _day(due.since), "names": _(", ").join(due.names)}
        yield Item(
            "message-circle",
            "accent",
            title % {"number": due.number},
            _("Waiting since %(day)s: %(names)s") % told,
            _("See them"),
            reverse("community:seed_board"),
        )


def _quiet_groups(number: int) -> Iterator[Item]:
    if number:
        title = ngettext(
            "%(number)s group without orders for 7 days", "%(number)s groups without orders for 7 days", number
        )
        text = _("Plan something that warms them up.")
        yield Item("moon", "", title % {"number": number}, text, _("See the groups"), "?health=quiet#groups")


def _events(campaign: Campaigning, now: datetime) -> Iterator[tuple[tuple[date, time], Coming]]:
    """What happens to a campaign today or tomorrow, each with what it is sorted by."""
    today = timezone.localdate(now)
    tomorrow = today + timedelta(days=1)
    cut_off = timezone.localtime(campaign.cuts_off_at)
    taking_orders = campaign.state == CampaignState.OPEN
    if taking_orders and cut_off.date() <= tomorrow:
        title = _("%(title)s closes") % {"title": campaign.title}
        url = reverse("orders:campaign_detail", args=[campaign.campaign_id])
        yield (cut_off.date(), cut_off.time()), Coming(when(cut_off, now), title, _orders(campaign.orders), url)
    if today <= campaign.delivers_on <= tomorrow:
        title = _("Delivery of %(title)s") % {"title": campaign.title}
        number = campaign.orders if taking_orders else campaign.waiting
        url = reverse("orders:delivery_run", args=[campaign.campaign_id])
        day = _("today") if campaign.delivers_on == today else _("tomorrow")
        yield (campaign.delivers_on, MIDNIGHT), Coming(day, title, _orders(number), url)


def _orders(number: int) -> str:
    return ngettext("%(number)s order", "%(number)s orders", number) % {"number": number}


def _day(day: date) -> str:
    return date_format(day, "MONTH_DAY_FORMAT")
