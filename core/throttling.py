"""How many requests a person's programs may send: counted once for all web processes, in PostgreSQL."""

import logging
from typing import Any

from django.db import DatabaseError, connection
from rest_framework.request import Request
from rest_framework.throttling import UserRateThrottle

from core.models import User
from core.outages import outage_of
from core.sql import statement

logger = logging.getLogger(__name__)

COUNT_REQUEST = statement(__file__, "count_request")


def count_request(user: User, *, span: int) -> tuple[int, int]:
    """Count one request of the user; how many there are in this span (seconds), and in how many it is over."""
    with connection.cursor() as cursor:
        cursor.execute(COUNT_REQUEST, {"user": user.pk, "span": span})
        requests, seconds = cursor.fetchone()
    return requests, seconds


class SharedThrottle(UserRateThrottle):
    """So many requests a person in a minute (`API_RATE`), from the first of them on, whichever process answers.

    A count that cannot be had refuses nobody: the limit keeps a program that runs wild from the others, no more.
    """

    num_requests: int
    duration: int

    def allow_request(self, request: Request, view: Any) -> bool:
        if not request.user.is_authenticated:
            return True  # gets no answer anyway
        try:
            requests, self._seconds = count_request(request.user, span=self.duration)
        except DatabaseError as error:
            if not outage_of(error):
                raise
            logger.warning("A request could not be counted", exc_info=True)
            return True
        return requests <= self.num_requests

    def wait(self) -> float:
        """Seconds until the next request is answered."""
        return self._seconds
