"""Where things are: every entry of the side bar, the leader's tabs and the palette, in one place.

What waits at a place is known to the app it belongs to: `settings.NAVIGATION_COUNTS` names, by the place's view, a
function of the shape of `WaitingCount`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import groupby
from typing import Protocol, cast

from django.conf import settings
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from core.enums import Role
from core.models import User

DESK_FRAME = "shell.html"
PHONE_FRAME = "leader.html"


@dataclass(frozen=True, slots=True)
class Entry:
    """A place in the navigation of the roles that work there. Places without a group stand at the top."""

    label: str | Promise
    icon: str
    view: str
    roles: frozenset[Role]
    group: str | Promise = ""
    also: tuple[str, ...] = ()
    """Other pages that count as this place."""


@dataclass(frozen=True, slots=True)
class Link:
    """An entry as one person sees it on one page."""

    label: str | Promise
    icon: str
    url: str
    group: str | Promise
    current: bool
    waiting: int = 0
    """How many things wait there for this person."""


@dataclass(frozen=True, slots=True)
class Section:
    """Links under one heading; the first section has none."""

    label: str | Promise
    links: tuple[Link, ...]


OPERATOR = frozenset({Role.OPERATOR})
LEADER = frozenset({Role.LEADER})
ADMIN = frozenset({Role.ADMIN})
AUDITOR = frozenset({Role.AUDITOR})
COMMUNITY, GROWTH, MONEY, RECORDS = _("Community"), _("Growth"), _("Money"), _("Records")

ENTRIES = (
    Entry(_("Today"), "layout-dashboard", "today", OPERATOR | ADMIN),
    Entry(_("Today"), "house", "today", LEADER),
    # operator; the admin reads the same people and campaigns that the money comes from
    Entry(
        _("Orders and jielong"),
        "receipt",
        "orders:order_list",
        OPERATOR | ADMIN,
        also=("orders:jielong", "orders:quick", "orders:order_import"),
    ),
    Entry(_("Delivery"), "truck", "orders:delivery_list", OPERATOR),
    Entry(_("Complaints"), "message-circle", "orders:complaint_list", OPERATOR | ADMIN),
    Entry(_("Groups"), "house", "community:group_list", OPERATOR | ADMIN, COMMUNITY),
    Entry(_("Members"), "users", "community:member_list", OPERATOR | ADMIN, COMMUNITY),
    Entry(_("Seed users"), "star", "community:seed_board", OPERATOR | ADMIN, COMMUNITY),
    Entry(_("Leaders"), "user-round", "community:leader_list", OPERATOR | ADMIN, COMMUNITY),
    Entry(_("Campaigns"), "megaphone", "orders:campaign_list", OPERATOR | ADMIN, GROWTH),
    Entry(_("Products"), "package", "orders:product_list", OPERATOR | ADMIN, GROWTH),
    Entry(_("Suppliers"), "store", "orders:supplier_list", OPERATOR | ADMIN, GROWTH),
    Entry(_("Content calendar"), "calendar-days", "content:calendar", OPERATOR | ADMIN, GROWTH),
    Entry(_("Invitation links"), "qr-code", "referrals:link_list", OPERATOR | ADMIN, GROWTH),
    Entry(_("Fission campaigns"), "users", "referrals:fission_list", OPERATOR | ADMIN, GROWTH),
    Entry(_("Analysis"), "chart-line", "insights:analysis", OPERATOR | ADMIN, GROWTH),
    # leader: five tabs
    Entry(_("Take orders"), "clipboard-paste", "orders:jielong", LEADER, also=("orders:quick",)),
    Entry(_("Delivery"), "truck", "orders:delivery_list", LEADER),
    Entry(_("Earnings"), "wallet", "referrals:earnings", LEADER),
    Entry(_("Me"), "user-round", "core:me", LEADER, also=("referrals:own_links",)),
    # admin and auditor
    Entry(_("Orders"), "receipt", "orders:order_list", AUDITOR, MONEY),
    Entry(_("Complaints"), "message-circle", "orders:complaint_list", AUDITOR, MONEY),
    Entry(_("Collected money"), "wallet", "orders:holding_list", OPERATOR | ADMIN | AUDITOR, MONEY),
    Entry(_("Commission review"), "list-checks", "referrals:run_list", ADMIN | AUDITOR, MONEY),
    Entry(
        _("Statements"),
        "file-text",
        "referrals:statement_list",
        ADMIN | AUDITOR,
        MONEY,
        also=("referrals:dispute_list",),
    ),
    Entry(_("Signals"), "circle-alert", "referrals:signal_list", ADMIN | AUDITOR, MONEY),
    Entry(_("Payouts"), "wallet", "referrals:payout_list", ADMIN | AUDITOR, MONEY),
    Entry(_("Commission entries"), "receipt", "referrals:entry_list", AUDITOR, MONEY),
    Entry(_("Commission plans"), "percent", "referrals:plan_list", ADMIN, MONEY),
    Entry(_("Invitation links"), "qr-code", "referrals:link_list", AUDITOR, MONEY),
    Entry(_("Fission campaigns"), "users", "referrals:fission_list", AUDITOR, MONEY),
    Entry(_("Accounts"), "book-open", "ledger:account_list", ADMIN | AUDITOR, MONEY),
    Entry(_("Periods"), "calendar-clock", "ledger:period_list", AUDITOR, MONEY),
    Entry(_("Who changed what"), "history", "core:history", ADMIN | AUDITOR, RECORDS),
    Entry(_("Imports and jobs"), "list-filter", "core:job_list", ADMIN | AUDITOR, RECORDS),
    Entry(_("Users and rules"), "shield-check", "core:user_list", ADMIN, RECORDS),
)


def frame_for(role: str) -> str:
    """The template a page extends: the leader holds a phone, everybody else sits at a desk."""
    return PHONE_FRAME if role == Role.LEADER else DESK_FRAME


def palette_url_for(role: str) -> str:
    """Where the palette asks for rows; empty for who has none. Like every page of a floor above it is named only."""
    return _address("orders:find") if role in OPERATOR | ADMIN | AUDITOR else ""


class WaitingCount(Protocol):
    """How many things wait for this person: one query, and none at all if it is not their work."""

    def __call__(self, *, user: User, now: datetime) -> int: ...


def waiting_for(user: User, now: datetime) -> dict[str, int]:
    """What waits for somebody, by the view of the place where it does."""
    return {view: count(user=user, now=now) for view, count in _counts().items()}


@cache
def _counts() -> dict[str, WaitingCount]:
    return {view: cast(WaitingCount, import_string(path)) for view, path in settings.NAVIGATION_COUNTS.items()}


def navigation_for(role: str, path: str, waiting: Mapping[str, int] | None = None) -> list[Section]:
    """The sections a person of this role sees; the link whose address `path` lies under is the current one."""
    waiting = waiting or {}
    places = list(_places(role))
    addresses = [(url, url) for _entry, url in places] + [
        (_address(view), url) for entry, url in places for view in entry.also
    ]
    under = [(len(address), url) for address, url in addresses if address and _lies_under(path, address)]
    current = max(under, default=(0, None))[1]
    links = [
        Link(entry.label, entry.icon, url, entry.group, url == current, waiting.get(entry.view, 0))
        for entry, url in places
    ]
    return [Section(group, tuple(members)) for group, members in groupby(links, key=lambda link: link.group)]


def _places(role: str) -> Iterator[tuple[Entry, str]]:
    """The role's entries with their addresses. A page that does not exist (yet) leaves its entry out."""
    for entry in ENTRIES:
        if role in entry.roles and (url := _address(entry.view)):
            yield entry, url


def _address(view: str) -> str:
    """Where a page stands; empty if there is none of that name."""
    try:
        return reverse(view) if view else ""
    except NoReverseMatch:
        return ""


def _lies_under(path: str, url: str) -> bool:
    return path == url if url == "/" else path.startswith(url)
