from referrals.models.payout import PayeeAccount, PayoutBatch, Transfer
from referrals.models.plan import Plan, PlanVersion
from referrals.models.referral import Referral
from referrals.models.run import CommissionEntry, Run
from referrals.models.statement import Dispute, Statement, StatementPart
from referrals.models.withholding import WithholdingProfile

__all__ = [
    "CommissionEntry",
    "Dispute",
    "PayeeAccount",
    "PayoutBatch",
    "Plan",
    "PlanVersion",
    "Referral",
    "Run",
    "Statement",
    "StatementPart",
    "Transfer",
    "WithholdingProfile",
]
