from django.db import models
from django.utils.translation import gettext_lazy as _


class IPKind(models.TextChoices):
    """Whose voice it is."""

    BRAND = "brand", _("Brand")
    PERSON = "person", _("Person")
    PRODUCT = "product", _("Product IP")


class PieceState(models.TextChoices):
    """How far a piece has come."""

    IDEA = "idea", _("Idea")
    DRAFT = "draft", _("Draft")
    REVIEW = "review", _("In review")
    SCHEDULED = "scheduled", _("Scheduled")
    PUBLISHED = "published", _("Published")
