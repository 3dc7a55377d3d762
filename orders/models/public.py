"""What the public pages remember: which forms were taken in, and how many came from where."""

from django.db import models
from django.db.models.functions import Now

from orders.models.order import Order


class SentForm(models.Model):
    """One form of a public page that was taken in: sent twice, it is the same order, or joins once.

    `order` is what became of a form of a campaign. Forgotten after a month.
    """

    nonce = models.CharField(max_length=32, unique=True)
    order = models.ForeignKey(Order, models.CASCADE, null=True, related_name="sent_forms")
    sent_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return self.nonce


class FormCount(models.Model):
    """How many forms came in one hour from one address, or on one page. Forgotten after a day.

    `source` is a keyed hash: the address itself is not kept.
    """

    source = models.CharField(max_length=64)
    hour = models.DateTimeField()
    forms = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "hour"], name="forms_are_counted_once_an_hour")]

    def __str__(self) -> str:
        return f"{self.source[:8]} {self.forms}"
