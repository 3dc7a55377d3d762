"""What a plan version says, as its page shows it."""

from collections.abc import Iterable
from dataclasses import dataclass

from referrals.models import PlanVersion, RateTerm
from referrals.rules.checks import NotCalculable


@dataclass(frozen=True, slots=True)
class Tier:
    """The leader's rate above a month's sales, and what one fen more brings there at once (a slab's cliff)."""

    above_fen: int
    leader_ppm: int
    jump_fen: int


def tiers_of(version: PlanVersion) -> list[Tier]:
    """The version's tiers, the lowest first; of a draft whose rates do not rise yet, without their jumps."""
    if not version.volume_kind:
        return []
    tiers = list(version.volume_tiers.values_list("above_fen", "leader_ppm"))
    try:
        volume = version.volume()
        cliffs = volume.cliffs(version.leader_ppm) if volume else {}
    except NotCalculable:
        cliffs = {}
    return [Tier(above_fen, ppm, cliffs.get(above_fen, 0)) for above_fen, ppm in tiers]


OwnRates = frozenset[tuple[int, str, int]]
"""Version, scope ("person", "product" or "group") and id of everything that has a rate of its own."""


def own_rates_of(versions: Iterable[int]) -> OwnRates:
    """By the ids of versions; one query."""
    terms = RateTerm.objects.filter(version__in=set(versions)).values_list("version", "person", "product", "group")
    return frozenset(
        (version, scope, of)
        for version, *ids in terms
        for scope, of in zip(("person", "product", "group"), ids, strict=True)
        if of is not None
    )
