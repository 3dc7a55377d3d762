"""What earners and admins write about statements, tax and accounts."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from community.forms import DayField
from core.fields import PlainTextField
from referrals.enums import DisputeState, WithholdingKind


class SeenForm(forms.Form):
    """What a statement had earned, in fen, when the person who approves it looked."""

    seen = forms.IntegerField()


class DisputeForm(forms.Form):
    """What an earner says is wrong with a line."""

    text = PlainTextField(
        label=_("What is wrong"), max_length=300, help_text=_("For example: two boxes were delivered, not one.")
    )


class AnswerForm(forms.Form):
    """What becomes of a dispute, and why."""

    state = forms.ChoiceField(
        label=_("Decision"),
        choices=[
            (DisputeState.UPHELD, _("The amount stands")),
            (DisputeState.CORRECTED, _("It was wrong; the next run corrects it")),
        ],
        widget=forms.RadioSelect,
    )
    answer = PlainTextField(label=_("Answer to the earner"), max_length=300)


class WithholdingForm(forms.Form):
    """How tax is kept back of what an earner is paid, from a day on."""

    kind = forms.ChoiceField(label=_("Withholding"), choices=WithholdingKind.choices, widget=forms.RadioSelect)
    first_day = DayField(label=_("First day"))


class AccountForm(forms.Form):
    """Where an earner's money goes."""

    holder = PlainTextField(label=_("Account holder"), max_length=60)
    bank = PlainTextField(label=_("Bank and branch"), max_length=60)
    number = forms.CharField(label=_("Account number"), max_length=40, widget=forms.TextInput({"inputmode": "numeric"}))

    def clean_number(self) -> str:
        number = "".join(self.cleaned_data["number"].split())
        if not (number.isascii() and number.isdecimal() and 8 <= len(number) <= 32):
            raise ValidationError(_("An account number has 8 to 32 digits."))
        return number
