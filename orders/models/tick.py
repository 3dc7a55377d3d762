from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from community.models import Group, sees_all_groups
from core.append_only import APPEND_ONLY
from core.models import User
from orders.enums import TickOutcome
from orders.models.delivery_link import DeliveryLink
from orders.models.order import Order

TAKEN_IN = [TickOutcome.DONE, TickOutcome.ALREADY, TickOutcome.CONFLICT]


class TickQuerySet(models.QuerySet["Tick"]):
    def visible_to(self, user: User) -> "TickQuerySet":
        if sees_all_groups(user):
            return self
        return self.filter(order__group__in=Group.objects.visible_to(user))


class Tick(models.Model):
    """One tap on a phone at a door, and what became of it; sent again, it is the same tap. Never changed or deleted.

    `seen` is how many facts the order had when the phone last saw it, `facts` how many when this was answered.
    `tapped_at` is what the phone's clock said: good to know, and nothing rests on it. `link` is the helper's it
    came through; then `by` is who made that.
    """

    key = models.UUIDField()
    order = models.ForeignKey(Order, models.PROTECT, related_name="ticks")
    delivered = models.BooleanField()
    seen = models.PositiveIntegerField()
    facts = models.PositiveIntegerField()
    outcome = models.CharField(max_length=8, choices=TickOutcome)
    said = models.CharField(max_length=300, blank=True, default="", db_default="")
    tapped_at = models.DateTimeField(null=True)
    at = models.DateTimeField(db_default=Now())
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)

    link = models.ForeignKey(DeliveryLink, models.PROTECT, null=True, related_name="ticks")

    objects = TickQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key"], name="tap_counts_once"),
            models.CheckConstraint(condition=Q(outcome__in=TAKEN_IN), name="tap_was_taken_in"),
        ]
        triggers = APPEND_ONLY

    def __str__(self) -> str:
        return f"{self.order_id} {self.key}"
