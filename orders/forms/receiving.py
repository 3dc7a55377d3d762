"""What came: counted offer by offer, and put right where a count was wrong."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _

from core.fields import MOST, TOO_MUCH, QuantityField
from orders.models import Offer
from orders.queries import Received
from orders.services.placing import whole_sentence

MOST_PACKS = 9999
"""In one count of one offer: a lorry's load, far below what the column holds."""


@dataclass(frozen=True, slots=True)
class ArrivalRow:
    """An offer that is counted, with the fields to count it in: in packs, loose, "as ordered" (None: not asked)."""

    received: Received
    packs: BoundField | None
    loose: BoundField | None
    full: BoundField | None


class ArrivalsForm(forms.Form):
    """What was counted of each offer in one go: in packs and loose, or simply "as ordered".

    `key` is new for every form: a second tap counts nothing twice.
    """

    key = forms.CharField(max_length=64, widget=forms.HiddenInput)
    note = forms.CharField(label=_("Note"), max_length=200, required=False)

    def __init__(self, *args: Any, goods: Sequence[Received], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.goods = goods
        for one in goods:
            offer, looks = one.offer, {"autocomplete": "off"}
            loose = {**looks, "inputmode": "numeric" if offer.counted else "decimal"}
            words = {"offer": offer.name, "unit": offer.unit, "pack": offer.pack_name}
            self.fields[self.loose(offer)] = QuantityField(
                label=_("%(offer)s arrived (%(unit)s)") % words,
                required=False,
                min_value=0,
                widget=forms.TextInput(attrs=loose),
            )
            if offer.pack_size:
                self.fields[self.packs(offer)] = forms.IntegerField(
                    label=_("%(offer)s arrived (%(pack)s)") % words,
                    required=False,
                    min_value=0,
                    max_value=MOST_PACKS,
                    widget=forms.TextInput(attrs={**looks, "inputmode": "numeric"}),
                )
            if one.difference < 0:
                self.fields[self.full(offer)] = forms.BooleanField(label=_("As ordered"), required=False)

    @staticmethod
    def loose(offer: Offer) -> str:
        return f"loose-{offer.pk}"

    @staticmethod
    def packs(offer: Offer) -> str:
        return f"packs-{offer.pk}"

    @staticmethod
    def full(offer: Offer) -> str:
        return f"full-{offer.pk}"

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for one in self.goods:
            offer, typed = one.offer, self.typed(one.offer, data)
            if typed and typed > MOST:
                self.add_error(self.loose(offer), TOO_MUCH)
            elif typed and offer.counted and typed != typed.to_integral_value():
                self.add_error(self.loose(offer), whole_sentence(offer))
            elif typed is not None and data.get(self.full(offer)):
                self.add_error(self.loose(offer), _("Either as ordered or how much: one of the two."))
        if not self.errors and not self.quantities:
            raise ValidationError(_("Say what arrived, of at least one product."))
        return data

    def typed(self, offer: Offer, data: Mapping[str, Any]) -> Decimal | None:
        """What was typed of an offer, in its unit; None where both fields are empty."""
        loose, packs = data.get(self.loose(offer)), data.get(self.packs(offer))
        if loose is None and packs is None:
            return None
        return (loose or Decimal()) + (packs or 0) * (offer.pack_size or Decimal())

    @property
    def quantities(self) -> dict[int, Decimal]:
        """What was counted, by offer. "As ordered" is what is still to come of it."""
        data = self.cleaned_data
        counted = {one.offer.pk: self.typed(one.offer, data) for one in self.goods}
        counted |= {one.offer.pk: -one.difference for one in self.goods if data.get(self.full(one.offer))}
        return {offer: quantity for offer, quantity in counted.items() if quantity is not None}

    def rows(self) -> list[ArrivalRow]:
        """The offers with their fields, in their order."""
        names = ((one, self.packs(one.offer), self.loose(one.offer), self.full(one.offer)) for one in self.goods)
        return [ArrivalRow(one, *map(self.field, fields)) for one, *fields in names]

    def field(self, name: str) -> BoundField | None:
        return self[name] if name in self.fields else None


class ArrivalCorrectionForm(forms.Form):
    """By how much a count was wrong, or how much of it is spoilt, and why."""

    quantity = QuantityField(label=_("How much"))
    note = forms.CharField(label=_("Reason"), max_length=200)
