"""Signals: look for them, hold what they are about, decide."""

from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.errors import DomainError
from core.jobs import enqueue
from core.models import Job, User
from core.sql import statement
from core.violations import refusing
from referrals.enums import Verdict
from referrals.models import Signal, SignalDecision
from referrals.rules.signals import THRESHOLDS

LOOK_FOR_SIGNALS = "look_for_signals"
"""The kind of job; its handler stands in referrals/jobs.py."""
FIND = statement(__file__, "signals_find")
HOLD = statement(__file__, "orders_hold")


class OwnSignal(DomainError):
    """Nobody decides what they earn by themselves."""


class DecidedMeanwhile(DomainError):
    """Somebody decided after the one who decides looked."""


class DecisionSaysNothing(DomainError):
    """A decision says why."""


@dataclass(frozen=True, slots=True)
class Found:
    """How many signals were added, about how many bindings, and how many orders are held from now on."""

    signals: int
    bindings: int
    orders: int


@transaction.atomic
def look_for_signals(*, now: datetime) -> Found:
    """Write down what is worth a look up to yesterday (Asia/Shanghai), and hold its orders. Once more adds nothing."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('signals'))")
        cursor.execute(FIND, {"today": timezone.localdate(now), "at": now, **asdict(THRESHOLDS)})
        signals, bindings = cursor.fetchone()
    return Found(signals, bindings, hold_orders(now=now))


@transaction.atomic
def hold_orders(*, now: datetime) -> int:
    """Hold what referrals bring on orders of bindings with a signal, as long as none of it is stated; how many orders.

    Until this transaction ends nobody issues statements.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('statements'))")
        cursor.execute(HOLD, {"at": now})
        held: int = cursor.rowcount
    return held


def ask_for_signals(*, by: User, now: datetime) -> Job:
    """Have them looked for now; asked for twice within a minute it is done once."""
    minute = now.isoformat(timespec="minutes")
    return enqueue(key=f"{LOOK_FOR_SIGNALS}:asked:{minute}", kind=LOOK_FOR_SIGNALS, arguments={}, by=by)


@transaction.atomic
def decide_signal(
    *, signal: Signal, verdict: Verdict, reason: str, seen: int, by: User, now: datetime
) -> SignalDecision:
    """Say whether what the signal holds is paid, and why. The last decision counts, for what is not stated yet.

    `seen` is how many decisions there were when the one who decides looked. Raises OwnSignal, DecidedMeanwhile or
    DecisionSaysNothing; then nothing is decided.
    """
    refusals: dict[str, DomainError] = {
        "signal_is_decided_by_somebody_else": OwnSignal(
            _("This is about yourself or what you earn. Ask another admin to decide it.")
        ),
        "signal_numbers_its_decisions": DecidedMeanwhile(
            _("Somebody has decided meanwhile. Read it; nothing of yours was kept.")
        ),
        "decision_says_why": DecisionSaysNothing(_("Say why. Nothing was decided.")),
    }
    with refusing(refusals):
        return SignalDecision.objects.create(
            signal=signal, number=seen + 1, verdict=verdict, reason=reason.strip(), by=by, at=now
        )
