from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Counting(TextChoices):
    """What makes a member who ordered one who came back: a second day with an order, or simply a second order."""

    OCCASIONS = "occasions", _("By days")
    ORDERS = "orders", _("By orders")


class Basis(TextChoices):
    """The day a refund counts on: that of the order it is of (behaviour), or its own (finance)."""

    BEHAVIOUR = "behaviour", _("By day of order")
    FINANCE = "finance", _("By day of refund")
