"""Form fields that read what people write: yuan into fen, percent into ppm, quantities to a thousandth.

What is beyond reason is refused here, far below what the columns hold: sums of it still fit.
"""

import re
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from core.money import PPM, NotAnAmount, format_yuan, parse_yuan

PERCENT_PPM = PPM // 100
MOST = Decimal("99999.999")
"""The largest quantity anybody orders, stocks or limits."""
TOO_MUCH = _("A quantity is at most 99999.999.")
MOST_FEN = 999_999_999
LONGEST_AMOUNT = 40
"""No amount takes more characters to write; Python refuses to read numbers of thousands of digits."""
YEARS = range(2000, 2200)


def day_in_reach(day: date) -> None:
    """A form's validator of days and moments: the calendar ends, and the day after its last one is asked for."""
    if day.year not in YEARS:
        raise ValidationError(_("Choose a day between 2000 and 2199."))


_UNSEEN = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
"""Control characters, and those that turn the direction of the text around them. An emoji's joiner stays."""


class PlainTextField(forms.CharField):
    """One line from a stranger, as people see it: nothing unseen in it, single spaces, otherwise as written."""

    def to_python(self, value: Any) -> str:
        return " ".join(_UNSEEN.sub("", super().to_python(value) or "").split())


class YuanField(forms.CharField):
    """Yuan as written ("1,289.80"), fen as the value. Not negative."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"widget": forms.TextInput(attrs={"inputmode": "decimal", "class": "number"}), **kwargs})

    def prepare_value(self, value: Any) -> Any:
        return format_yuan(value) if isinstance(value, int) else value

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        if not text:
            return None
        too_much = ValidationError(_("An amount here is at most ¥9,999,999.99."))
        if len(text) > LONGEST_AMOUNT:
            raise too_much
        try:
            fen = parse_yuan(text)
        except NotAnAmount as error:
            raise ValidationError(_("Write an amount like 12.80.")) from error
        if fen < 0:
            raise ValidationError(_("An amount here is not negative."))
        if fen > MOST_FEN:
            raise too_much
        return fen


class PercentField(forms.DecimalField):
    """Percent as written ("3.5"), parts per million as the value."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"min_value": 0, "max_value": 100, "max_digits": 7, "decimal_places": 4, **kwargs})

    def prepare_value(self, value: Any) -> Any:
        return f"{(Decimal(value) / PERCENT_PPM).normalize():f}" if isinstance(value, int) else value

    def clean(self, value: Any) -> Any:
        percent = super().clean(value)
        return None if percent is None else int((percent * PERCENT_PPM).to_integral_value(ROUND_HALF_UP))


class QuantityField(forms.DecimalField):
    """How much of something, to a thousandth; more than nothing unless told otherwise, at most `MOST`."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"min_value": Decimal("0.001"), "max_value": MOST, "decimal_places": 3, **kwargs})
        if self.max_value == MOST:
            self.error_messages.setdefault("max_value", TOO_MUCH)

    def prepare_value(self, value: Any) -> Any:
        return f"{value.normalize():f}" if isinstance(value, Decimal) else value


class LatestChoiceField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A row of thousands: every one is understood, the latest and the chosen one are offered."""

    SHOWN = 30

    def offer(self, rows: QuerySet[Any], chosen: Any, *, latest: str = "-pk") -> None:
        """Offer the first of `rows` in the order of `latest`, and what `chosen` names."""
        self.queryset = rows
        # A widget goes through its choices more than once.
        self.choices = cache(lambda: [("", self.empty_label or ""), *self._offered(rows.order_by(latest), chosen)])

    def _offered(self, rows: QuerySet[Any], chosen: Any) -> list[tuple[Any, str]]:
        shown = list(rows[: self.SHOWN])
        try:
            row = self.to_python(chosen)
        except ValidationError:
            row = None
        if row and row not in shown:
            shown.insert(0, row)
        return [(row.pk, self.label_from_instance(row)) for row in shown]
