"""Something was wrong with what was delivered: what a leader proposes, what an operator answers."""

from collections.abc import Sequence
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from core.models import User
from core.money import format_yuan
from core.pictures import PictureField
from core.templatetags.ui import quantity as spoken
from orders.enums import ComplaintReason
from orders.forms.orders import HowMuchForm
from orders.models import OrderLine


class ComplaintForm(HowMuchForm):
    """A proposal to refund one line; only `lines`, of which something can still be refunded, can be chosen."""

    line = forms.TypedChoiceField(label=_("What is it about"), coerce=int, widget=forms.RadioSelect)
    reason = forms.ChoiceField(label=_("What is wrong"), choices=ComplaintReason.choices, widget=forms.RadioSelect)
    note = forms.CharField(
        label=_("In a few words"),
        max_length=150,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    photo = PictureField(label=_("Photo"))

    field_order = ["line", "reason", "quantity", "amount_fen", "note", "photo"]

    def __init__(self, *args: Any, lines: Sequence[OrderLine], user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        line, photo = cast(forms.TypedChoiceField, self.fields["line"]), cast(PictureField, self.fields["photo"])
        line.choices = [(one.pk, said_of(one)) for one in lines]
        photo.by = user
        if len(lines) == 1:
            line.initial = lines[0].pk

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("reason") == ComplaintReason.OTHER and not data.get("note"):
            self.add_error("note", _("Say in a few words what is wrong."))
        return data


def said_of(line: OrderLine) -> str:
    """The goods with what of them can still be refunded: 草莓 · 2 盒 · ¥59.80."""
    left, left_fen = line.delivered_quantity - line.refunded_quantity, line.delivered_fen - line.refunded_fen
    return f"{line.offer.name} · {spoken(left)} {line.offer.unit} · ¥{format_yuan(left_fen)}"


class RefuseForm(forms.Form):
    """Why a complaint is not refunded."""

    reason = forms.CharField(label=_("Why not"), max_length=200, help_text=_("The leader reads it."))
