from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet
from django.utils import timezone

from community.enums import SeedStatus
from community.models import SEEDS_WANTED, SeedProfile
from community.rules.seeds import QUALITIES, total


@dataclass(frozen=True, slots=True)
class Card:
    """A profile on the board: its total of 20, and whether the next contact is today in Shanghai or was before."""

    profile: SeedProfile
    total: int
    due: bool


@dataclass(frozen=True, slots=True)
class Column:
    """One status, its neighbours, and its cards: whom to talk to first, then the higher total."""

    status: SeedStatus
    previous: SeedStatus | None
    following: SeedStatus | None
    cards: Sequence[Card]


@dataclass(frozen=True, slots=True)
class Board:
    """The four columns, and how many of the wanted hundred are seeds."""

    columns: Sequence[Column]
    seeds: int
    wanted: int = SEEDS_WANTED


def seed_board(profiles: QuerySet[SeedProfile], *, now: datetime) -> Board:
    """The board, in one query."""
    today = timezone.localdate(now)
    cards = sorted((card_of(profile, today) for profile in profiles.select_related("member")), key=_first_whom)
    statuses = list(SeedStatus)
    columns = [
        Column(
            status,
            statuses[place - 1] if place else None,
            statuses[place + 1] if place + 1 < len(statuses) else None,
            [card for card in cards if card.profile.status == status],
        )
        for place, status in enumerate(statuses)
    ]
    return Board(columns, seeds=len(columns[-1].cards))


def card_of(profile: SeedProfile, today: date) -> Card:
    scores = [getattr(profile, quality) for quality in QUALITIES]
    due = profile.next_contact_on is not None and profile.next_contact_on <= today
    return Card(profile, total(scores), due)


def _first_whom(card: Card) -> tuple[date, int, int]:
    return (card.profile.next_contact_on or date.max, -card.total, card.profile.pk)
