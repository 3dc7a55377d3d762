"""Orders: which of them a list shows, what is corrected and what is given back of one."""

from decimal import Decimal
from typing import Any, cast

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from community.forms import DayField
from community.models import Group, Member
from core.fields import LatestChoiceField, QuantityField, YuanField
from core.models import User
from orders.enums import CampaignState, OrderSource, OrderState
from orders.models import Campaign, Offer, Order, Product


class OrderFilterForm(forms.Form):
    """Which orders a list shows. What it does not understand, or what is not this person's to see, it leaves out."""

    q = forms.CharField(required=False)
    campaign = LatestChoiceField(
        Campaign.objects.none(), label=_("Campaign"), required=False, empty_label=_("All campaigns")
    )
    group = LatestChoiceField(Group.objects.none(), label=_("Group"), required=False, empty_label=_("All groups"))
    state = forms.ChoiceField(label=_("State"), required=False, choices=[("", _("All states")), *OrderState.choices])
    leader = LatestChoiceField(Member.objects.none(), label=_("Leader"), required=False, empty_label=_("All leaders"))
    product = LatestChoiceField(
        Product.objects.none(), label=_("Product"), required=False, empty_label=_("All products")
    )
    source = forms.ChoiceField(
        label=_("Came in by"), required=False, choices=[("", _("All ways in")), *OrderSource.choices]
    )
    since = DayField(label=_("From day"), required=False)
    until = DayField(label=_("To day"), required=False)
    place = forms.CharField(
        label=_("By name"),
        required=False,
        widget=forms.TextInput(attrs={"placeholder": _("Campaign, group or leader"), "autocomplete": "off"}),
    )

    ALWAYS = ("campaign", "group", "state")
    """Those in sight; the others are opened."""

    def __init__(self, data: Any, *, user: User) -> None:
        super().__init__(data)
        campaigns = Campaign.objects.visible_to(user).exclude(state=CampaignState.DRAFT)
        rows: dict[str, tuple[QuerySet[Any], str]] = {
            "campaign": (campaigns, "-cuts_off_at"),
            "group": (Group.objects.visible_to(user), "-opened_on"),
        }
        if user.is_leader:
            # A leader has few groups and reads the own ones: who led them before, and the catalogue, is not theirs.
            for name in ("leader", "product", "place"):
                del self.fields[name]
        else:
            led = Member.objects.visible_to(user).filter(assignments__isnull=False).distinct()
            rows |= {"leader": (led, "-pk"), "product": (Product.objects.visible_to(user), "-pk")}
        for name, (found, latest) in rows.items():
            field = cast(LatestChoiceField, self.fields[name])
            field.offer(found, self[name].value(), latest=latest)

    @property
    def in_sight(self) -> list[forms.BoundField]:
        return [self[name] for name in self.ALWAYS]

    @property
    def behind(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name not in {"q", *self.ALWAYS}]

    @property
    def is_narrowed_behind(self) -> bool:
        """Whether one of those that are opened narrows the list: then they are open."""
        return any(field.value() for field in self.behind)

    def conditions(self) -> dict[str, Any]:
        """What to narrow orders by (`orders_narrowed`)."""
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


class HowMuchForm(forms.Form):
    """By quantity or by amount: one of the two."""

    quantity = QuantityField(label=_("Quantity"), required=False)
    amount_fen = YuanField(label=_("or amount (¥)"), required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.errors and (data.get("quantity") is None) == (data.get("amount_fen") is None):
            raise forms.ValidationError(_("Give either a quantity or an amount."))
        return data


class RefundForm(HowMuchForm):
    """A refund, with its reason."""

    reason = forms.CharField(label=_("Reason"), max_length=200)
