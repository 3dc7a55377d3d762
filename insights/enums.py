from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Counting(TextChoices):
    """What makes a member who ordered one who came back: a second day with an order, or simply a second order."""

    OCCASIONS = "occasions", _("By days")
    ORDERS = "orders", _("By orders")
