"""Rates that change with volume, in the two ways the field has them: marginal (as income tax) and slab."""

from bisect import bisect_left
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from core.money import PPM, half_up, share
from referrals.rules.checks import NotCalculable, refuse_rate_beyond_one


class TierKind(StrEnum):
    """Whether a higher rate pays on what lies above its bound, or on the whole volume."""

    MARGINAL = "marginal"
    SLAB = "slab"


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


@dataclass(frozen=True)
class Volume:
    """Rates a leader's month reaches: `rates_ppm[i]` in place of the plan's own above `bounds_fen[i]`, each higher.

    It adds to the plan's rate, which every order has brought by itself already.
    """

    kind: TierKind
    bounds_fen: tuple[int, ...]
    rates_ppm: tuple[int, ...]

    def __post_init__(self) -> None:
        if not self.bounds_fen:
            raise NotCalculable("bounds_fen", "there is at least one")
        if len(self.rates_ppm) != len(self.bounds_fen):
            raise NotCalculable("rates_ppm", "there is one rate a bound")
        if any(lower >= upper for lower, upper in pairwise(self.rates_ppm)):
            raise NotCalculable("rates_ppm", f"rates rise with their bounds, these are {list(self.rates_ppm)}")
        _ = self._whole(0)

    def _whole(self, leader_ppm: int) -> Tiers:
        return Tiers(self.bounds_fen, (0, *(ppm - leader_ppm for ppm in self.rates_ppm)))

    def adds(self, volume_fen: int, leader_ppm: int) -> int:
        """The fen a month of that volume brings above what `leader_ppm` brings on it; rounded once (R2)."""
        above = self._whole(leader_ppm)
        return above.marginal(volume_fen) if self.kind == TierKind.MARGINAL else above.slab(volume_fen)

    def cliffs(self, leader_ppm: int) -> dict[int, int]:
        """By bound, the fen that one fen more of volume adds; none where the rates are marginal."""
        return self._whole(leader_ppm).cliffs() if self.kind == TierKind.SLAB else {}
