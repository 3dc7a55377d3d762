"""What did not arrive, and what the scale says."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.fields import QuantityField
from orders.models import OrderLine


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
