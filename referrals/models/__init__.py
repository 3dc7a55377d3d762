from referrals.models.link import BindingRule, Joining, ReferralLink, TouchDay
from referrals.models.payout import PayeeAccount, PayoutBatch, Transfer
from referrals.models.plan import Plan, PlanVersion, ProductTerm
from referrals.models.referral import Referral
from referrals.models.run import CommissionEntry, Run
from referrals.models.signal import HeldOrder, Signal, SignalDecision, SignalPair, Standing
from referrals.models.statement import Dispute, Statement, StatementPart
from referrals.models.withholding import WithholdingProfile

__all__ = [
    "BindingRule",
    "CommissionEntry",
    "Dispute",
    "HeldOrder",
    "Joining",
    "PayeeAccount",
    "PayoutBatch",
    "Plan",
    "PlanVersion",
    "ProductTerm",
    "Referral",
    "ReferralLink",
    "Run",
    "Signal",
    "SignalDecision",
    "SignalPair",
    "Standing",
    "Statement",
    "StatementPart",
    "TouchDay",
    "Transfer",
    "WithholdingProfile",
]
