"""What is paid, and what came back from the bank."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from community.forms import DayField
from referrals.enums import PayoutLayout
from referrals.models import Statement
from referrals.models.statement import EarnersQuerySet
from referrals.queries import first_day_of_quarter


class PayoutForm(forms.Form):
    """Which statements are paid on which day, by which file."""

    statements = forms.ModelMultipleChoiceField(
        Statement.objects.none(), error_messages={"required": _("Choose at least one statement.")}
    )
    pays_on = DayField(label=_("To be paid on"))
    layout = forms.ChoiceField(label=_("File for the bank"), choices=PayoutLayout.choices)

    def __init__(self, data: Any = None, *, payable: EarnersQuerySet, today: date) -> None:
        super().__init__(data, initial={"pays_on": today})
        self.fields["statements"].queryset = payable  # type: ignore[attr-defined]


class ReturnsForm(forms.Form):
    """What came back from the bank."""

    file = forms.FileField(label=_("File from the bank"), help_text=_("A table as .xlsx or CSV."))


class CameBackForm(forms.Form):
    """What the bank wrote when a transfer it had paid came back."""

    said = forms.CharField(label=_("What the bank wrote"), max_length=100)


class QuarterForm(forms.Form):
    """Any day of a quarter, as an address may have it."""

    day = DayField(required=False)

    @property
    def first_day(self) -> date | None:
        day: date | None = self.cleaned_data["day"]
        return day and first_day_of_quarter(day)
