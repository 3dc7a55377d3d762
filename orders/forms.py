"""Reading what people enter about products, campaigns, shortages and refunds."""

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from community.forms import DayField
from community.models import Group
from core.fields import QuantityField, YuanField, day_in_reach
from core.models import User
from orders.enums import CampaignState, OrderState, PlusOne
from orders.models import Campaign, Offer, OrderLine, Product

if TYPE_CHECKING:
    ProductModelForm = forms.ModelForm[Product]
    OfferModelForm = forms.ModelForm[Offer]
else:
    ProductModelForm = OfferModelForm = forms.ModelForm

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


class ProductForm(ProductModelForm):
    """A product of the catalogue; aliases are written apart by commas, spaces or new lines."""

    price_fen = YuanField(label=_("Price (¥)"))
    cost_fen = YuanField(label=_("Cost (¥)"), required=False)
    aliases = forms.CharField(
        label=_("Also written as"),
        required=False,
        help_text=_("How people write it in a chain, apart by commas: 红富士，富士"),
    )

    class Meta:
        model = Product
        fields = ["name", "spec", "unit", "counted", "price_fen", "cost_fen", "aliases", "code", "active"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["aliases"] = "，".join(self.instance.aliases)

    def clean_aliases(self) -> list[str]:
        words = self.cleaned_data["aliases"]
        for mark in "，、;；\n":
            words = words.replace(mark, ",")
        return list(dict.fromkeys(word.strip() for word in words.split(",") if word.strip()))

    def clean_cost_fen(self) -> int:
        return self.cleaned_data["cost_fen"] or 0


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
