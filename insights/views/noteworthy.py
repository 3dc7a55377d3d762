"""值得一看: two to four facts of the week in a sentence each, with their figures and a next step. Never a cause."""

from collections.abc import Sequence
from datetime import datetime

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from core.models import User
from core.templatetags.ui import percent, quantity
from insights.queries.noteworthy import (
    Bringer,
    FallingGroup,
    ReturningCohort,
    ScarceOffer,
    bringers,
    falling_groups,
    returning_cohorts,
    scarce_offers,
)
from insights.queries.returning import Cohort
from insights.rules.noteworthy import chosen
from insights.views.agenda import Item, when
from insights.views.figures import whole_yuan


def noteworthy(*, user: User, cohorts: Sequence[Cohort], now: datetime) -> list[Item]:
    """What the rules choose of what there is; empty when nothing stands out."""
    return chosen(
        [_scarce(one, now) for one in scarce_offers(user=user, now=now)],
        [_falling(one) for one in falling_groups(now=now)],
        [_returning(one) for one in returning_cohorts(cohorts)],
        [_bringing(one) for one in bringers(user=user, now=now)],
    )


def _scarce(offer: ScarceOffer, now: datetime) -> Item:
    told = {
        "name": offer.name,
        "left": quantity(offer.left),
        "taken": quantity(offer.taken),
        "stock": quantity(offer.stock),
        "unit": offer.unit,
        "campaign": offer.campaign,
        "at": when(offer.cuts_off_at, now),
    }
    return Item(
        "package",
        "warn",
        (_("%(name)s: %(left)s %(unit)s left") if offer.left else _("%(name)s is sold out")) % told,
        _("%(taken)s of %(stock)s %(unit)s are taken; %(campaign)s closes %(at)s.") % told,
        _("Ask whether more can be had"),
        reverse("orders:campaign_detail", args=[offer.campaign_id]),
    )


def _falling(group: FallingGroup) -> Item:
    first, second, last = (whole_yuan(fen) for fen in group.weeks_fen)
    told = {"group": group.name, "share": percent(group.fell_ppm, 1), "first": first, "second": second, "last": last}
    weeks = _("GMV ¥%(first)s, then ¥%(second)s, then ¥%(last)s.") % told
    leader = _("Leader %(name)s.") % {"name": group.leader} if group.leader else _("Nobody leads it.")
    return Item(
        "arrow-down-right",
        "accent",
        _("%(group)s fell two weeks running, by %(share)s") % told,
        _("%(weeks)s %(leader)s %(opened)s") % {"weeks": weeks, "leader": leader, "opened": _opened(group)},
        _("Call %(name)s first") % {"name": group.leader} if group.leader else _("Give it a leader"),
        reverse("community:group_detail", args=[group.group_id]),
    )


def _opened(group: FallingGroup) -> str:
    if group.open_now:
        return _("A campaign is open there now.")
    if group.opened_on:
        return _("Nothing opened there since %(day)s.") % {"day": date_format(group.opened_on, "MONTH_DAY_FORMAT")}
    return _("Nothing was ever opened there.")


def _returning(cohort: ReturningCohort) -> Item:
    told = {
        "day": date_format(cohort.week, "MONTH_DAY_FORMAT"),
        "rate": percent(cohort.rate_ppm, 0),
        "returned": cohort.returned,
        "members": cohort.members,
        "number": cohort.cohorts_before,
        "before": percent(cohort.before_ppm, 0),
    }
    return Item(
        "wand-sparkles",
        "brand",
        _("%(rate)s of the newcomers of the week of %(day)s came back the week after") % told,
        _("%(returned)s of %(members)s members; of the %(number)s weeks before it together %(before)s.") % told,
        _("See what was posted that week"),
        f"{reverse('content:calendar')}?week={cohort.week}",
    )


def _bringing(member: Bringer) -> Item:
    told = {"name": member.name, "number": member.brought, "ordered": member.ordered}
    step = _("Thank them") if member.seed else _("Thank them, and ask whether they would be a seed user")
    return Item(
        "users",
        "brand",
        _("%(name)s brought %(number)s people this week") % told,
        _("%(ordered)s of them ordered so far.") % told,
        step,
        reverse("community:member_detail", args=[member.member_id]),
    )
