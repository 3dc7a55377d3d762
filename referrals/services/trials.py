"""Trying a plan version on past periods, before anybody is paid by it."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from core.errors import DomainError
from core.jobs import enqueue
from core.models import Job, User
from ledger.models import Period
from referrals.models import PlanVersion

PLAN_TRIAL = "plan_trial"
"""The kind of job; its handler stands in referrals/jobs.py."""
MOST_PERIODS = 12


class NoPeriodToTry(DomainError):
    """A version is tried on one to twelve periods."""


@transaction.atomic
def try_version(*, version: PlanVersion, periods: Sequence[Period], by: User, now: datetime) -> Job:
    """Ask what the version would have paid on the periods' sales, as if it had been in force on all their days.

    Nothing is booked and nobody is told. Raises NoPeriodToTry.
    """
    if not 1 <= len(periods) <= MOST_PERIODS:
        raise NoPeriodToTry(_("Choose one to %(most)d periods.") % {"most": MOST_PERIODS})
    return enqueue(
        key=f"{PLAN_TRIAL}:{version.pk}:{by.pk}:{now:%Y%m%dT%H%M%S%f}",
        kind=PLAN_TRIAL,
        arguments={"version": version.pk, "periods": sorted(period.pk for period in periods)},
        by=by,
    )
