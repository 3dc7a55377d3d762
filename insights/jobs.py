"""Work the clock asks Insights for."""

from dataclasses import asdict

from django.utils.translation import gettext_lazy as _

from core.jobs import Work, daily, job
from insights.services import roll_up


@job("nightly_rollup", title=_("Nightly figures"), schedule=daily("03:10"))
def nightly_rollup(work: Work) -> dict[str, int]:
    """Count the day's facts into the roll-ups. A second night with nothing new counts nothing."""
    return asdict(roll_up(now=work.now))
