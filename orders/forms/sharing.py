"""Who gets how much of what came, said by hand."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _

from core.fields import QuantityField
from orders.models import OrderLine
from orders.queries import ShortOffer
from orders.services.placing import whole_sentence


class SharingForm(forms.Form):
    """How much of what came each line gets in all, said by hand; `given` is what it begins with, by line id."""

    def __init__(
        self, *args: Any, short: ShortOffer, given: Mapping[int, Decimal] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.offer = short.offer
        self.lines = {self.key(one.line): one.line for one in short.asked}
        looks = {"autocomplete": "off", "inputmode": "numeric" if short.offer.counted else "decimal"}
        for key, line in self.lines.items():
            self.fields[key] = QuantityField(
                label=_("%(name)s gets") % {"name": line.order.member.name},
                min_value=line.delivered_quantity,
                max_value=line.to_deliver,
                initial=given and given[line.pk],
                widget=forms.TextInput(attrs=looks),
            )

    @staticmethod
    def key(line: OrderLine) -> str:
        return f"given-{line.pk}"

    def field_of(self, line: OrderLine) -> BoundField:
        return self[self.key(line)]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for key in self.lines:
            if self.offer.counted and data.get(key) and data[key] != data[key].to_integral_value():
                self.add_error(key, whole_sentence(self.offer))
        return data

    @property
    def quantities(self) -> dict[int, Decimal]:
        """What each line gets, by line id; what could not be read is left out."""
        data = self.cleaned_data
        return {line.pk: data[key] for key, line in self.lines.items() if data.get(key) is not None}
