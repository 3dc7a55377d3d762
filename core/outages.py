"""What is said when the database cannot do its part: it is busy, its disk is full, or it is not there."""

from dataclasses import dataclass
from typing import Any

import psycopg2
from django.db import DatabaseError, InterfaceError, OperationalError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

GIVEN_UP = {
    "55P03",  # lock_not_available: lock_timeout
    "57014",  # query_canceled: statement_timeout
    "40P01",  # deadlock_detected
    "40001",  # serialization_failure
    "25P03",  # idle_in_transaction_session_timeout: this process had no turn for so long
}
"""What PostgreSQL calls a transaction that it ended because of others. It is rolled back and can be done again."""
DISK_FULL = "53100"


@dataclass(frozen=True, slots=True)
class Outage:
    """Why nothing can be done for now. Answered with 503: what was asked for was right, and later it will be done."""

    code: str
    heading: str | Promise
    sentence: str | Promise
    wait: int
    """Seconds after which asking again makes sense."""


BUSY = Outage(
    "busy",
    _("Too busy just now"),
    _(
        "Somebody else is changing the same thing, or there is much to do at once. Nothing was saved; "
        "try again in a moment."
    ),
    wait=5,
)
FULL = Outage(
    "disk_full",
    _("There is no room left to save"),
    _(
        "The server's disk is full. This was not saved; what was saved before is there. "
        "Tell the person who looks after the server, then send it again."
    ),
    wait=60,
)
AWAY = Outage(
    "away",
    _("Back in a minute"),
    _(
        "The database is not there just now and comes back by itself. What was saved before is there. Whether the last "
        "step was saved is not sure: look in a minute, and send it again only if it is missing."
    ),
    wait=10,
)


def outage_of(error: BaseException | None) -> Outage | None:
    """Which outage an error means; None when it is something else."""
    state: Any = getattr(error.__cause__, "pgcode", None) if error else None
    if state in GIVEN_UP:
        return BUSY
    if state == DISK_FULL:
        return FULL
    return AWAY if isinstance(error, OperationalError | InterfaceError) or _broke_off(error) else None


def _broke_off(error: BaseException | None) -> bool:
    """Whether the connection ended within an answer: psycopg2 then has no word of PostgreSQL to tell what it was."""
    return type(error) is DatabaseError and type(error.__cause__) is psycopg2.DatabaseError
