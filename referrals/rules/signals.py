"""From where on something is worth a look: every threshold of the signals, with its reason.

They find what a person looks at, nothing more: nobody is refused by a number.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The figures referrals/sql/signals_find.sql is given, by their names there."""

    window_days: int = 90
    """A quarter: what is older has been stated and paid, and nobody could tell any more what was going on."""
    joins_a_day: int = 20
    """Brought by one person in one day. A full group of 500 has filled by 16 a day if it took a month; a poster in the
    lift brings a handful. An opening event may bring more: that is what the look is for."""
    people_at_a_door: int = 4
    """Brought by one person to one door within `door_days`. A household in China has 2.62 people (census of 2020):
    couples and their parents join together, four in a week are more than a home."""
    door_days: int = 7
    """One round of a weekly group-buy."""
    ring_people: int = 4
    """The longest ring that is looked for: the longer it is, the less each gains and the more of them chance makes."""
    ring_orders: int = 5
    """Between two people of a ring. The campaigns are weekly: more than a month of ordering, not two parties."""
    ring_share_ppm: int = 500_000
    """More than half of everything somebody earns on was bought by the next one of the ring. A leader with a group of
    neighbours has no such buyer."""
    refund_orders: int = 3
    """Orders paid back after the commission was paid out. One in a hundred is: three of one buyer are no bad luck."""
    refund_share_ppm: int = 500_000
    """And of what was paid out for that buyer at least half was taken back."""


THRESHOLDS = Thresholds()
