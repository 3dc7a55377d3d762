"""Reading what people enter about plans, referrals and filters. The services decide and save."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from community.consent import Wording
from community.forms import DayField, choices_of
from community.models import Group, Member
from core.fields import PercentField, YuanField
from core.models import User
from core.search import named_like
from ledger.models import Period
from orders.forms import VisitorForm
from referrals.enums import Rule
from referrals.models import BindingRule, CommissionEntry, ReferralLink
from referrals.models.link import LONGEST_WINDOW_DAYS, ReferralLinkQuerySet
from referrals.models.run import CommissionEntryQuerySet
from referrals.rules.binding import Terms as BindingTerms
from referrals.services import Terms


class VersionForm(forms.Form):
    """What a new plan version pays: rates as percent, money as yuan, days inclusive."""

    first_day = DayField(label=_("First day"))
    last_day = DayField(label=_("Last day"), required=False, help_text=_("Empty: until another version follows."))
    leader = PercentField(label=_("Leader rate, %"), help_text=_("Of delivered sales less refunds."))
    referral = PercentField(label=_("Referral rate, %"), help_text=_("For whoever brought the buyer."))
    delivery_fee = YuanField(label=_("Delivery fee a household, ¥"))
    delivery_cap = YuanField(label=_("At most a round, ¥"), required=False, help_text=_("Empty: no limit."))

    def clean_last_day(self) -> date | None:
        first, last = self.cleaned_data.get("first_day"), self.cleaned_data["last_day"]
        if first and last and last < first:
            raise ValidationError(_("The last day is not before the first."))
        return last  # type: ignore[no-any-return]

    @property
    def terms(self) -> Terms:
        data = self.cleaned_data
        return Terms(
            first_day=data["first_day"],
            last_day=data["last_day"],
            leader_ppm=data["leader"],
            referral_1_ppm=data["referral"],
            delivery_fee_fen=data["delivery_fee"],
            delivery_cap_fen=data["delivery_cap"],
        )


class EntryFilter(forms.Form):
    """Which commission entries to list; what is not understood filters nothing."""

    period = forms.ModelChoiceField(Period.objects.none(), label=_("Period"), required=False)
    rule = forms.ChoiceField(label=_("Rule"), choices=[("", _("All rules")), *Rule.choices], required=False)
    earner = forms.CharField(label=_("Earner"), max_length=60, required=False)

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
        return entries


class ReferralForm(forms.Form):
    """Who brought a member: somebody of their groups who joined before them."""

    referrer = forms.ModelChoiceField(
        Member.objects.none(),
        label=_("Brought by"),
        help_text=_("Once an order placed from now on has been delivered, it stays for ever."),
    )
    reason = forms.CharField(label=_("How you know"), max_length=200, required=False)

    def __init__(self, data: Any = None, *, referee: Member, user: User) -> None:
        super().__init__(data)
        groups = referee.memberships.values("group")
        choices_of(self, "referrer").queryset = (
            Member.objects.visible_to(user).filter(memberships__group__in=groups, pk__lt=referee.pk).distinct()
        )


class CorrectionForm(ReferralForm):
    """Who brought a member after all, and why that is known now."""

    reason = forms.CharField(label=_("Why it was somebody else"), max_length=200)


class JoinForm(VisitorForm):
    """Who joins through an invitation link, and that they agree to the words they were shown."""

    field_order = ["name", "door", "phone", "agree"]
    agree = forms.BooleanField(
        label=_("I agree to this"), error_messages={"required": _("Without this you can't join: tick it if you agree.")}
    )

    def __init__(self, data: Any = None, *, wording: Wording) -> None:
        super().__init__(data)
        self.wording = wording

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if self.data.get("wording") != self.wording.digest:
            self.add_error("agree", _("The words are other ones than you saw. Read them once more."))
        return data


class LinkFilter(forms.Form):
    """Which invitation links to list; what is not understood filters nothing."""

    group = forms.ModelChoiceField(Group.objects.none(), label=_("Group"), required=False, empty_label=_("All groups"))

    def __init__(self, data: Any, *, user: User) -> None:
        super().__init__(data)
        self._user = user
        self.fields["group"].widget.attrs["class"] = "select"
        choices_of(self, "group").queryset = Group.objects.visible_to(user)

    def narrowed(self) -> ReferralLinkQuerySet:
        links = ReferralLink.objects.visible_to(self._user)
        self.is_valid()
        group = self.cleaned_data.get("group")
        return links.filter(group=group) if group else links


class BindingRuleForm(forms.Form):
    """By which rule joining through a link binds from now on."""

    touch = BindingRule._meta.get_field("touch").formfield()
    window_days = forms.IntegerField(
        label=BindingRule._meta.get_field("window_days").verbose_name,
        min_value=1,
        max_value=LONGEST_WINDOW_DAYS,
        help_text=_("A window is 1 to 90 days."),
    )
    new_members_only = BindingRule._meta.get_field("new_members_only").formfield()

    @property
    def terms(self) -> BindingTerms:
        return BindingTerms(**self.cleaned_data)
