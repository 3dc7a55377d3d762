"""What people enter about plan versions and their trials. The services decide and save."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from community.forms import DayField, choices_of
from core.fields import LatestChoiceField, PercentField, YuanField
from core.models import User
from ledger.models import Period
from orders.models import Product
from referrals.services import Terms


class VersionForm(forms.Form):
    """What a new plan version pays: rates as percent, money as yuan, days inclusive."""

    PRODUCTS = 6
    """Rows for products with a rate of their own."""

    first_day = DayField(label=_("First day"))
    last_day = DayField(label=_("Last day"), required=False, help_text=_("Empty: until another version follows."))
    leader = PercentField(label=_("Leader rate, %"), help_text=_("Of delivered sales less refunds."))
    pool_cap = PercentField(
        label=_("All rates together at most, %"), required=False, help_text=_("Of the order. Empty: no limit.")
    )
    referral = PercentField(label=_("Referral rate, %"), help_text=_("For whoever brought the buyer."))
    referral_2 = PercentField(
        label=_("Second level, %"),
        required=False,
        help_text=_("For whoever brought that person. Somebody has to answer for it by name."),
    )
    delivery_fee = YuanField(label=_("Delivery fee a household, ¥"))
    delivery_cap = YuanField(label=_("At most a round, ¥"), required=False, help_text=_("Empty: no limit."))
    development = PercentField(
        label=_("Development fee, %"), required=False, help_text=_("For whoever opened the group, beside its leader.")
    )
    development_days = forms.IntegerField(
        label=_("Paid for so many days"),
        required=False,
        min_value=1,
        max_value=3_660,
        help_text=_("From the day the group was opened on."),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        products = Product.objects.visible_to(user)
        for row in range(self.PRODUCTS):
            product = LatestChoiceField(Product.objects.none(), label=_("Product"), required=False, empty_label="—")
            self.fields[f"product_{row}"] = product
            self.fields[f"product_{row}_rate"] = PercentField(label=_("Leader rate, %"), required=False)
            product.offer(products, self[f"product_{row}"].value(), latest="pinyin")

    @property
    def product_rows(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        return [(self[f"product_{row}"], self[f"product_{row}_rate"]) for row in range(self.PRODUCTS)]

    def clean_last_day(self) -> date | None:
        first, last = self.cleaned_data.get("first_day"), self.cleaned_data["last_day"]
        if first and last and last < first:
            raise ValidationError(_("The last day is not before the first."))
        return last  # type: ignore[no-any-return]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if bool(data.get("development")) != bool(data.get("development_days")):
            self.add_error("development_days", _("A development fee has a rate and the days it is paid for."))
        chosen: set[Product] = set()
        for row in range(self.PRODUCTS):
            product, rate = data.get(f"product_{row}"), data.get(f"product_{row}_rate")
            if product in chosen:
                self.add_error(f"product_{row}", _("This product stands above already."))
            elif product:
                chosen.add(product)
            elif rate is not None:
                self.add_error(f"product_{row}", _("Say which product has this rate."))
        return data

    @property
    def terms(self) -> Terms:
        data = self.cleaned_data
        rows = [(data[f"product_{row}"], data[f"product_{row}_rate"]) for row in range(self.PRODUCTS)]
        return Terms(
            first_day=data["first_day"],
            last_day=data["last_day"],
            leader_ppm=data["leader"],
            referral_1_ppm=data["referral"],
            referral_2_ppm=data["referral_2"] or 0,
            pool_cap_ppm=data["pool_cap"],
            delivery_fee_fen=data["delivery_fee"],
            delivery_cap_fen=data["delivery_cap"],
            development_ppm=data["development"] or 0,
            development_days=data["development_days"] or 0,
            product_ppm={product.pk: rate for product, rate in rows if product},
        )


class TrialForm(forms.Form):
    """On which past periods a version is tried."""

    periods = forms.ModelMultipleChoiceField(
        Period.objects.none(), label=_("On the sales of"), widget=forms.CheckboxSelectMultiple
    )

    OFFERED = 12
    """The latest periods."""

    def __init__(self, data: Any = None, *, user: User) -> None:
        super().__init__(data)
        latest = Period.objects.visible_to(user).order_by("-span").values("pk")[: self.OFFERED]
        choices_of(self, "periods").queryset = (
            Period.objects.visible_to(user).filter(pk__in=list(latest.values_list("pk", flat=True))).order_by("-span")
        )
