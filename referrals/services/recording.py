"""Working out what is due and appending the part that is not recorded yet. The SQL says how."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connection

from core.sql import statement
from referrals.models import Run
from referrals.queries import AS_PUBLISHED

APPEND = statement(__file__, "commission_run")


@dataclass(frozen=True, slots=True)
class Added:
    """What was appended for one earner (a member's id): the net in fen of so many entries, zero and below included."""

    beneficiary_id: int
    amount_fen: int
    entries: int


def append_due(
    *,
    run: Run,
    group_ids: Sequence[int],
    before: date,
    campaign_ids: Sequence[int] | None = None,
    months: Sequence[date] | None = None,
) -> list[Added]:
    """Append what the groups' facts dated before that day (Asia/Shanghai) make due and no run has recorded.

    Only what belongs to these campaigns is looked at, and the volume of these months (by their first days), of which
    the campaigns have to be all there are; or everything. One statement however many orders; appends nothing when all
    of it is recorded.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            APPEND,
            {
                **AS_PUBLISHED,
                "campaigns": None if campaign_ids is None else list(campaign_ids),
                "months": None if months is None else list(months),
                "groups": list(group_ids),
                "before": before,
                "run": run.pk,
                "period": run.period_id,
            },
        )
        return [Added(*row) for row in cursor.fetchall()]
