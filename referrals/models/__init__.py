from referrals.models.link import BindingRule, Joining, ReferralLink, TouchDay
from referrals.models.payout import PayeeAccount, PayoutBatch, Transfer
from referrals.models.plan import Plan, PlanVersion, RateTerm, VolumeTier
from referrals.models.referral import Referral
from referrals.models.run import CommissionEntry, Run
from referrals.models.statement import Dispute, Statement, StatementPart
from referrals.models.withholding import WithholdingProfile

__all__ = [
    "BindingRule",
    "CommissionEntry",
    "Dispute",
    "Joining",
    "PayeeAccount",
    "PayoutBatch",
    "Plan",
    "PlanVersion",
    "RateTerm",
    "Referral",
    "ReferralLink",
    "Run",
    "Statement",
    "StatementPart",
    "TouchDay",
    "Transfer",
    "VolumeTier",
    "WithholdingProfile",
]
