"""What a tap at a door is worth that was made without knowing what the house knows by now."""

from collections.abc import Collection

from orders.enums import FactKind, TickOutcome

BESIDE_THE_POINT = {FactKind.WEIGHED, FactKind.REPRICED}
"""What a line costs may have changed meanwhile; that says nothing against its having been handed over."""


def judge(*, wanted: bool, delivered: bool, since: Collection[str]) -> TickOutcome:
    """Whether a tap is taken in: `wanted` is what it says, `delivered` what is recorded, `since` the kinds of facts
    recorded after what the phone last saw.

    Two people who say the same agree. Anything else that happened meanwhile is for the person to look at.
    """
    against = set(since) - BESIDE_THE_POINT
    if wanted == delivered and against <= {FactKind.DELIVERED}:
        return TickOutcome.ALREADY
    return TickOutcome.CONFLICT if against else TickOutcome.DONE
