"""Reading what people enter about commission. The services decide and save."""

from referrals.forms.entries import EntryFilter
from referrals.forms.links import BindingRuleForm, JoinForm, LinkFilter
from referrals.forms.payouts import PayoutForm, QuarterForm, ReturnsForm
from referrals.forms.plans import TrialForm, VersionForm
from referrals.forms.referring import CorrectionForm, ReferralForm
from referrals.forms.signals import DecisionForm
from referrals.forms.statements import AccountForm, AnswerForm, DisputeForm, SeenForm, WithholdingForm

__all__ = [
    "AccountForm",
    "AnswerForm",
    "BindingRuleForm",
    "CorrectionForm",
    "DecisionForm",
    "DisputeForm",
    "EntryFilter",
    "JoinForm",
    "LinkFilter",
    "PayoutForm",
    "QuarterForm",
    "ReferralForm",
    "ReturnsForm",
    "SeenForm",
    "TrialForm",
    "VersionForm",
    "WithholdingForm",
]
