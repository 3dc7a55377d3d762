from django.db import models
from django.utils.translation import gettext_lazy as _


class Channel(models.TextChoices):
    """Where a member came from."""

    STORE = "store", _("Store")
    LIVESTREAM = "livestream", _("Livestream")
    SHORT_VIDEO = "short_video", _("Short video")
    REFERRAL = "referral", _("Referral")
    EVENT = "event", _("Event")
    ADVERTISING = "advertising", _("Advertising")
    CHAIN = "chain", _("Chain order")
    PUBLIC_PAGE = "public_page", _("Public page")


class SeedSource(models.TextChoices):
    """Where a possible seed user was found."""

    PERSONAL = "personal", _("Personal network")
    FORUM = "forum", _("Vertical forum")


class SeedStatus(models.TextChoices):
    """How far the talk with a possible seed user has come; also the columns of the board, in order."""

    TO_CONTACT = "to_contact", _("To contact")
    CONTACTED = "contacted", _("Contacted")
    JOINED = "joined", _("Joined")
    SEED = "seed", _("Seed")
