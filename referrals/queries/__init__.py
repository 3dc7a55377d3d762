"""What may be asked about who brought whom, what a run added and why, and what somebody can expect."""

from referrals.queries.chains import Tree, referrers_of, tree_of
from referrals.queries.earnings import (
    AS_PUBLISHED,
    Earned,
    Earnings,
    Expected,
    Sums,
    earned_in,
    earnings_of,
    expected_by,
)
from referrals.queries.entries import Claim, EntryPage, Explained, claims_on, page_of_entries, written
from referrals.queries.links import (
    Outcome,
    binding_rules,
    outcomes_of,
    terms_in_force,
    terms_of,
    times_opened,
    with_touches,
)
from referrals.queries.reviews import Earner, earners_of, period_before, runs_to_review
from referrals.queries.trials import Compared, Trial, compare, paid_on, trial_of

__all__ = [
    "AS_PUBLISHED",
    "Claim",
    "Compared",
    "Earned",
    "Earner",
    "Earnings",
    "EntryPage",
    "Expected",
    "Explained",
    "Outcome",
    "Sums",
    "Tree",
    "Trial",
    "binding_rules",
    "claims_on",
    "compare",
    "earned_in",
    "earners_of",
    "earnings_of",
    "expected_by",
    "outcomes_of",
    "page_of_entries",
    "paid_on",
    "period_before",
    "referrers_of",
    "runs_to_review",
    "terms_in_force",
    "terms_of",
    "times_opened",
    "tree_of",
    "trial_of",
    "with_touches",
    "written",
]
