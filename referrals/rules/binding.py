"""Who brought somebody that joins through an invitation link: decided once, from the links they opened before."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from referrals.enums import Refusal, TouchRule


@dataclass(frozen=True, slots=True)
class Terms:
    """Which link counts, for how many days after it was opened (to the second), and whether for new members only."""

    touch: str = TouchRule.LAST
    window_days: int = 30
    new_members_only: bool = True


@dataclass(frozen=True, slots=True)
class Touch:
    """A link somebody opened: its id, the member it is of, and when."""

    link: int
    referrer: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Joiner:
    """Who joins: whether they are a member since this moment, and whether it is known who brought them."""

    member: int
    is_new: bool
    is_referred: bool


@dataclass(frozen=True, slots=True)
class Decision:
    """The touch that decides, and why it names nobody: empty if it does."""

    touch: Touch
    refusal: str = ""


def decide(touches: Sequence[Touch], joiner: Joiner, terms: Terms, *, now: datetime) -> Decision:
    """Of the touches within the window the first or the last decides; of touches that are all too old, too.

    Of two touches at the same moment the one that stands first in `touches` was first. Who joined later brings nobody
    (ids grow in join order): chains would become rings.
    """
    counting = [touch for touch in touches if now - touch.at <= timedelta(days=terms.window_days)]
    in_order = sorted(counting or touches, key=lambda touch: touch.at)
    touch = in_order[0] if terms.touch == TouchRule.FIRST else in_order[-1]
    refused = {
        Refusal.SELF: touch.referrer == joiner.member,
        Refusal.ALREADY_REFERRED: joiner.is_referred,
        Refusal.ALREADY_MEMBER: terms.new_members_only and not joiner.is_new,
        Refusal.WINDOW_OVER: not counting,
        Refusal.JOINED_LATER: touch.referrer > joiner.member,
    }
    return Decision(touch, next((why for why, holds in refused.items() if holds), ""))
