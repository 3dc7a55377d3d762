"""An order from the page anybody may open."""

import re
import secrets
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from django.utils.translation import gettext_lazy as _

from community.forms import PhoneField
from community.models import Group
from community.rules.doors import tidy_door
from community.services import Visitor
from core.fields import PlainTextField, QuantityField
from orders.forms.stepper import StepperInput
from orders.models import Offer
from orders.queries import Standing
from orders.services.placing import limit_sentence, whole_sentence
from orders.terms import progress_of, terms_of

LONGEST_DOOR = 40


@dataclass(frozen=True, slots=True)
class GoodsRow:
    """An offer as the public page lists it: its terms, how far it has come, and the field to ask in if any is left."""

    standing: Standing
    field: BoundField | None

    @property
    def offer(self) -> Offer:
        return self.standing.offer

    @property
    def left(self) -> Decimal | None:
        """What is left; None is as much as is asked for."""
        return self.standing.left

    @property
    def terms(self) -> list[str]:
        return terms_of(self.standing)

    @property
    def progress(self) -> list[str]:
        return progress_of(self.standing)


class GoodsForm(forms.Form):
    """How much of each offer somebody wants, from a page anybody may open: nothing that comes in is taken on trust.

    `has` is what the order already asks for, by offer id.
    """

    MOST = 999
    """Of one offer in one order: enough for a street, too little to be a slip of the finger that nobody notices."""

    def __init__(self, *args: Any, goods: Iterable[Standing], has: Mapping[int, Decimal] | None = None, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.goods = {self.key(one.offer): one for one in goods}
        self.offers = {key: one.offer for key, one in self.goods.items()}
        self.has = has or {}
        for key, offer in self.offers.items():
            had = self.has.get(offer.pk) or None
            self.fields[key] = QuantityField(
                label=offer.name,
                required=False,
                min_value=Decimal(),
                max_value=Decimal(self.MOST),
                initial=had,
                widget=StepperInput(offer, weighed="any"),
            )

    @staticmethod
    def key(offer: Offer) -> str:
        return f"offer-{offer.pk}"

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for key, offer in self.offers.items():
            quantity = data.get(key)
            if quantity and offer.counted and quantity != quantity.to_integral_value():
                self.add_error(key, whole_sentence(offer))
            elif quantity and offer.limit_each is not None and quantity > max(offer.limit_each, self.has_of(offer)):
                self.add_error(key, limit_sentence(offer, offer.limit_each))
        strange = [key for key in self.data if key.startswith("offer-") and key not in self.fields and self.data[key]]
        if strange:
            raise ValidationError(_("One of the products is not part of this campaign. Nothing was saved."))
        return data

    def has_of(self, offer: Offer) -> Decimal:
        return self.has.get(offer.pk, Decimal())

    @property
    def quantities(self) -> dict[int, Decimal]:
        """By offer id; an empty field is nothing, one that did not come along says nothing."""
        sent = ((key, offer) for key, offer in self.offers.items() if key in self.data)
        return {offer.pk: self.cleaned_data.get(key) or Decimal() for key, offer in sent}

    def rows(self) -> list[GoodsRow]:
        """The offers in their order. What is sold out can be asked for no more, unless the order has some of it."""
        return [self.row(key, one) for key, one in self.goods.items()]

    def row(self, key: str, one: Standing) -> GoodsRow:
        offer, left, field = one.offer, one.left, self[key]
        room = [Decimal(self.MOST), offer.limit_each, None if left is None else left + self.has_of(offer)]
        field.field.widget.attrs["max"] = f"{min(most for most in room if most is not None).normalize():f}"
        return GoodsRow(one, field if left is None or left > 0 or field.value() else None)


class VisitorForm(forms.Form):
    """Who somebody without an account is, on a page anybody may open: door, name, phone; sent twice it counts once."""

    door = PlainTextField(label=_("Door"), max_length=LONGEST_DOOR, help_text=_("Building-unit-room, such as 6-2-301."))
    name = PlainTextField(label=_("Name"), max_length=40, help_text=_("As it stands in the group."))
    phone = PhoneField(help_text=_("Your next order is recognised by it. Nobody in the group sees it."))
    website = forms.CharField(required=False, widget=forms.TextInput(attrs={"tabindex": "-1", "autocomplete": "off"}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["door"].widget.attrs["autocomplete"] = "address-line2"
        self.fields["name"].widget.attrs["autocomplete"] = "nickname"

    def clean_door(self) -> str:
        door = tidy_door(self.cleaned_data["door"])
        if len(door) > LONGEST_DOOR:  # some characters become several when they are made half-width
            raise ValidationError(_("Write the door shorter: building-unit-room."))
        return door

    def clean_website(self) -> str:
        if self.cleaned_data["website"]:
            raise ValidationError(_("This field stays empty: only programs fill it in."))
        return ""

    @property
    def visitor(self) -> Visitor:
        return Visitor(self.cleaned_data["name"], self.cleaned_data["door"], self.cleaned_data["phone"])

    @property
    def nonce(self) -> str:
        """What makes a form sent twice one form: it comes back as it was given out."""
        sent = str(self.data.get("nonce", ""))
        return sent if re.fullmatch("[0-9a-f]{32}", sent) else secrets.token_hex(16)


class PublicOrderForm(VisitorForm, GoodsForm):
    """An order by somebody without an account: what, to which door, who. The leader sees it all as it was written."""

    note = PlainTextField(label=_("Note"), max_length=200, required=False)

    def __init__(self, *args: Any, groups: Sequence[Group], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.groups = {str(group.pk): group for group in groups}
        if len(groups) > 1:
            names = Counter(group.neighbourhood.name for group in groups)
            places = [
                (key, one.neighbourhood.name if names[one.neighbourhood.name] == 1 else one.name)
                for key, one in self.groups.items()
            ]
            self.fields["group"] = forms.ChoiceField(label=_("Neighbourhood"), choices=[("", _("Choose…")), *places])

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if not any(data.get(key) for key in self.offers) and not any(key in self.errors for key in self.offers):
            raise ValidationError(_("Say what and how much: the order is empty."))
        return data

    @property
    def group(self) -> Group:
        """The chosen one, or the only one there is."""
        return self.groups[self.cleaned_data["group"]] if "group" in self.fields else next(iter(self.groups.values()))

    @property
    def wanted(self) -> dict[int, Decimal]:
        """What is asked for, without the offers nothing is asked of."""
        return {offer: quantity for offer, quantity in self.quantities.items() if quantity}
