"""Money as people enter it: for an order, from a leader's hands, in advance."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from community.models import Member
from core.fields import YuanField
from core.models import User
from orders.enums import BY_HAND, PayMethod
from orders.models import Coupon, Order
from orders.queries import Due
from orders.services import Money, held_by

IN, OUT = "in", "out"


class CollectForm(forms.Form):
    """One tap: what was shown as due, and how it came."""

    due = forms.IntegerField()
    method = forms.ChoiceField(choices=BY_HAND, required=False)

    @property
    def method_chosen(self) -> PayMethod:
        return PayMethod(self.cleaned_data["method"] or PayMethod.CASH)


class PaymentForm(forms.Form):
    """Any amount that came for an order or was given back; `paid` is what stood on the page as paid."""

    paid = forms.IntegerField(widget=forms.HiddenInput)
    move = forms.ChoiceField(label=_("Received or given back"), choices=[(IN, _("Received")), (OUT, _("Given back"))])
    amount_fen = YuanField(label=_("Amount (¥)"))
    method = forms.ChoiceField(label=_("How"), choices=BY_HAND)
    holder = forms.ModelChoiceField(
        Member.objects.none(), label=_("Who has it"), required=False, empty_label=_("The house")
    )
    external_id = forms.CharField(label=_("Transaction number"), max_length=40, required=False)
    note = forms.CharField(label=_("Note"), max_length=200, required=False)

    def __init__(self, data: Any = None, *, order: Order, due: Due, user: User) -> None:
        begin = {"paid": due.paid_fen, "move": OUT if due.fen < 0 else IN, "amount_fen": abs(due.fen) or None}
        super().__init__(data, prefix="pay", initial=begin)
        self.order, self.user = order, user
        if user.is_leader:  # a leader records what is in the own hands, and knows nobody's balance
            del self.fields["holder"]
            methods = [(value, label) for value, label in BY_HAND if value != PayMethod.BALANCE]
            self.fields["method"].choices = methods  # type: ignore[attr-defined]
        else:
            leaders = Member.objects.filter(assignments__group=order.group_id).distinct()
            self.fields["holder"].queryset = leaders  # type: ignore[attr-defined]

    def clean_amount_fen(self) -> int:
        fen: int = self.cleaned_data["amount_fen"]
        if not fen:
            raise forms.ValidationError(_("An amount is more than nothing."))
        return fen

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("holder") and data.get("method") == PayMethod.BALANCE:
            self.add_error("holder", _("What a balance paid is in nobody's hands."))
        return data

    @property
    def money(self) -> Money:
        data = self.cleaned_data
        holder = data.get("holder")
        return Money(
            order=self.order,
            amount_fen=data["amount_fen"] if data["move"] == IN else -data["amount_fen"],
            method=PayMethod(data["method"]),
            holder_id=held_by(self.user) if self.user.is_leader else holder and holder.pk,
            external_id=data["external_id"].strip(),
            note=data["note"].strip(),
        )


class CouponForm(forms.Form):
    """The coupon to pay an order with; `paid` is what stood on the page as paid."""

    paid = forms.IntegerField()
    coupon = forms.ModelChoiceField(Coupon.objects.none())

    def __init__(self, data: Any = None, *, coupons: QuerySet[Coupon]) -> None:
        super().__init__(data)
        self.fields["coupon"].queryset = coupons  # type: ignore[attr-defined]


class AmountForm(forms.Form):
    """An amount, more than nothing."""

    amount_fen = YuanField(label=_("Amount (¥)"))

    def clean_amount_fen(self) -> int:
        fen: int = self.cleaned_data["amount_fen"]
        if not fen:
            raise forms.ValidationError(_("An amount is more than nothing."))
        return fen


class HandOverForm(AmountForm):
    """What a leader hands over; `latest` is the hand-over that stood on the page as the latest."""

    latest = forms.IntegerField(widget=forms.HiddenInput)
    note = forms.CharField(label=_("Note"), max_length=200, required=False)


class TopUpForm(AmountForm):
    """What a member pays in advance; `latest` is the move that stood on the page as the latest."""

    latest = forms.IntegerField(widget=forms.HiddenInput)


class BalanceCorrectionForm(TopUpForm):
    """What is added to a balance or taken from it, and why."""

    move = forms.ChoiceField(
        label=_("What is corrected"), choices=[(IN, _("Add so much")), (OUT, _("Take so much away"))]
    )
    reason = forms.CharField(label=_("Reason"), max_length=200)

    field_order = ["move", "amount_fen", "reason"]

    @property
    def signed_fen(self) -> int:
        fen: int = self.cleaned_data["amount_fen"]
        return fen if self.cleaned_data["move"] == IN else -fen
