"""What may be done: say who brought whom, write and publish plans, run a period, approve a run."""

from referrals.services.plans import (
    AnotherPlanPays,
    PlanPaysTooMuch,
    Terms,
    VersionIsPublished,
    VersionsOverlap,
    create_version,
    discard_version,
    publish_version,
    standard_plan,
)
from referrals.services.referring import AlreadyReferred, ReferrerJoinedLater, SelfReferral, refer
from referrals.services.runs import (
    Approved,
    ApproverRanIt,
    LaterPeriodHasRun,
    NoOpenPeriod,
    PeriodIsClosed,
    RunIsComputing,
    RunIsNotInReview,
    approve_run,
    start_run,
)

__all__ = [
    "AlreadyReferred",
    "AnotherPlanPays",
    "Approved",
    "ApproverRanIt",
    "LaterPeriodHasRun",
    "NoOpenPeriod",
    "PeriodIsClosed",
    "PlanPaysTooMuch",
    "ReferrerJoinedLater",
    "RunIsComputing",
    "RunIsNotInReview",
    "SelfReferral",
    "Terms",
    "VersionIsPublished",
    "VersionsOverlap",
    "approve_run",
    "create_version",
    "discard_version",
    "publish_version",
    "refer",
    "standard_plan",
    "start_run",
]
