from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from community.models import Group, sees_all_groups
from core.models import User
from orders.models.chain import UNDO_WITHIN
from orders.models.order import Order


class QuickEntryQuerySet(models.QuerySet["QuickEntry"]):
    def visible_to(self, user: User) -> "QuickEntryQuerySet":
        if sees_all_groups(user):
            return self
        return self.filter(order__group__in=Group.objects.visible_to(user))


class QuickEntry(models.Model):
    """What somebody added to one order by hand in one go: what taking it back takes out again.

    `lines` maps offer id to the quantity that was added; `note` is what the order's note grew by; the amount is in fen.
    """

    order = models.ForeignKey(Order, models.PROTECT, related_name="quick_entries")
    lines = models.JSONField()
    note = models.CharField(max_length=310, blank=True, default="", db_default="")
    amount_fen = models.BigIntegerField()
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    entered_at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)

    objects = QuickEntryQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(undone_at=None) | Q(undone_at__gte=F("entered_at")),
                name="entry_is_taken_back_after_it_was_made",
                violation_error_message=_("An entry is taken back after it was made."),
            )
        ]
        indexes = [models.Index(fields=["entered_by", "-id"], name="quick_entry_by_person")]

    def __str__(self) -> str:
        return f"{self.order_id}+{self.pk}"

    def can_be_undone(self, now: datetime) -> bool:
        """Made within the last half hour, in a campaign that still takes orders."""
        return self.undone_at is None and now - self.entered_at <= UNDO_WITHIN and self.order.campaign.takes_orders(now)
