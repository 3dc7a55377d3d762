"""Whom and what an order came through, asked at intake and frozen on the order.

Orders know neither referrals nor content. The apps above answer: `settings.ATTRIBUTION_SOURCES` names functions of
the shape of `AttributionSource`; what one leaves empty the next may fill.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from django.conf import settings
from django.utils.module_loading import import_string


@dataclass(frozen=True, slots=True)
class Attribution:
    """Who referred the buyer (level 1 and 2, member ids), which link the order is credited to, and why.

    `seed` is the seed user (a member id) whose link that is, or whose voice speaks where it stands.
    """

    referrer_1: int | None = None
    referrer_2: int | None = None
    link_code: str = ""
    link_basis: str = ""
    seed: int | None = None


@dataclass(frozen=True, slots=True)
class Intake:
    """What is known when orders come in: one campaign and group, the buyers, the link code each carried."""

    campaign_id: int
    group_id: int
    member_ids: Collection[int]
    codes: Mapping[int, str]
    at: datetime


AttributionSource = Callable[[Intake], Mapping[int, Attribution]]
"""Answers by member id, in a fixed number of queries however many members."""


@cache
def sources() -> tuple[AttributionSource, ...]:
    return tuple(import_string(path) for path in settings.ATTRIBUTION_SOURCES)


def attribute(intake: Intake) -> dict[int, Attribution]:
    """Everything the sources know about these buyers; a buyer nobody knows anything about gets an empty answer."""
    known = dict.fromkeys(intake.member_ids, Attribution())
    for source in sources():
        for member_id, answer in source(intake).items():
            held = known[member_id]
            link = held if held.link_code else answer  # the seed user belongs to the link
            known[member_id] = Attribution(
                referrer_1=held.referrer_1 or answer.referrer_1,
                referrer_2=held.referrer_2 or answer.referrer_2,
                link_code=link.link_code,
                link_basis=link.link_basis,
                seed=None if link.seed == member_id else link.seed,
            )
    return known
