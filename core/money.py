"""Money: whole fen (分) and rates in parts per million, rounded one way, split so that it adds up.

Every amount is an `int` in `…_fen` and every rate an `int` in `…_ppm`; no float and no Decimal is ever an amount.
The conventions R1–R5 and their worked numbers stand in docs/algorithms/commission.md.
"""

import re
from collections.abc import Sequence
from decimal import Decimal

PPM = 1_000_000
"""One whole, in parts per million: 3.5 % is 35 000."""


class CannotAllocate(ValueError):
    """There is no weight to split by: none given, all zero, or one negative."""


class RefundBeyondBase(ValueError):
    """More is refunded than the base was, or less than nothing."""


class NotAnAmount(ValueError):
    """The text is not an amount of yuan with at most two decimals."""


class TooFine(ValueError):
    """The quantity has more than three decimals, or is no number."""


def half_up(numerator: int, denominator: int) -> int:
    """`numerator / denominator` to the nearest whole, halves away from zero (四舍五入, R2); a sign mirrors (R5).

    Not Python's `round`, which takes halves to the even neighbour.
    """
    size, whole = abs(numerator), abs(denominator)
    rounded = (2 * size + whole) // (2 * whole)
    return rounded if (numerator < 0) == (denominator < 0) else -rounded


def share(base_fen: int, ppm: int) -> int:
    """The fen that `ppm` parts per million of `base_fen` come to, rounded half up (R2)."""
    return half_up(base_fen * ppm, PPM)


def amount_of(quantity: Decimal, price_fen: int) -> int:
    """The fen that `quantity` units (2.5 斤) cost at `price_fen` a unit, rounded half up.

    Raises TooFine beyond three decimals: quantities are stored as `numeric(12, 3)`.
    """
    if not quantity.is_finite():
        raise TooFine(f"{quantity} is not a quantity")
    units, per_unit = quantity.as_integer_ratio()
    if 1000 % per_unit:
        raise TooFine(f"{quantity} has more than three decimals")
    return half_up(units * price_fen, per_unit)


def allocate(total_fen: int, weights: Sequence[int]) -> tuple[int, ...]:
    """Split `total_fen` in proportion to `weights` so that the parts add up to it exactly (R3).

    Largest remainder (Hare–Niemeyer): everybody gets the whole fen of the exact part, the fen left over go one each
    to the largest fractions, among equals to the lower index. A zero weight gets nothing, a negative total mirrors.
    """
    whole = sum(weights)
    if whole <= 0 or min(weights) < 0:
        raise CannotAllocate(f"cannot split {total_fen} fen by the weights {list(weights)}")
    if total_fen < 0:
        return tuple(-part for part in allocate(-total_fen, weights))
    parts = [total_fen * weight // whole for weight in weights]
    largest_remainder_first = sorted(range(len(weights)), key=lambda i: -(total_fen * weights[i] % whole))
    for i in largest_remainder_first[: total_fen - sum(parts)]:
        parts[i] += 1
    return tuple(parts)


def reversed_so_far(amount_fen: int, refunded_fen: int, base_fen: int) -> int:
    """What has been taken back of `amount_fen` once `refunded_fen` of its `base_fen` have been refunded (R4).

    Cumulative: one refund takes back the difference between two of these, so that any sequence of refunds ends at
    exactly the amount. Why it is this form: docs/decisions/003-reversal-is-cumulative.md.
    """
    if not 0 <= refunded_fen <= base_fen:
        raise RefundBeyondBase(f"{refunded_fen} fen refunded of a base of {base_fen} fen")
    return half_up(amount_fen * refunded_fen, base_fen)


def format_yuan(fen: int) -> str:
    """`128980` → `1,289.80`; a minus leads: `-0.05`."""
    yuan, rest = divmod(abs(fen), 100)
    return f"{'-' if fen < 0 else ''}{yuan:,}.{rest:02}"


# Only what a Chinese keyboard types in full width. NFKC would also read ² and ② as digits and turn 12² into 122.
_HALF_WIDTH = str.maketrans("０１２３４５６７８９．，－", "0123456789.,-")
_YUAN = re.compile(r"(-?)([0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)(?:\.([0-9]{1,2}))?")


def parse_yuan(text: str) -> int:
    """`1,289.8` → 128980 fen. Full-width digits and thousands commas are read; anything doubtful is NotAnAmount."""
    found = _YUAN.fullmatch(text.strip().translate(_HALF_WIDTH))
    if found is None:
        raise NotAnAmount(f"{text!r} is not an amount in yuan")
    minus, yuan, decimals = found.groups(default="")
    fen = int(yuan.replace(",", "")) * 100 + int(decimals.ljust(2, "0"))
    return -fen if minus else fen
