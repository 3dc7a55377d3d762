"""Reading what people enter about commission. The services decide and save."""

from referrals.forms.entries import EntryFilter
from referrals.forms.fission import FissionForm, begin_with
from referrals.forms.links import BindingRuleForm, JoinForm, LinkFilter
from referrals.forms.payouts import CameBackForm, PayoutForm, QuarterForm, ReturnsForm
from referrals.forms.plans import ClockForm, RetireForm, TrialForm, VersionForm
from referrals.forms.referring import CorrectionForm, ReferralForm
from referrals.forms.signals import DecisionForm
from referrals.forms.statements import AccountForm, AnswerForm, DisputeForm, SeenForm, WithholdingForm

__all__ = [
    "AccountForm",
    "AnswerForm",
    "BindingRuleForm",
    "CameBackForm",
    "ClockForm",
    "CorrectionForm",
    "DecisionForm",
    "DisputeForm",
    "EntryFilter",
    "FissionForm",
    "JoinForm",
    "LinkFilter",
    "PayoutForm",
    "QuarterForm",
    "ReferralForm",
    "RetireForm",
    "ReturnsForm",
    "SeenForm",
    "TrialForm",
    "VersionForm",
    "WithholdingForm",
    "begin_with",
]
