"""What may be asked about who brought whom, what a run added and why, and what somebody can expect."""

from referrals.queries.chains import Tree, referrers_of, tree_of
from referrals.queries.closing import OpenEnds, open_ends, proof
from referrals.queries.earnings import Earned, Earnings, Expected, Sums, earned_in, earnings_of, expected_by
from referrals.queries.entries import Claim, EntryPage, Explained, claims_on, page_of_entries, written
from referrals.queries.payouts import (
    PaidInQuarter,
    first_day_of_quarter,
    lines_of_file,
    paid_in_quarter,
    paid_to,
    statements_to_pay,
)
from referrals.queries.reviews import Earner, earners_of, period_before, runs_to_review
from referrals.queries.statements import (
    CampaignLines,
    OrderLine,
    PeriodStatements,
    approvable_by,
    campaigns_on,
    disputes_to_answer,
    entries_on,
    orders_on,
    statements_of,
    statements_stand,
    with_disputes,
)

__all__ = [
    "CampaignLines",
    "Claim",
    "Earned",
    "Earner",
    "Earnings",
    "EntryPage",
    "Expected",
    "Explained",
    "OpenEnds",
    "OrderLine",
    "PaidInQuarter",
    "PeriodStatements",
    "Sums",
    "Tree",
    "approvable_by",
    "campaigns_on",
    "claims_on",
    "disputes_to_answer",
    "earned_in",
    "earners_of",
    "earnings_of",
    "entries_on",
    "expected_by",
    "first_day_of_quarter",
    "lines_of_file",
    "open_ends",
    "orders_on",
    "page_of_entries",
    "paid_in_quarter",
    "paid_to",
    "period_before",
    "proof",
    "referrers_of",
    "runs_to_review",
    "statements_of",
    "statements_stand",
    "statements_to_pay",
    "tree_of",
    "with_disputes",
    "written",
]
