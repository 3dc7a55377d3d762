from django.db import models
from django.utils.translation import gettext_lazy as _


class VersionState(models.TextChoices):
    """A draft can be changed; a published version is frozen; a retired one pays nothing new."""

    DRAFT = "draft", _("Draft")
    PUBLISHED = "published", _("Published")


class Rule(models.TextChoices):
    """What an entry pays for."""

    LEADER_RATE = "leader_rate", _("Leader commission")
    DELIVERY_FEE = "delivery_fee", _("Delivery fee")
    DEVELOPMENT = "development", _("Development fee")
    REFERRAL = "referral", _("Referral commission")


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
