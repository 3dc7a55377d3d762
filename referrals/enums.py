from django.db import models
from django.utils.translation import gettext_lazy as _


class VersionState(models.TextChoices):
    """A draft can be changed; a published version is frozen, and retired once its last day is over."""

    DRAFT = "draft", _("Draft")
    PUBLISHED = "published", _("Published")


class Clock(models.TextChoices):
    """Which day of an order decides what version of a plan pays on it (Asia/Shanghai)."""

    DELIVERED = "delivered", _("The day of the first delivery")
    PAID = "paid", _("The day of the first payment")


class VolumeKind(models.TextChoices):
    """How a leader's rate grows with the volume of the month; referrals/rules/tiers.py reckons it."""

    NONE = "", _("It does not")
    MARGINAL = "marginal", _("Each rate on what lies above its bound")
    SLAB = "slab", _("The rate reached, on the whole month")


class Rule(models.TextChoices):
    """What an entry pays for."""

    LEADER_RATE = "leader_rate", _("Leader commission")
    VOLUME = "volume", _("Volume bonus")
    DELIVERY_FEE = "delivery_fee", _("Delivery fee")
    DEVELOPMENT = "development", _("Development fee")
    REFERRAL = "referral", _("Referral commission")
    SEED = "seed", _("Seed user commission")


class EntryKind(models.TextChoices):
    """Whether an entry adds to what is due or takes back a part of it."""

    EARNED = "earned", _("Earned")
    REVERSED = "reversed", _("Taken back")


class RunState(models.TextChoices):
    """A run computes as a job, waits for somebody else's eyes, and is approved once."""

    COMPUTING = "computing", _("Computing")
    REVIEW = "review", _("To review")
    APPROVED = "approved", _("Approved")


class TouchRule(models.TextChoices):
    """Which of the invitation links somebody opened says who brought them."""

    FIRST = "first", _("The first link opened")
    LAST = "last", _("The last link opened")


class Refusal(models.TextChoices):
    """Why joining through an invitation link named nobody as the one who brought them."""

    SELF = "self", _("It is their own link")
    ALREADY_REFERRED = "referred", _("Somebody else is known to have brought them")
    ALREADY_MEMBER = "member", _("Was a member already")
    WINDOW_OVER = "window", _("The link was opened too long ago")
    JOINED_LATER = "later", _("The inviter joined after them")


class StatementState(models.TextChoices):
    """An issued statement can be disputed and added to; an approved one is frozen."""

    ISSUED = "issued", _("Issued")
    APPROVED = "approved", _("Approved")


class DisputeState(models.TextChoices):
    """What became of a dispute: the line is right as it stands, or it was wrong and the next run corrects it."""

    OPEN = "open", _("Waits for an answer")
    UPHELD = "upheld", _("Amount stands")
    CORRECTED = "corrected", _("Corrected")


class WithholdingKind(models.TextChoices):
    """How tax is kept back of what somebody is paid; referrals/rules/withholding.py has the tables."""

    NONE = "none", _("None: issues invoices")
    PER_PAYMENT = "per_payment", _("By the payment")
    CUMULATIVE = "cumulative", _("Over the year, as a platform worker")


class BatchState(models.TextChoices):
    """A payout waits for a second person, then its file goes to the bank; or it is given up before that."""

    PREPARED = "prepared", _("To approve")
    APPROVED = "approved", _("Approved")
    WITHDRAWN = "withdrawn", _("Given up")


class TransferState(models.TextChoices):
    """Where one transfer is: what the bank did not say is unknown, and is never sent again by itself."""

    WAITING = "waiting", _("Waits for approval")
    SENT = "sent", _("With the bank")
    PAID = "paid", _("Paid")
    FAILED = "failed", _("Returned")
    UNKNOWN = "unknown", _("Unknown")
    WITHDRAWN = "withdrawn", _("Given up")


LIVE = [TransferState.WAITING, TransferState.SENT, TransferState.PAID, TransferState.UNKNOWN]
"""While a transfer is one of these its statement is in no other payout."""
BOOKED = [TransferState.SENT, TransferState.PAID, TransferState.UNKNOWN]
"""What has left the earner's account in the books."""


class SignalKind(models.TextChoices):
    """What about who brought whom is worth a look; referrals/rules/signals.py says from where on."""

    ACCOUNT = "account", _("One bank account")
    DOOR = "door", _("Many at one door")
    VELOCITY = "velocity", _("Many in a day")
    RING = "ring", _("Ring")
    REFUND = "refund", _("Paid back after the payout")


class Verdict(models.TextChoices):
    """What becomes of the referral commission a signal holds."""

    PAY = "pay", _("Pay")
    REFUSE = "refuse", _("Refuse")


class HoldState(models.TextChoices):
    """How a held order stands: one refusal is enough, and without one every signal needs its decision."""

    WAITS = "waits", _("Waits for a check")
    PAY = "pay", _("Checked, to be paid")
    REFUSE = "refuse", _("Refused")


class PayoutLayout(models.TextChoices):
    """How the file for the bank is laid out; referrals/rules/payout_files.py has the columns."""

    GENERIC = "generic", _("Table (CSV)")
    BANK = "bank", _("Bank batch transfer (CSV)")


class RewardKind(models.TextChoices):
    """What a reward is: money on the member's prepaid balance, or a coupon for one order."""

    CREDIT = "credit", _("Balance credit")
    COUPON = "coupon", _("Coupon")


class FissionState(models.TextChoices):
    """A draft can be changed; a running campaign is frozen and grants; an ended one grants nothing new."""

    DRAFT = "draft", _("Draft")
    RUNNING = "running", _("Running")
    ENDED = "ended", _("Ended")


class Granting(models.TextChoices):
    """What became of a first order that came to enough."""

    GRANTED = "granted", _("Rewarded")
    NO_BUDGET = "no_budget", _("The budget was used up")


class RewardSide(models.TextChoices):
    """Whose reward it is."""

    NEWCOMER = "newcomer", _("The new member")
    REFERRER = "referrer", _("Referrer")


class RewardState(models.TextChoices):
    """Where a reward is: held back, the member's, taken back, or a coupon that ran out."""

    PENDING = "pending", _("Held back")
    AVAILABLE = "available", _("Available")
    TAKEN_BACK = "taken_back", _("Taken back")
    EXPIRED = "expired", _("Ran out")


class RewardStep(models.TextChoices):
    """What happened to a reward. Taken back and run out return to the budget; lost is what had been used."""

    GRANTED = "granted", _("Granted")
    AVAILABLE = "available", _("Made available")
    TAKEN_BACK = "taken_back", _("Taken back")
    LOST = "lost", _("Lost: it had been used")
    EXPIRED = "expired", _("Ran out unused")
