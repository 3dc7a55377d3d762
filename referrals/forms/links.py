"""Joining through an invitation link, and by which rule it binds."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from community.consent import Wording
from community.forms import choices_of
from community.models import Group
from core.models import User
from orders.forms import VisitorForm
from referrals.models import BindingRule, ReferralLink
from referrals.models.link import LONGEST_WINDOW_DAYS, ReferralLinkQuerySet
from referrals.rules.binding import Terms as BindingTerms


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
