"""Who of those that qualify is rewarded, how early they were, and with how much: one after the other, in fen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Tier:
    """The first `upto` referrers get so much more."""

    upto: int
    extra_fen: int


@dataclass(frozen=True, slots=True)
class Offer:
    """What a campaign gives each side for a qualification, and the early tiers."""

    newcomer_fen: int
    referrer_fen: int
    tiers: Sequence[Tier] = ()

    def extra_fen(self, place: int) -> int:
        """What whoever was the `place`-th to bring somebody gets more: the narrowest tier they are in says it."""
        within = [tier for tier in self.tiers if place <= tier.upto]
        return min(within, key=lambda tier: tier.upto).extra_fen if within else 0


@dataclass(frozen=True, slots=True)
class Allotted:
    """What one qualification gets: the referrer's place and reward, or None and 0 where the budget has no room."""

    place: int | None
    referrer_fen: int = 0

    @property
    def is_granted(self) -> bool:
        return self.place is not None


@dataclass(slots=True)
class Allotting:
    """A campaign's budget that is left, and the places taken so far, by referrer."""

    offer: Offer
    left_fen: int
    places: dict[int, int] = field(default_factory=dict)

    @classmethod
    def go_on(cls, offer: Offer, *, left_fen: int, places: Mapping[int, int]) -> "Allotting":
        return cls(offer, left_fen, dict(places))

    def allot(self, referrer: int) -> Allotted:
        """Both sides get theirs or neither does. A place is taken by who is rewarded, and kept."""
        place = self.places.get(referrer, len(self.places) + 1)
        referrer_fen = self.offer.referrer_fen + self.offer.extra_fen(place)
        if self.offer.newcomer_fen + referrer_fen > self.left_fen:
            return Allotted(None)
        self.left_fen -= self.offer.newcomer_fen + referrer_fen
        self.places[referrer] = place
        return Allotted(place, referrer_fen)


def share_left(amounts_fen: Sequence[int], left_fen: int) -> list[int]:
    """How much of each of these rewards of one member is still there to take back, the first ones first."""
    parts = []
    for amount_fen in amounts_fen:
        part = min(amount_fen, left_fen)
        left_fen -= part
        parts.append(part)
    return parts
