"""Mobile numbers: how one is kept, and how it is shown to those who need not read all of it."""

import re
import unicodedata

KEPT = r"^(1[3-9][0-9]{9}|852[4-9][0-9]{7}|853[0-9]{8}|8869[0-9]{8})$"
"""Digits only: the mainland's eleven without a country code; Hong Kong, Macau and Taiwan with theirs."""

_KEPT = re.compile(KEPT)
_BETWEEN = re.compile(r"[\s().\-‐‑‒–—−·]")


class NotAPhone(ValueError):
    """The text is no mobile number of the mainland, Hong Kong, Macau or Taiwan."""


def tidy_phone(text: str) -> str:
    """A number somebody typed, as it is kept: `"+86 138-0000-0000"` → `"13800000000"`, `"+852 9123 4567"` →
    `"85291234567"`. Raises NotAPhone.
    """
    typed = _BETWEEN.sub("", unicodedata.normalize("NFKC", text))
    digits = re.sub(r"^(\+|00)", "", typed)
    digits = re.sub(r"^86(?=1[3-9]\d{9}$)", "", digits, flags=re.ASCII)
    digits = re.sub(r"^8860(?=9)", "886", digits)
    if not _KEPT.fullmatch(digits):
        raise NotAPhone(text)
    return digits


def masked(phone: str) -> str:
    """Enough to recognise a number by, too little to call it: `"13800000000"` → `"138****0000"`."""
    return f"{phone[:3]}****{phone[-4:]}" if phone else ""


def dialled(phone: str) -> str:
    """A kept number as a phone dials it: `"13800000000"` stays, `"85291234567"` → `"+85291234567"`."""
    return phone if phone.startswith("1") else f"+{phone}"
