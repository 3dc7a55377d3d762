"""When and for whom a campaign runs, and what it offers."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from community.forms import DayField
from community.models import Group
from core.fields import QuantityField, YuanField, day_in_reach
from core.models import User
from orders.enums import PlusOne
from orders.models import Campaign, Offer, Product

if TYPE_CHECKING:
    OfferModelForm = forms.ModelForm[Offer]
else:
    OfferModelForm = forms.ModelForm

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
