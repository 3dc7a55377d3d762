"""The catalogue: products, whom they are bought from, and which of them a list shows."""

from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.fields import QuantityField, YuanField
from core.models import User
from core.pictures import PictureField
from orders.models import Product, Supplier

if TYPE_CHECKING:
    ProductModelForm = forms.ModelForm[Product]
    SupplierModelForm = forms.ModelForm[Supplier]
else:
    ProductModelForm = SupplierModelForm = forms.ModelForm


LONGEST_ALIAS = 40


class SupplierForm(SupplierModelForm):
    """Somebody the house buys from."""

    class Meta:
        model = Supplier
        fields = ["name", "contact", "phone", "note", "active"]
        widgets = {"phone": forms.TextInput(attrs={"type": "tel"})}


class AliasesField(forms.CharField):
    """How people write something in a chain: several words apart by commas, a list as the value."""

    def __init__(self, **kwargs: Any) -> None:
        said = {
            "label": _("Also written as"),
            "help_text": _("How people write it in a chain, apart by commas: 红富士，富士"),
        }
        super().__init__(**{"required": False, **said, **kwargs})

    def prepare_value(self, value: Any) -> Any:
        return "，".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        words = super().to_python(value) or ""
        for mark in "，、;；\n":
            words = words.replace(mark, ",")
        return list(dict.fromkeys(word.strip() for word in words.split(",") if word.strip()))

    def clean(self, value: Any) -> Any:
        """A word is as long as the catalogue keeps it."""
        words = super().clean(value)
        if any(len(word) > LONGEST_ALIAS for word in words):
            raise ValidationError(_("A word has at most %(length)s characters."), params={"length": LONGEST_ALIAS})
        return words


class ProductForm(ProductModelForm):
    """A product of the catalogue."""

    price_fen = YuanField(label=_("Price (¥)"))
    cost_fen = YuanField(label=_("Cost (¥)"), required=False)
    aliases = AliasesField()
    pack_size = QuantityField(
        label=_("How much a pack holds"), required=False, help_text=_("In the unit above. Empty: bought loose.")
    )

    new_picture = PictureField(label=_("Picture"))
    without_picture = forms.BooleanField(label=_("Take the picture away"), required=False)

    class Meta:
        model = Product
        fields = [
            "name",
            "spec",
            "category",
            "unit",
            "counted",
            "weighed",
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
        widgets = {"category": forms.TextInput(attrs={"list": "categories", "autocomplete": "off"})}

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        suppliers = Supplier.objects.visible_to(user).filter(Q(active=True) | Q(pk=self.instance.supplier_id))
        cast(PictureField, self.fields["new_picture"]).by = user
        if not self.instance.picture_id:
            del self.fields["without_picture"]
        supplier = self.fields["supplier"]
        supplier.queryset = suppliers  # type: ignore[attr-defined]
        supplier.empty_label = _("No supplier")  # type: ignore[attr-defined]
        known = Product.objects.visible_to(user).exclude(category="").order_by("category")
        self.categories = known.values_list("category", flat=True).distinct()

    def save(self, commit: bool = True) -> Product:
        """A new picture takes the place of the old one, which a browser may still have."""
        if picture := self.cleaned_data["new_picture"]:
            self.instance.picture_id = picture
        elif self.cleaned_data.get("without_picture"):
            self.instance.picture = None
        return super().save(commit)

    def clean_cost_fen(self) -> int:
        return self.cleaned_data["cost_fen"] or 0

    def clean(self) -> dict[str, Any]:
        """What two fields together cannot be is said beside one of them; the model would say it of the whole form."""
        data = super().clean() or {}
        if data.get("counted") and data.get("weighed"):
            self.add_error("weighed", _("What is sold in whole pieces is not weighed."))
        named, sized = data.get("pack_name"), data.get("pack_size")
        if not self.errors.keys() & {"pack_name", "pack_size"} and bool(named) != bool(sized):
            half = "pack_size" if named else "pack_name"
            self.add_error(half, _("A pack has a name and a size. Give both, or neither."))
        return data


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
