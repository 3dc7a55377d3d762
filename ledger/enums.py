from django.db import models
from django.utils.translation import gettext_lazy as _


class Nature(models.TextChoices):
    """What kind of account: says on which side it normally stands."""

    ASSET = "asset", _("Asset")
    LIABILITY = "liability", _("Liability")
    INCOME = "income", _("Income")
    EXPENSE = "expense", _("Expense")


class PeriodState(models.TextChoices):
    """An open period takes entries; a closed one never again."""

    OPEN = "open", _("Open")
    CLOSED = "closed", _("Books closed")
