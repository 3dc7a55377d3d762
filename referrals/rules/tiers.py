"""Rates that change with volume, in the two ways the field has them: marginal (as income tax) and slab."""

from bisect import bisect_left
from dataclasses import dataclass
from itertools import pairwise

from core.money import PPM, half_up, share
from referrals.rules.facts import NotCalculable, refuse_rate_beyond_one


@dataclass(frozen=True)
class Tiers:
    """One rate up to and including each bound, and a last one for everything above.

    `Tiers(bounds_fen=(1_000_000,), rates_ppm=(50_000, 70_000))` is 5 % up to ¥10,000 and 7 % above.
    """

    bounds_fen: tuple[int, ...]
    rates_ppm: tuple[int, ...]

    def __post_init__(self) -> None:
        if len(self.rates_ppm) != len(self.bounds_fen) + 1:
            raise NotCalculable("rates_ppm", "there is one rate a bound and one for everything above")
        if any(lower >= upper for lower, upper in pairwise((0, *self.bounds_fen))):
            raise NotCalculable("bounds_fen", f"bounds rise from above zero, these are {list(self.bounds_fen)}")
        for index, ppm in enumerate(self.rates_ppm):
            refuse_rate_beyond_one(f"rates_ppm[{index}]", ppm)

    def marginal(self, volume_fen: int) -> int:
        """Each rate pays on the part of the volume between its bounds; rounded once at the end (S19, D6).

        Nobody loses by selling more: a fen of volume adds a fen or nothing.
        """
        size_fen = abs(volume_fen)
        tiers = zip((0, *self.bounds_fen), (*self.bounds_fen, size_fen), self.rates_ppm, strict=True)
        numerator = sum(max(0, min(size_fen, top) - bottom) * ppm for bottom, top, ppm in tiers)
        return half_up(numerator if volume_fen >= 0 else -numerator, PPM)

    def slab(self, volume_fen: int) -> int:
        """The rate the volume ends in pays on all of it (S19), so it jumps above each bound: see `cliffs`."""
        return share(volume_fen, self.rates_ppm[bisect_left(self.bounds_fen, abs(volume_fen))])

    def cliffs(self) -> dict[int, int]:
        """By bound, the fen that one fen of volume above it adds to the slab."""
        return {bound: self.slab(bound + 1) - self.slab(bound) for bound in self.bounds_fen}
