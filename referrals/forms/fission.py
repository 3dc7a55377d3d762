"""What people enter about a fission campaign. The services decide and save."""

from datetime import date
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from community.forms import DayField, choices_of
from community.models import Group
from core.fields import YuanField
from core.models import User
from referrals.enums import RewardKind
from referrals.models import FissionCampaign
from referrals.models.reward import LONGEST_HOLD_DAYS, LONGEST_VALID_DAYS
from referrals.rules.rewards import Tier
from referrals.services import FissionTerms, Gift

SIDES = ("newcomer", "referrer")


class FissionForm(forms.Form):
    """For whom, how long and how much: money as yuan, days inclusive."""

    TIERS = 3

    name = forms.CharField(label=_("Title"), max_length=60)
    first_day = DayField(label=_("First day"))
    last_day = DayField(
        label=_("Last day"), help_text=_("Who joins on these days counts; the first order may come later.")
    )
    budget = YuanField(label=_("Budget, ¥"), help_text=_("Never more than this. What is taken back returns to it."))
    threshold = YuanField(label=_("First order from, ¥"), help_text=_("Delivered, less refunds."))
    hold_days = forms.IntegerField(
        label=_("Held back for days"),
        min_value=0,
        max_value=LONGEST_HOLD_DAYS,
        help_text=_("Counted from the day of delivery. Leave time for complaints."),
    )
    groups = forms.ModelMultipleChoiceField(
        Group.objects.none(),
        label=_("Only for these groups"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None ticked: for all groups."),
    )

    def __init__(self, data: Any = None, *, user: User, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial=initial)
        choices_of(self, "groups").queryset = Group.objects.visible_to(user).order_by("pinyin", "pk")
        for side in SIDES:
            self.fields[f"{side}_kind"] = forms.ChoiceField(label=_("As"), choices=RewardKind.choices)
            self.fields[f"{side}_fen"] = YuanField(label=_("Amount (¥)"))
            self.fields[f"{side}_least"] = YuanField(label=_("Coupon: for orders from, ¥"), required=False)
            self.fields[f"{side}_days"] = forms.IntegerField(
                label=_("Coupon: valid for days"), required=False, min_value=1, max_value=LONGEST_VALID_DAYS
            )
        for row in range(self.TIERS):
            self.fields[f"tier_{row}_upto"] = forms.IntegerField(
                label=_("The first so many referrers"), required=False, min_value=1, max_value=100_000
            )
            self.fields[f"tier_{row}_extra"] = YuanField(label=_("get so much more each time, ¥"), required=False)

    @property
    def tier_rows(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        return [(self[f"tier_{row}_upto"], self[f"tier_{row}_extra"]) for row in range(self.TIERS)]

    @property
    def side_rows(self) -> list[tuple[Any, list[forms.BoundField]]]:
        """The fields of each side's reward, under its heading."""
        titles = {"newcomer": _("What the new member gets"), "referrer": _("What the referrer gets")}
        return [(titles[side], [self[f"{side}_{what}"] for what in ("kind", "fen", "least", "days")]) for side in SIDES]

    def clean_last_day(self) -> date:
        first, last = self.cleaned_data.get("first_day"), cast(date, self.cleaned_data["last_day"])
        if first and last < first:
            raise ValidationError(_("The last day is not before the first."))
        return last

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for side in SIDES:
            if data.get(f"{side}_kind") == RewardKind.COUPON:
                self._clean_coupon(side, data)
        ends: set[int] = set()
        for row in range(self.TIERS):
            upto, extra = data.get(f"tier_{row}_upto"), data.get(f"tier_{row}_extra")
            if bool(upto) != bool(extra):
                self.add_error(f"tier_{row}_upto", _("A tier says how many referrers and how much more, or neither."))
            elif upto in ends:
                self.add_error(f"tier_{row}_upto", _("Another tier ends at this place already."))
            elif upto:
                ends.add(upto)
        return data

    def _clean_coupon(self, side: str, data: dict[str, Any]) -> None:
        least, amount = data.get(f"{side}_least"), data.get(f"{side}_fen")
        if least is None or (amount is not None and least < amount):
            self.add_error(f"{side}_least", _("A coupon is for orders worth at least as much as it."))
        if not data.get(f"{side}_days"):
            self.add_error(f"{side}_days", _("Say for how many days the coupon is valid."))

    @property
    def terms(self) -> FissionTerms:
        data = self.cleaned_data
        tiers = [(data[f"tier_{row}_upto"], data[f"tier_{row}_extra"]) for row in range(self.TIERS)]
        return FissionTerms(
            name=data["name"],
            first_day=data["first_day"],
            last_day=data["last_day"],
            budget_fen=data["budget"],
            threshold_fen=data["threshold"],
            hold_days=data["hold_days"],
            newcomer=self._gift("newcomer"),
            referrer=self._gift("referrer"),
            tiers=[Tier(upto, extra) for upto, extra in tiers if upto],
            groups=list(data["groups"]),
        )

    def _gift(self, side: str) -> Gift:
        data = self.cleaned_data
        kind, fen = RewardKind(data[f"{side}_kind"]), data[f"{side}_fen"]
        if kind == RewardKind.CREDIT:
            return Gift(kind, fen)
        return Gift(kind, fen, data[f"{side}_least"], data[f"{side}_days"])


def begin_with(campaign: FissionCampaign) -> dict[str, Any]:
    """What the form of a draft shows at first."""
    shown: dict[str, Any] = {
        "name": campaign.name,
        "first_day": campaign.span.lower,
        "last_day": campaign.last_day,
        "budget": campaign.budget_fen,
        "threshold": campaign.threshold_fen,
        "hold_days": campaign.hold_days,
        "groups": list(campaign.groups.values_list("pk", flat=True)),
    }
    for side in SIDES:
        shown |= {
            f"{side}_kind": getattr(campaign, f"{side}_kind"),
            f"{side}_fen": getattr(campaign, f"{side}_fen"),
            f"{side}_least": getattr(campaign, f"{side}_least_fen") or None,
            f"{side}_days": getattr(campaign, f"{side}_valid_days") or None,
        }
    for row, tier in enumerate(campaign.tiers.all()):
        shown |= {f"tier_{row}_upto": tier.upto, f"tier_{row}_extra": tier.extra_fen}
    return shown
