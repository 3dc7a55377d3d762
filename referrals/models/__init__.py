from referrals.models.plan import Plan, PlanVersion
from referrals.models.referral import Referral
from referrals.models.run import CommissionEntry, Run
from referrals.models.statement import Dispute, Statement, StatementPart
from referrals.models.withholding import WithholdingProfile

__all__ = [
    "CommissionEntry",
    "Dispute",
    "Plan",
    "PlanVersion",
    "Referral",
    "Run",
    "Statement",
    "StatementPart",
    "WithholdingProfile",
]
