"""What people enter about plan versions and their trials. The services decide and save."""

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from community.forms import DayField, choices_of, who_may_lead
from community.models import Group
from core.fields import LatestChoiceField, PercentField, YuanField
from core.models import User
from ledger.models import Period
from orders.models import Product
from referrals.enums import Clock, VolumeKind
from referrals.rules.checks import NotCalculable
from referrals.rules.tiers import TierKind, Volume
from referrals.services import Terms

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise


@dataclass(frozen=True)
class Scope:
    """Rates of their own for something: so many rows to choose one and write its rate."""

    name: str
    rows: int
    label: "StrPromise"
    twice: "StrPromise"
    nameless: "StrPromise"


SCOPES = {
    scope.name: scope
    for scope in (
        Scope(
            "product",
            6,
            _("Product"),
            _("This product stands above already."),
            _("Say which product has this rate."),
        ),
        Scope("group", 3, _("Group"), _("This group stands above already."), _("Say which group has this rate.")),
        Scope("person", 3, _("Leader"), _("This leader stands above already."), _("Say which leader has this rate.")),
    )
}


class VersionForm(forms.Form):
    """What a new plan version pays: rates as percent, money as yuan, days inclusive."""

    TIERS = 4

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
    seed = PercentField(
        label=_("Seed user rate, %"),
        required=False,
        help_text=_("For the seed user through whose link or content the order came."),
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
    volume_kind = forms.ChoiceField(
        label=_("Grows with the month's volume"), choices=VolumeKind.choices, required=False
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for row in range(self.TIERS):
            self.fields[f"tier_{row}"] = YuanField(label=_("Above a month's sales of, ¥"), required=False)
            self.fields[f"tier_{row}_rate"] = PercentField(label=_("Leader rate, %"), required=False)
        offered = {
            "product": Product.objects.visible_to(user),
            "group": Group.objects.visible_to(user),
            "person": who_may_lead(user),
        }
        for scope in SCOPES.values():
            for row in range(scope.rows):
                chosen = LatestChoiceField(
                    offered[scope.name].none(), label=scope.label, required=False, empty_label="—"
                )
                self.fields[f"{scope.name}_{row}"] = chosen
                self.fields[f"{scope.name}_{row}_rate"] = PercentField(label=_("Leader rate, %"), required=False)
                chosen.offer(offered[scope.name], self[f"{scope.name}_{row}"].value(), latest="pinyin")

    def _pairs(self, name: str, rows: int) -> list[tuple[forms.BoundField, forms.BoundField]]:
        return [(self[f"{name}_{row}"], self[f"{name}_{row}_rate"]) for row in range(rows)]

    @property
    def tier_rows(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        return self._pairs("tier", self.TIERS)

    @property
    def product_rows(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        return self._pairs("product", SCOPES["product"].rows)

    @property
    def group_rows(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        return self._pairs("group", SCOPES["group"].rows)

    @property
    def person_rows(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        return self._pairs("person", SCOPES["person"].rows)

    def clean_last_day(self) -> date | None:
        first, last = self.cleaned_data.get("first_day"), self.cleaned_data["last_day"]
        if first and last and last < first:
            raise ValidationError(_("The last day is not before the first."))
        return last  # type: ignore[no-any-return]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if bool(data.get("development")) != bool(data.get("development_days")):
            self.add_error("development_days", _("A development fee has a rate and the days it is paid for."))
        for scope in SCOPES.values():
            self._check_rows(scope, data)
        self._check_tiers(data)
        return data

    def _check_rows(self, scope: Scope, data: dict[str, Any]) -> None:
        found: set[Any] = set()
        for row in range(scope.rows):
            name = f"{scope.name}_{row}"
            chosen, rate = data.get(name), data.get(f"{name}_rate")
            if chosen in found:
                self.add_error(name, scope.twice)
            elif chosen:
                found.add(chosen)
                if rate is None and scope.name != "product" and f"{name}_rate" not in self.errors:
                    self.add_error(f"{name}_rate", _("Write the rate."))
            elif rate is not None:
                self.add_error(name, scope.nameless)

    def _check_tiers(self, data: dict[str, Any]) -> None:
        """Complete rows, bounds and rates that rise, and only where the rate is said to grow."""
        written = []
        for row in range(self.TIERS):
            bound, rate = data.get(f"tier_{row}"), data.get(f"tier_{row}_rate")
            if bound is None and rate is not None:
                self.add_error(f"tier_{row}", _("Write above which sales the rate begins."))
            elif bound is not None and rate is None and f"tier_{row}_rate" not in self.errors:
                self.add_error(f"tier_{row}_rate", _("Write the rate."))
            elif bound is not None:
                written.append((bound, rate))
        if self.errors:
            return
        if bool(written) != bool(data["volume_kind"]):
            self.add_error("volume_kind", _("Say how the rate grows and from which sales on, or neither."))
        elif written:
            bounds, rates = zip(*written, strict=True)
            try:
                data["volume"] = Volume(TierKind(data["volume_kind"]), bounds, rates)
            except NotCalculable:
                self.add_error("tier_0", _("Bounds and rates rise from tier to tier."))
            if rates[0] <= data["leader"]:
                self.add_error("tier_0_rate", _("The first tier pays more than the leader rate."))

    def _own(self, scope: str) -> dict[int, Any]:
        data = self.cleaned_data
        rows = [(data[f"{scope}_{row}"], data[f"{scope}_{row}_rate"]) for row in range(SCOPES[scope].rows)]
        return {chosen.pk: rate for chosen, rate in rows if chosen}

    @property
    def terms(self) -> Terms:
        data = self.cleaned_data
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
            seed_ppm=data["seed"] or 0,
            product_ppm=self._own("product"),
            group_ppm=self._own("group"),
            person_ppm=self._own("person"),
            volume=data.get("volume"),
        )


class ClockForm(forms.Form):
    """Which day of an order decides what version pays."""

    clock = forms.ChoiceField(label=_("What decides"), choices=Clock.choices, widget=forms.RadioSelect)


class RetireForm(forms.Form):
    """Until when a version pays that has no end."""

    last_day = DayField(label=_("Last day"))


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
