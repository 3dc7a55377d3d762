from referrals.models.link import (
    BindingRule,
    Joining,
    ReferralLink,
    TouchDay,
)
from referrals.models.payout import (
    PayeeAccount,
    PayoutBatch,
    Transfer,
)
from referrals.models.plan import (
    Plan,
    PlanVersion,
    RateTerm,
    VolumeTier,
)
from referrals.models.referral import (
    Referral,
)
from referrals.models.reward import (
    EarlyTier,
    FissionCampaign,
    FissionGroup,
    Qualification,
    Reward,
    RewardEntry,
    Spreader,
)
from referrals.models.run import (
    CommissionEntry,
    Run,
)
from referrals.models.signal import (
    HeldOrder,
    Signal,
    SignalDecision,
    SignalPair,
    Standing,
)
from referrals.models.statement import (
    Dispute,
    Statement,
    StatementPart,
)
from referrals.models.withholding import (
    WithholdingProfile,
)

__all__ = [
    "BindingRule",
    "CommissionEntry",
    "Dispute",
    "EarlyTier",
    "FissionCampaign",
    "FissionGroup",
    "HeldOrder",
    "Joining",
    "PayeeAccount",
    "PayoutBatch",
    "Plan",
    "PlanVersion",
    "Qualification",
    "RateTerm",
    "Referral",
    "ReferralLink",
    "Reward",
    "RewardEntry",
    "Run",
    "Signal",
    "SignalDecision",
    "SignalPair",
    "Spreader",
    "Standing",
    "Statement",
    "StatementPart",
    "TouchDay",
    "Transfer",
    "VolumeTier",
    "WithholdingProfile",
]
