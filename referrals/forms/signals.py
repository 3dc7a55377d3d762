"""What an admin decides about a signal."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.fields import PlainTextField
from referrals.enums import Verdict


class VerdictChoice(forms.RadioSelect):
    """A and R choose, too (static/js/review.js)."""

    def create_option(self, name: str, value: Any, *rest: Any, **more: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *rest, **more)
        option["attrs"]["data-review-approve" if value == Verdict.PAY else "data-review-refuse"] = True
        return option


class DecisionForm(forms.Form):
    """Whether what is held is paid, why, and how many decisions there were when the one who decides looked."""

    verdict = forms.ChoiceField(
        label=_("Decision"),
        choices=[
            (Verdict.PAY, _("Pay: it goes onto the next statement")),
            (Verdict.REFUSE, _("Refuse: it stays unpaid, also what comes later")),
        ],
        widget=VerdictChoice,
    )
    reason = PlainTextField(
        label=_("Why"), max_length=300, help_text=_("The earner reads it after a refusal: name nobody else.")
    )
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=1_000)
