from django.db import models
from django.utils.translation import gettext_lazy as _


class CampaignState(models.TextChoices):
    """Where a campaign is. Orders come in while it is open; later edits are facts on top."""

    DRAFT = "draft", _("Draft")
    OPEN = "open", _("Open")
    CUT_OFF = "cut_off", _("Cut off")
    PURCHASED = "purchased", _("Purchased")
    ARRIVED = "arrived", _("Arrived")
    DELIVERING = "delivering", _("Delivering")
    CLOSED = "closed", _("Closed")
    CANCELLED = "cancelled", _("Cancelled")


BEFORE_DELIVERY = (CampaignState.CUT_OFF, CampaignState.PURCHASED, CampaignState.ARRIVED)
"""Past the cut-off, and nobody has gone to a door yet."""
UNDER_WAY = (*BEFORE_DELIVERY, CampaignState.DELIVERING)
"""Past the cut-off and not over: what was ordered is on its way."""


class PlusOne(models.TextChoices):
    """What "+N" in a chain means in this campaign."""

    ADD = "add", _("N more of what they ordered")
    ITEM = "item", _("item number N")
    GUEST = "guest", _("they bring N more people")


class OrderState(models.TextChoices):
    """The state a screen shows; the facts say how it came about."""

    PLACED = "placed", _("Placed")
    DELIVERED = "delivered", _("Delivered")
    CANCELLED = "cancelled", _("Cancelled")


class OrderSource(models.TextChoices):
    """How the order came in."""

    CHAIN = "chain", _("Chain")
    QUICK = "quick", _("Entered by hand")
    API = "api", _("API")
    PUBLIC = "public", _("Public page")
    IMPORT = "import", _("Import")
    DEMO = "demo", _("Demo data")


class FactKind(models.TextChoices):
    """What happened to a line. All but the last two sum to what was asked for, those to what was received."""

    PLACED = "placed", _("Placed")
    CHANGED = "changed", _("Changed")
    CANCELLED = "cancelled", _("Cancelled")
    REPRICED = "repriced", _("Price settled")
    WEIGHED = "weighed", _("Weighed")
    SHORT = "short", _("Short")
    DELIVERED = "delivered", _("Delivered")
    REFUNDED = "refunded", _("Refunded")


class TickOutcome(models.TextChoices):
    """What became of a tap at a door when it reached the house."""

    DONE = "done", _("recorded")
    ALREADY = "already", _("was so already")
    CONFLICT = "conflict", _("contradicts what was recorded meanwhile")
    UNKNOWN = "unknown", _("not in this run")


class SharingRule(models.TextChoices):
    """Who gets how much of an offer of which too little came."""

    FIRST_COME = "first_come", _("First come")
    PRO_RATA = "pro_rata", _("Pro rata")
    SEEDS_FIRST = "seeds_first", _("Seed users first")
    BY_HAND = "by_hand", _("By hand")


class LinkBasis(models.TextChoices):
    """Why an order is credited to a publication's link."""

    OPENED = "opened", _("came through the link")
    WINDOW = "window", _("ordered in this group within the window")


class PasteState(models.TextChoices):
    """A pasted chain: a draft until confirmed, undone within half an hour or not at all."""

    DRAFT = "draft", _("Draft")
    APPLIED = "applied", _("Applied")
    UNDONE = "undone", _("Undone")


class ImportKind(models.TextChoices):
    """What a file brings in."""

    ORDERS = "orders", _("Orders")
    PRODUCTS = "products", _("Products")


class ImportState(models.TextChoices):
    """A file: a draft until confirmed, taken in at once or by a job, undone within half an hour or not at all."""

    DRAFT = "draft", _("Draft")
    APPLYING = "applying", _("Being taken in")
    APPLIED = "applied", _("Taken in")
    UNDONE = "undone", _("Undone")


class PayMethod(models.TextChoices):
    """How money came, or went back."""

    CASH = "cash", _("Cash")
    WECHAT = "wechat", _("WeChat transfer")
    RED_PACKET = "red_packet", _("Red packet")
    BALANCE = "balance", _("Prepaid balance")
    COUPON = "coupon", _("Coupon")


BY_HAND = [(method.value, method.label) for method in PayMethod if method != PayMethod.COUPON]
"""What somebody may say money came by; a coupon is chosen itself, it has its own amount."""
NOBODY_HOLDS = [PayMethod.BALANCE, PayMethod.COUPON]
"""What pays an order without money in anybody's hands."""


class ClaimKind(models.TextChoices):
    """Why somebody thinks that an order is paid, or will be."""

    SAID_PAID = "said_paid", _("Says it is paid")
    RED_PACKET = "red_packet", _("Red packet, not opened yet")


class ClaimState(models.TextChoices):
    """A claim is no money. Confirmed it becomes a payment."""

    OPEN = "open", _("Open")
    CONFIRMED = "confirmed", _("Confirmed")
    REFUSED = "refused", _("Refused")
    EXPIRED = "expired", _("Expired")


class MoveKind(models.TextChoices):
    """What moved a member's prepaid balance."""

    TOP_UP = "top_up", _("Top-up")
    CHARGE = "charge", _("Paid from the balance")
    CORRECTION = "correction", _("Correction")
    REWARD = "reward", _("Reward")


class ComplaintReason(models.TextChoices):
    """What is wrong with goods that were delivered."""

    BROKEN = "broken", _("Damaged")
    SPOILED = "spoiled", _("Spoiled")
    WRONG = "wrong", _("Wrong goods")
    MISSING = "missing", _("Something missing")
    OTHER = "other", _("Something else")
