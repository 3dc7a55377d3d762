"""Bringing a file in: which one and where to, which column is what, what its goods are."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from community.rules.phones import masked
from core.tables import MOST_BYTES
from orders.enums import ImportKind
from orders.models import Import, Offer
from orders.rules.imports.orders import LEAVE_OUT, phone_of

LABELS = {
    ImportKind.ORDERS: {
        "number": _("Order number"),
        "name": _("Name"),
        "nickname": _("WeChat name"),
        "phone": _("Phone"),
        "door": _("Door or address"),
        "goods": _("Goods"),
        "spec": _("Spec"),
        "quantity": _("Quantity"),
        "price": _("Price"),
        "amount": _("Amount of the row"),
        "note": _("Note"),
        "state": _("State of the order"),
    },
    ImportKind.PRODUCTS: {
        "name": _("Product"),
        "spec": _("Spec"),
        "unit": _("Unit"),
        "category": _("Category"),
        "supplier": _("Supplier"),
        "aliases": _("Also written as"),
        "code": _("Letter code"),
        "cost": _("Cost"),
        "price": _("Price"),
        "sold": _("Counted or weighed"),
        "pack_name": _("Pack"),
        "pack_size": _("How much a pack holds"),
    },
}
NEEDED = {ImportKind.ORDERS: ("goods",), ImportKind.PRODUCTS: ("name",)}
SAMPLE = 24


class UploadForm(forms.Form):
    """A file, and for orders the campaign and group they go into; only those this person may order for."""

    chain = forms.ChoiceField(label=_("Campaign and group"))
    file = forms.FileField(
        label=_("File"),
        help_text=_("Excel (.xlsx) or CSV, up to 5,000 rows and 5 MB. Nothing is saved until you confirm."),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.csv,.txt", "class": "input"}),
    )

    def __init__(self, *args: Any, chains: Sequence[tuple[str, str]] | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if chains is None:
            del self.fields["chain"]
            return
        self.fields["chain"].choices = chains  # type: ignore[attr-defined]
        if len(chains) == 1:
            self.initial.setdefault("chain", chains[0][0])

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError(_("The file is larger than 5 MB. Nothing was read; bring it in in parts."))
        return file


class ColumnsForm(forms.Form):
    """Which column of the file is what: a choice of its headers for each field, with what stands below them first."""

    def __init__(self, data: Any = None, *, brought_in: Import) -> None:
        super().__init__(data)
        self.kind = ImportKind(brought_in.kind)
        choices: list[tuple[str, Any]] = [("", _("not in the file"))]
        for place, header in enumerate(brought_in.header):
            sample = next((row[place] for row in brought_in.rows[:20] if row[place]), "")
            sample = masked(phone_of(sample)) or sample
            shown = f"{header or place + 1}（{sample[:SAMPLE]}）" if sample else header or str(place + 1)
            choices.append((str(place), shown))
        for name, label in LABELS[self.kind].items():
            needed = name in NEEDED[self.kind]
            field = forms.TypedChoiceField(label=label, choices=choices, coerce=int, empty_value=None, required=needed)
            field.initial = brought_in.columns.get(name, "")
            self.fields[name] = field

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if self.kind == ImportKind.ORDERS and not any(
            data.get(name) is not None for name in ("name", "nickname", "phone")
        ):
            self.add_error("name", _("Say in which column the name or the phone is."))
        return data

    def columns(self) -> dict[str, int]:
        return {name: place for name, place in self.cleaned_data.items() if place is not None}


class GoodsAnswersForm(forms.Form):
    """Which offers of the campaign the unknown goods of a file are; `shown` are their texts, in order."""

    def __init__(self, data: Any = None, *, brought_in: Import, shown: Sequence[str]) -> None:
        super().__init__(data)
        offers = Offer.objects.filter(campaign=brought_in.campaign_id, called_off_at=None).order_by("position", "pk")
        choices = [
            ("", _("Pick a product")),
            *((str(o.pk), o.name) for o in offers),
            (str(LEAVE_OUT), _("leave this out")),
        ]
        self.texts = {f"goods_{place}": text for place, text in enumerate(shown)}
        for name, text in self.texts.items():
            self.fields[name] = forms.TypedChoiceField(
                label=f"“{text}”",
                choices=choices,
                coerce=int,
                empty_value=None,
                required=False,
                initial=brought_in.answers.get(text, ""),
            )

    def answers(self) -> dict[str, int]:
        return {
            self.texts[name]: answer
            for name, answer in self.cleaned_data.items()
            if name in self.texts and answer is not None
        }
