from referrals.models.link import BindingRule, Joining, ReferralLink, TouchDay
from referrals.models.plan import Plan, PlanVersion, ProductTerm
from referrals.models.referral import Referral
from referrals.models.run import CommissionEntry, Run

__all__ = [
    "BindingRule",
    "CommissionEntry",
    "Joining",
    "Plan",
    "PlanVersion",
    "ProductTerm",
    "Referral",
    "ReferralLink",
    "Run",
    "TouchDay",
]
