"""What people say about who brought whom."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from community.forms import choices_of
from community.models import Member
from core.models import User


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
