"""Reading what people enter about products, campaigns, shortages and refunds."""

import re
import secrets
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.forms.boundfield import BoundField
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from community.forms import DayField, PhoneField
from community.models import Group, Member
from community.rules.doors import tidy_door
from core.fields import MOST, TOO_MUCH, PlainTextField, QuantityField, YuanField, day_in_reach
from core.models import User
from orders.enums import CampaignState, OrderState, PlusOne
from orders.models import Campaign, Offer, OrderLine, Product, Supplier
from orders.queries import Received, ShortOffer
from orders.services import Newcomer, Visitor
from orders.services.placing import limit_sentence, whole_sentence

if TYPE_CHECKING:
    ProductModelForm = forms.ModelForm[Product]
    OfferModelForm = forms.ModelForm[Offer]
    SupplierModelForm = forms.ModelForm[Supplier]
else:
    ProductModelForm = OfferModelForm = SupplierModelForm = forms.ModelForm

LONGEST_DOOR = 40
MOST_PACKS = 9999
"""In one count of one offer: a lorry's load, far below what the column holds."""
LOCAL_TIME = "%Y-%m-%dT%H:%M"


class MomentField(forms.DateTimeField):
    """A moment in Asia/Shanghai, picked with the browser's own control."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format=LOCAL_TIME)
        super().__init__(**{"widget": widget, "input_formats": [LOCAL_TIME], **kwargs})

    def to_python(self, value: Any) -> Any:
        """Out of reach is refused before it is moved between time zones, where the calendar may have no room."""
        try:
            moment = super().to_python(value)
        except OverflowError:
            moment = datetime.min.replace(tzinfo=UTC)
        if moment is not None:
            day_in_reach(moment)
        return moment


class SupplierForm(SupplierModelForm):
    """Somebody the house buys from."""

    class Meta:
        model = Supplier
        fields = ["name", "contact", "phone", "note", "active"]
        widgets = {"phone": forms.TextInput(attrs={"type": "tel"})}


class ProductForm(ProductModelForm):
    """A product of the catalogue; aliases are written apart by commas, spaces or new lines."""

    price_fen = YuanField(label=_("Price (¥)"))
    cost_fen = YuanField(label=_("Cost (¥)"), required=False)
    aliases = forms.CharField(
        label=_("Also written as"),
        required=False,
        help_text=_("How people write it in a chain, apart by commas: 红富士，富士"),
    )
    pack_size = QuantityField(
        label=_("How much a pack holds"), required=False, help_text=_("In the unit above. Empty: bought loose.")
    )

    class Meta:
        model = Product
        fields = [
            "name",
            "spec",
            "unit",
            "counted",
            "price_fen",
            "cost_fen",
            "aliases",
            "code",
            "supplier",
            "pack_name",
            "pack_size",
            "active",
        ]
        help_texts = {"pack_name": _("What the supplier sells it in: 箱, 件.")}

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        suppliers = Supplier.objects.visible_to(user).filter(Q(active=True) | Q(pk=self.instance.supplier_id))
        supplier = self.fields["supplier"]
        supplier.queryset = suppliers  # type: ignore[attr-defined]
        supplier.empty_label = _("No supplier")  # type: ignore[attr-defined]
        if self.instance.pk:
            self.initial["aliases"] = "，".join(self.instance.aliases)

    def clean_aliases(self) -> list[str]:
        words = self.cleaned_data["aliases"]
        for mark in "，、;；\n":
            words = words.replace(mark, ",")
        return list(dict.fromkeys(word.strip() for word in words.split(",") if word.strip()))

    def clean_cost_fen(self) -> int:
        return self.cleaned_data["cost_fen"] or 0

    def clean(self) -> dict[str, Any]:
        """Half a pack is said beside the half that is missing; the model would say it of the whole form."""
        data = super().clean() or {}
        named, sized = data.get("pack_name"), data.get("pack_size")
        if not self.errors.keys() & {"pack_name", "pack_size"} and bool(named) != bool(sized):
            half = "pack_size" if named else "pack_name"
            self.add_error(half, _("A pack has a name and a size. Give both, or neither."))
        return data


class CampaignForm(forms.Form):
    """When and for whom a campaign runs."""

    title = forms.CharField(label=_("Title"), max_length=60)
    groups = forms.ModelMultipleChoiceField(
        Group.objects.none(), label=_("Groups"), widget=forms.CheckboxSelectMultiple
    )
    opens_at = MomentField(label=_("Opens at"))
    cuts_off_at = MomentField(label=_("Cut-off"))
    delivers_on = DayField(label=_("Delivery day"))
    plus_one = forms.ChoiceField(label=_("“+1” in the chain means"), choices=PlusOne.choices)
    default_quantity = forms.BooleanField(
        label=_("No number means one"), required=False, help_text=_("Such rows are always shown for a look.")
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        groups = self.fields["groups"]
        groups.queryset = Group.objects.visible_to(user)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        opens_at, cuts_off_at, delivers_on = (data.get(key) for key in ("opens_at", "cuts_off_at", "delivers_on"))
        if opens_at and cuts_off_at and cuts_off_at <= opens_at:
            self.add_error("cuts_off_at", _("The cut-off comes after the opening."))
        if cuts_off_at and delivers_on and delivers_on < timezone.localdate(cuts_off_at):
            self.add_error("delivers_on", _("The delivery day is not before the day of the cut-off."))
        return data


class OfferForm(forms.Form):
    """A product offered in the campaign. Without a price the catalogue's stands."""

    product = forms.ModelChoiceField(Product.objects.none(), label=_("Product"))
    price_fen = YuanField(label=_("Price (¥)"), required=False)
    stock = QuantityField(label=_("Stock"), required=False, help_text=_("Empty: as much as is asked for."))
    limit_each = QuantityField(label=_("Limit a member"), required=False)

    def __init__(self, *args: Any, user: User, campaign: Campaign, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        unused = Product.objects.visible_to(user).filter(active=True).exclude(offers__campaign=campaign)
        self.fields["product"].queryset = unused  # type: ignore[attr-defined]


class OfferChangeForm(OfferModelForm):
    """What an offer allows, as long as the campaign runs."""

    price_fen = YuanField(label=_("Price (¥)"))
    stock = QuantityField(label=_("Stock"), required=False, help_text=_("Empty: as much as is asked for."))
    limit_each = QuantityField(label=_("Limit a member"), required=False)

    class Meta:
        model = Offer
        fields = ["price_fen", "stock", "limit_each"]

    def _post_clean(self) -> None:
        """The service decides, so the instance is left alone here."""


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


class ProductFilterForm(forms.Form):
    """Which products a list shows. What it does not understand it leaves out."""

    supplier = forms.ModelChoiceField(
        Supplier.objects.none(), label=_("Supplier"), required=False, empty_label=_("All suppliers")
    )

    def __init__(self, data: Any, *, user: User) -> None:
        super().__init__(data)
        self.fields["supplier"].queryset = Supplier.objects.visible_to(user)  # type: ignore[attr-defined]

    def conditions(self) -> dict[str, Any]:
        """What to filter products by."""
        self.is_valid()
        return {field: value for field, value in self.cleaned_data.items() if value}


class OrderFilterForm(forms.Form):
    """Which orders a list shows. What it does not understand, or what is not this person's to see, it leaves out."""

    q = forms.CharField(label=_("Member or door"), required=False)
    campaign = forms.ModelChoiceField(
        Campaign.objects.none(), label=_("Campaign"), required=False, empty_label=_("All campaigns")
    )
    group = forms.ModelChoiceField(Group.objects.none(), label=_("Group"), required=False, empty_label=_("All groups"))
    state = forms.ChoiceField(label=_("State"), required=False, choices=[("", _("All states")), *OrderState.choices])

    def __init__(self, data: Any, *, user: User) -> None:
        super().__init__(data)
        campaigns = Campaign.objects.visible_to(user).exclude(state=CampaignState.DRAFT)
        self.fields["campaign"].queryset = campaigns  # type: ignore[attr-defined]
        self.fields["group"].queryset = Group.objects.visible_to(user)  # type: ignore[attr-defined]

    def conditions(self) -> dict[str, Any]:
        """What to filter orders by."""
        self.is_valid()
        return {field: value for field, value in self.cleaned_data.items() if value and field != "q"}


class RefundForm(forms.Form):
    """A refund by quantity or by amount: one of the two."""

    quantity = QuantityField(label=_("Quantity"), required=False)
    amount_fen = YuanField(label=_("or amount (¥)"), required=False)
    reason = forms.CharField(label=_("Reason"), max_length=200)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.errors and (data.get("quantity") is None) == (data.get("amount_fen") is None):
            raise forms.ValidationError(_("Give either a quantity or an amount."))
        return data


@dataclass(frozen=True, slots=True)
class GoodsRow:
    """An offer as the public page lists it: what is left (None: as much as is asked for), and the field to ask in."""

    offer: Offer
    left: Decimal | None
    field: BoundField | None


class GoodsForm(forms.Form):
    """How much of each offer somebody wants, from a page anybody may open: nothing that comes in is taken on trust.

    `has` is what the order already asks for, by offer id.
    """

    MOST = 999
    """Of one offer in one order: enough for a street, too little to be a slip of the finger that nobody notices."""

    def __init__(self, *args: Any, offers: Iterable[Offer], has: Mapping[int, Decimal] | None = None, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.offers = {self.key(offer): offer for offer in offers}
        self.has = has or {}
        for key, offer in self.offers.items():
            had = self.has.get(offer.pk) or None
            step = {"step": "1" if offer.counted else "any", "inputmode": "numeric" if offer.counted else "decimal"}
            self.fields[key] = QuantityField(
                label=offer.name,
                required=False,
                min_value=Decimal(),
                max_value=Decimal(self.MOST),
                initial=had,
                widget=forms.NumberInput(attrs={**step, "placeholder": "0", "data-fen": offer.price_fen}),
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
                self.add_error(key, limit_sentence(offer))
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
        return [self.row(key, offer) for key, offer in self.offers.items()]

    def row(self, key: str, offer: Offer) -> GoodsRow:
        left = None if offer.stock is None else offer.stock - offer.taken
        field = self[key]
        room = [Decimal(self.MOST), offer.limit_each, None if left is None else left + self.has_of(offer)]
        field.field.widget.attrs["max"] = f"{min(most for most in room if most is not None).normalize():f}"
        return GoodsRow(offer, left, field if left is None or left > 0 or field.value() else None)


class PublicOrderForm(GoodsForm):
    """An order by somebody without an account: what, to which door, who. The leader sees it all as it was written."""

    door = PlainTextField(label=_("Door"), max_length=LONGEST_DOOR, help_text=_("Building-unit-room, such as 6-2-301."))
    name = PlainTextField(label=_("Name"), max_length=40, help_text=_("As it stands in the group."))
    phone = PhoneField(help_text=_("Your next order is recognised by it. Nobody in the group sees it."))
    note = PlainTextField(label=_("Note"), max_length=200, required=False)
    website = forms.CharField(required=False, widget=forms.TextInput(attrs={"tabindex": "-1", "autocomplete": "off"}))

    def __init__(self, *args: Any, groups: Sequence[Group], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.groups = {str(group.pk): group for group in groups}
        self.fields["door"].widget.attrs["autocomplete"] = "address-line2"
        self.fields["name"].widget.attrs["autocomplete"] = "nickname"
        if len(groups) > 1:
            names = Counter(group.neighbourhood.name for group in groups)
            places = [
                (key, one.neighbourhood.name if names[one.neighbourhood.name] == 1 else one.name)
                for key, one in self.groups.items()
            ]
            self.fields["group"] = forms.ChoiceField(label=_("Neighbourhood"), choices=[("", _("Choose…")), *places])

    def clean_door(self) -> str:
        door = tidy_door(self.cleaned_data["door"])
        if len(door) > LONGEST_DOOR:  # some characters become several when they are made half-width
            raise ValidationError(_("Write the door shorter: building-unit-room."))
        return door

    def clean_website(self) -> str:
        if self.cleaned_data["website"]:
            raise ValidationError(_("This field stays empty: only programs fill it in."))
        return ""

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
    def visitor(self) -> Visitor:
        return Visitor(self.cleaned_data["name"], self.cleaned_data["door"], self.cleaned_data["phone"])

    @property
    def wanted(self) -> dict[int, Decimal]:
        """What is asked for, without the offers nothing is asked of."""
        return {offer: quantity for offer, quantity in self.quantities.items() if quantity}

    @property
    def nonce(self) -> str:
        """What makes a form sent twice one order: it comes back as it was given out."""
        sent = str(self.data.get("nonce", ""))
        return sent if re.fullmatch("[0-9a-f]{32}", sent) else secrets.token_hex(16)


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
