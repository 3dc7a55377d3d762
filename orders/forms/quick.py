"""An order entered by hand."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from community.models import Member
from core.fields import QuantityField
from orders.models import Offer
from orders.services import Newcomer


class QuickOrderForm(forms.Form):
    """How much more of each offer one member wants. `key` is new for every form: a second tap changes nothing."""

    key = forms.CharField(max_length=64, widget=forms.HiddenInput)
    note = forms.CharField(label=_("Note"), max_length=200, required=False)

    def __init__(self, *args: Any, offers: Sequence[Offer], member: Member | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.member = member
        self.offers = {self.key_of(offer.pk): offer.pk for offer in offers}
        for offer in offers:
            looks = {
                "step": "1" if offer.counted else "0.5",
                "inputmode": "numeric" if offer.counted else "decimal",
                "placeholder": "0",
                "autocomplete": "off",
                "data-price": offer.price_fen,
                "class": "input",
            }
            self.fields[self.key_of(offer.pk)] = QuantityField(
                label=offer.name, required=False, min_value=0, widget=forms.NumberInput(attrs=looks)
            )

    @staticmethod
    def key_of(offer_id: int) -> str:
        return f"offer-{offer_id}"

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.errors and not self.quantities:
            raise forms.ValidationError(_("Say what and how much: the order is empty."))
        return data

    @property
    def quantities(self) -> dict[int, Decimal]:
        """What is wanted more, by offer; nothing where nothing was entered."""
        return {offer: self.cleaned_data[key] for key, offer in self.offers.items() if self.cleaned_data.get(key)}

    @property
    def person(self) -> Member | Newcomer:
        """Whose order it is."""
        return cast(Member, self.member)


class NewcomerForm(QuickOrderForm):
    """The same for somebody new, with the name and the door they go by."""

    name = forms.CharField(label=_("Name"), max_length=60)
    door = forms.CharField(label=_("Door"), max_length=40, help_text=_("Building-unit-room, like 3-1701."))

    @property
    def person(self) -> Newcomer:
        return Newcomer(self.cleaned_data["name"], self.cleaned_data["door"])
