"""Orders: which of them a list shows, what is corrected and what is given back of one."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from community.models import Group
from core.fields import QuantityField, YuanField
from core.models import User
from orders.enums import CampaignState, OrderState
from orders.models import Campaign, Offer, Order


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


class CorrectionForm(forms.Form):
    """Something added to an order or taken from it after the cut-off, with the reason."""

    ADD, TAKE = "add", "take"

    offer = forms.ModelChoiceField(Offer.objects.none(), label=_("Product"), empty_label=_("Choose…"))
    move = forms.ChoiceField(
        label=_("What is corrected"),
        choices=[(ADD, _("Add so much")), (TAKE, _("Take so much away"))],
        widget=forms.RadioSelect,
    )
    quantity = QuantityField(label=_("Quantity"))
    reason = forms.CharField(label=_("Reason"), max_length=200)

    def __init__(self, data: Any = None, *, order: Order) -> None:
        super().__init__(data, prefix="correct")
        offers = Offer.objects.filter(campaign=order.campaign_id, called_off_at=None).order_by("position", "pk")
        self.fields["offer"].queryset = offers  # type: ignore[attr-defined]

    @property
    def quantities(self) -> dict[int, Decimal]:
        """By offer id, negative for what is taken away."""
        data = self.cleaned_data
        return {data["offer"].pk: data["quantity"] if data["move"] == self.ADD else -data["quantity"]}


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
