"""What the figures count (口径). A page never shows a figure without its definition.

A changed formula is a new version: add it with the day it holds from and leave the old one, so that a past figure can
still say how it was counted.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

FIRST_CUT = date(2026, 11, 1)
SECOND_CUT = date(2026, 11, 28)


@dataclass(frozen=True, slots=True)
class Definition:
    """One version of what a figure counts, and on which basis refunds lower it."""

    key: str
    version: int
    since: date
    name: str | Promise
    text: str | Promise
    refunds: str | Promise

    @property
    def basis(self) -> str:
        """Time zone, refund basis and version in one sentence."""
        since = date_format(self.since, "DATE_FORMAT")
        told = {"refunds": self.refunds, "version": self.version, "since": since}
        return _("Shanghai time, weeks begin on Monday. %(refunds)s Version %(version)s of %(since)s.") % told


BY_ORDER_DAY = gettext_lazy("A refund lowers the day of the order, not the day it is made.")
IN_TOTAL = gettext_lazy("A refund lowers it; on which day it counts makes no difference to the sum.")
NOT_LOWERED = gettext_lazy("Refunds do not lower it.")
BY_REFUND_DAY = gettext_lazy("A refund lowers the day it is made, not the day of the order.")
BY_LEDGER = gettext_lazy("A refund lowers it once a run has taken its part back.")

VERSIONS = (
    Definition(
        "gmv",
        1,
        FIRST_CUT,
        gettext_lazy("GMV"),
        gettext_lazy(
            "What members ordered, less what was cancelled or fell short, at the prices of the campaign. "
            "What leaders order themselves is in it. Compared with the week before up to the same weekday."
        ),
        NOT_LOWERED,
    ),
    Definition(
        "after_refunds_behaviour",
        1,
        SECOND_CUT,
        gettext_lazy("After refunds, by day of order"),
        gettext_lazy(
            "GMV less what was refunded of these very orders, whenever that was (behaviour basis). "
            "A past week still falls when one of its orders is refunded."
        ),
        BY_ORDER_DAY,
    ),
    Definition(
        "after_refunds_finance",
        1,
        SECOND_CUT,
        gettext_lazy("After refunds, by day of refund"),
        gettext_lazy(
            "GMV less what was refunded in that week, of whichever orders (finance basis). "
            "No refund changes a past week any more."
        ),
        BY_REFUND_DAY,
    ),
    Definition(
        "valid_orders",
        1,
        FIRST_CUT,
        gettext_lazy("Valid orders"),
        gettext_lazy("Orders that are not cancelled and of which something is left after shortages and refunds."),
        BY_ORDER_DAY,
    ),
    Definition(
        "average_order",
        1,
        FIRST_CUT,
        gettext_lazy("Average order"),
        gettext_lazy("GMV divided by valid orders."),
        NOT_LOWERED,
    ),
    Definition(
        "repurchase",
        1,
        FIRST_CUT,
        gettext_lazy("Repurchase rate"),
        gettext_lazy(
            "Of the members who ordered within the window, those who did on two days or more. "
            "Several orders on one day count once. Counted every night."
        ),
        BY_ORDER_DAY,
    ),
    Definition(
        "repurchase_orders",
        1,
        SECOND_CUT,
        gettext_lazy("Repurchase rate by orders"),
        gettext_lazy(
            "Of the members with a valid order within the window, those with two or more. "
            "Two orders on one day count as two. Counted every night."
        ),
        BY_ORDER_DAY,
    ),
    Definition(
        "retention",
        1,
        FIRST_CUT,
        gettext_lazy("Retention"),
        gettext_lazy(
            "Members by the week of their first order, and the share of them who ordered in each week after it. "
            "A week that is not over stays empty. Counted every night."
        ),
        BY_ORDER_DAY,
    ),
    Definition(
        "active_groups",
        1,
        FIRST_CUT,
        gettext_lazy("Active groups"),
        gettext_lazy(
            "Groups with a valid order within the last seven days, today included. "
            "A group without one is quiet, in its first 28 days new."
        ),
        BY_ORDER_DAY,
    ),
    Definition(
        "commission_due",
        1,
        FIRST_CUT,
        gettext_lazy("Commission due"),
        gettext_lazy("Commissions that are approved and not paid, by the ledger. Runs to review are not in it yet."),
        BY_LEDGER,
    ),
    Definition(
        "lifetime_value",
        1,
        FIRST_CUT,
        gettext_lazy("Lifetime value"),
        gettext_lazy("What was delivered to this member so far, less refunds. No forecast. Counted every night."),
        IN_TOTAL,
    ),
    Definition(
        "social_value",
        1,
        FIRST_CUT,
        gettext_lazy("Social value"),
        gettext_lazy(
            "The lifetime value of those this member brought directly, together. "
            "Own purchases are not in it. Counted every night."
        ),
        BY_ORDER_DAY,
    ),
    Definition(
        "social_value",
        2,
        SECOND_CUT,
        gettext_lazy("Social value"),
        gettext_lazy(
            "What was delivered so far, less refunds, to those whose first valid order says that this member brought "
            "them; a referral entered or corrected later changes nothing. Own purchases are not in it, nor what a "
            "leader orders in the own group. Counted every night."
        ),
        IN_TOTAL,
    ),
    Definition(
        "leaders_own",
        1,
        SECOND_CUT,
        gettext_lazy("Leaders' own orders"),
        gettext_lazy(
            "What leaders ordered in a group they led on that day. It stays in GMV and in their lifetime value, "
            "and is in no social value."
        ),
        NOT_LOWERED,
    ),
    Definition(
        "gmv_year_ago",
        1,
        SECOND_CUT,
        gettext_lazy("Last year, 52 weeks earlier"),
        gettext_lazy(
            "GMV of the same weekdays 52 weeks (364 days) earlier; of the running week up to the same weekday. "
            "The line is drawn once there were sales in those weeks."
        ),
        NOT_LOWERED,
    ),
    Definition(
        "small_line",
        1,
        SECOND_CUT,
        gettext_lazy("The small lines"),
        gettext_lazy(
            "The last twelve finished weeks; of the repurchase rate eleven and the running one. "
            "What a member ordered in a group on one day counts there as one order."
        ),
        BY_ORDER_DAY,
    ),
    Definition(
        "running_out",
        1,
        SECOND_CUT,
        gettext_lazy("Runs out"),
        gettext_lazy("An offer with a stock in a campaign that takes orders, of which a fifth or less is left."),
        NOT_LOWERED,
    ),
    Definition(
        "falling_group",
        1,
        SECOND_CUT,
        gettext_lazy("Fell two weeks running"),
        gettext_lazy(
            "Of three finished weeks the GMV of each is below the one before, of the last by a tenth or more below the "
            "first. Groups below ¥200 in the first are left out; those that lost most come first."
        ),
        NOT_LOWERED,
    ),
    Definition(
        "returning_cohort",
        1,
        SECOND_CUT,
        gettext_lazy("Newcomers who came back"),
        gettext_lazy(
            "Retention in the week after the first order, of the newest week for which that is over. It is said when "
            "it is five points and two standard errors above the two to four weeks before it together, both of 30 "
            "members or more."
        ),
        BY_ORDER_DAY,
    ),
    Definition(
        "brought_this_week",
        1,
        SECOND_CUT,
        gettext_lazy("Brought this week"),
        gettext_lazy("Members bound to one referrer since Monday, two or more; of them those with an order."),
        NOT_LOWERED,
    ),
)


def definition(key: str, *, on: date | None = None) -> Definition:
    """The version of a figure's definition in force on a day, the latest without one; KeyError for an unknown key."""
    versions = [one for one in VERSIONS if one.key == key and (on is None or one.since <= on)]
    if not versions:
        raise KeyError(key)
    return max(versions, key=lambda one: one.version)


def definitions(keys: Iterable[str]) -> list[Definition]:
    return [definition(key) for key in keys]
