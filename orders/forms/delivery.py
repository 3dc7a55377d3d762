"""What was ticked at the doors, what did not arrive, and what the scale says."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.fields import YEARS, PlainTextField, QuantityField
from orders.models import OrderLine
from orders.services import Tap

MOST_TAPS = 200
"""In one go; a phone sends the rest afterwards."""
MOST_ID, MOST_SEEN = 2**63 - 1, 2**31 - 1
"""What the columns hold."""


class NotTaps(ValueError):
    """What was sent is no list of taps."""


class TapForm(forms.Form):
    """One tap at a door, as the page's script keeps it. The moment is the phone's own, in milliseconds since 1970."""

    key = forms.UUIDField()
    order = forms.IntegerField(min_value=1, max_value=MOST_ID)
    delivered = forms.BooleanField(required=False)
    seen = forms.IntegerField(min_value=0, max_value=MOST_SEEN)
    at = forms.IntegerField(required=False)

    @property
    def tap(self) -> Tap:
        data = self.cleaned_data
        return Tap(data["key"], data["order"], data["delivered"], data["seen"], moment_of(data["at"]))


def moment_of(milliseconds: int | None) -> datetime | None:
    """A phone's clock may say anything; what is no moment of these centuries is none."""
    try:
        moment = datetime.fromtimestamp((milliseconds or 0) / 1000, UTC)
    except (OverflowError, ValueError, OSError):
        return None
    return moment if moment.year in YEARS else None


def read_taps(body: bytes) -> list[Tap]:
    """The taps a phone sends, at most MOST_TAPS of them. Raises NotTaps."""
    try:
        sent = json.loads(body)["taps"]
        read = [TapForm(one) for one in sent]
    except (ValueError, TypeError, LookupError, RecursionError) as error:
        raise NotTaps from error
    if not isinstance(sent, list) or len(sent) > MOST_TAPS or not all(isinstance(one, dict) for one in sent):
        raise NotTaps
    if not all(form.is_valid() for form in read):
        raise NotTaps
    return [form.tap for form in read]


class ShortageForm(forms.Form):
    """How much of each line of an order did not arrive, and why."""

    reason = forms.CharField(label=_("Reason"), max_length=200, required=False)

    def __init__(self, *args: Any, lines: Sequence[OrderLine], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lines = {self.key(line.pk): line.pk for line in lines}
        for line in lines:
            self.fields[self.key(line.pk)] = QuantityField(
                label=_("%(offer)s missing (%(unit)s)") % {"offer": line.offer.name, "unit": line.offer.unit},
                required=False,
                initial=line.outstanding if len(lines) == 1 else None,
                widget=forms.NumberInput(attrs={"autofocus": line is lines[0]}),
            )
        self.order_fields([*self.lines, "reason"])

    @staticmethod
    def key(line_id: int) -> str:
        return f"line-{line_id}"

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.errors and not self.quantities:
            raise forms.ValidationError(_("Say how much is missing, of at least one product."))
        return data

    @property
    def quantities(self) -> dict[int, Decimal]:
        """What is missing, by line."""
        data = self.cleaned_data
        return {line: data[key] for key, line in self.lines.items() if data.get(key) is not None}


class WeightForm(forms.Form):
    """What the scale says of one line, in its offer's unit."""

    weight = QuantityField(label=_("Weight"))

    @property
    def refusal(self) -> str:
        """What is wrong with it, in a sentence or two."""
        return " ".join(map(str, self.errors.get("weight", [])))


class DeliveryLinkForm(forms.Form):
    """Whom a run is handed over to."""

    name = PlainTextField(label=_("For whom"), max_length=40, help_text=_("Their name stands at every door they tick."))
