from referrals.models.plan import Plan, PlanVersion
from referrals.models.referral import Referral
from referrals.models.run import CommissionEntry, Run

__all__ = ["CommissionEntry", "Plan", "PlanVersion", "Referral", "Run"]
