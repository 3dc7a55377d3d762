"""Which commission entries somebody asks for."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from community.forms import choices_of
from community.models import Member
from core.models import User
from core.search import named_like
from ledger.models import Period
from referrals.enums import Rule
from referrals.models import CommissionEntry
from referrals.models.run import CommissionEntryQuerySet

MOST_ID = 2**63 - 1


class EntryFilter(forms.Form):
    """Which commission entries to list; what is not understood filters nothing."""

    period = forms.ModelChoiceField(Period.objects.none(), label=_("Period"), required=False)
    rule = forms.ChoiceField(label=_("Rule"), choices=[("", _("All rules")), *Rule.choices], required=False)
    earner = forms.CharField(label=_("Earner"), max_length=60, required=False)
    member = forms.IntegerField(required=False, min_value=1, max_value=MOST_ID, widget=forms.HiddenInput)
    """One earner for certain, where a link names them: names repeat. What is typed goes before."""

    def __init__(self, data: Any, *, user: User) -> None:
        super().__init__(data)
        self._user = user
        for field in ("period", "rule"):
            self.fields[field].widget.attrs["class"] = "select"
        periods = choices_of(self, "period")
        periods.queryset = Period.objects.visible_to(user).order_by("-span")
        periods.empty_label = str(_("All periods"))

    def narrowed(self) -> CommissionEntryQuerySet:
        entries = CommissionEntry.objects.visible_to(self._user)
        self.is_valid()
        data = self.cleaned_data
        if data.get("period"):
            entries = entries.filter(period=data["period"])
        if data.get("rule"):
            entries = entries.filter(rule=data["rule"])
        if data.get("earner"):
            entries = entries.filter(beneficiary__in=Member.objects.filter(named_like(data["earner"])))
        elif data.get("member"):
            entries = entries.filter(beneficiary=data["member"])
        return entries
