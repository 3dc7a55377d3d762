"""How a possible seed user is scored: four figures from 0 to 5, each resting on something written down."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

QUALITIES = ("authority", "reach", "expression", "agreement")
"""Authority in the niche, reach, expression, agreement with founder, culture and goals: in the order of the page."""
LOWEST, TOP = 0, 5


@dataclass(frozen=True, slots=True)
class Score:
    """One quality: points, None while nobody has judged it, and what they rest on."""

    points: int | None
    evidence: str


def off_the_scale(scores: Mapping[str, Score]) -> list[str]:
    """The qualities scored below 0 or above 5."""
    return [
        quality for quality, score in scores.items() if score.points is not None and not LOWEST <= score.points <= TOP
    ]


def without_evidence(scores: Mapping[str, Score]) -> list[str]:
    """The qualities with points and nothing they rest on. Evidence without points may wait for its judgement."""
    return [quality for quality, score in scores.items() if score.points is not None and not score.evidence.strip()]


def total(points: Iterable[int | None]) -> int:
    """The sum of the four, 0 to 20; what nobody has judged yet adds nothing."""
    return sum(one or 0 for one in points)
