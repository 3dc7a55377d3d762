from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from community.models import sees_all_groups
from core.models import User
from orders.models.campaign import Campaign


class DeliveryLinkQuerySet(models.QuerySet["DeliveryLink"]):
    def visible_to(self, user: User) -> "DeliveryLinkQuerySet":
        """The links somebody made; operators, admins and auditors see everybody's."""
        return self if sees_all_groups(user) else self.filter(made_by=user.pk)


class DeliveryLink(models.Model):
    """A way into one campaign's run for a helper without an account, in the groups of whoever made it.

    `name` says for whom; it is good until `until`, or until it is ended.
    """

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="delivery_links")
    name = models.CharField(_("For whom"), max_length=40)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    until = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    objects = DeliveryLinkQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("made_at")),
                name="link_ends_after_it_was_made",
                violation_error_message=_("A link is ended after it was made."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.campaign_id} {self.name}"

    def is_open(self, now: datetime) -> bool:
        return self.ended_at is None and now < self.until and self.made_by.is_active
