from referrals.models.plan import Plan, PlanVersion, ProductTerm
from referrals.models.referral import Referral
from referrals.models.run import CommissionEntry, Run

__all__ = ["CommissionEntry", "Plan", "PlanVersion", "ProductTerm", "Referral", "Run"]
