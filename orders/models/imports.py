from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from community.models import Group, sees_all_groups
from core.models import Job, User
from orders.enums import ImportKind, ImportState
from orders.models.campaign import Campaign
from orders.models.catalogue import Product
from orders.models.chain import UNDO_WITHIN
from orders.models.order import Order


class ImportQuerySet(models.QuerySet["Import"]):
    def visible_to(self, user: User) -> "ImportQuerySet":
        """A leader's own, as far as the group is: the rows hold phones. The catalogue is the operators'."""
        if sees_all_groups(user):
            return self
        return self.filter(brought_by=user.pk, group__in=Group.objects.visible_to(user))


class Import(models.Model):
    """A file somebody brought in, as a table of text, and what they said about it.

    `columns` maps a field to the place of its column; `answers` the text of goods to the offer they are (0: leave out);
    `outcome` counts what was taken and lists what was not. The rows hold personal data and are forgotten in time.
    """

    kind = models.CharField(max_length=8, choices=ImportKind)
    campaign = models.ForeignKey(Campaign, models.PROTECT, null=True, related_name="imports")
    group = models.ForeignKey(Group, models.PROTECT, null=True, related_name="imports")
    file_name = models.CharField(max_length=120)
    digest = models.CharField(max_length=64, help_text=_("SHA-256 of the file."))
    header = models.JSONField()
    rows = models.JSONField()
    columns = models.JSONField(default=dict)
    answers = models.JSONField(default=dict)
    state = models.CharField(max_length=8, choices=ImportState, default=ImportState.DRAFT, db_default=ImportState.DRAFT)
    outcome = models.JSONField(default=dict)
    job = models.OneToOneField(Job, models.PROTECT, null=True, related_name="+")
    brought_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    brought_at = models.DateTimeField()
    applied_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)

    objects = ImportQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state=ImportState.DRAFT, applied_at=None, undone_at=None)
                | Q(state__in=[ImportState.APPLYING, ImportState.APPLIED], applied_at__isnull=False, undone_at=None)
                | Q(state=ImportState.UNDONE, applied_at__isnull=False, undone_at__isnull=False),
                name="import_is_applied_before_it_is_undone",
            ),
            models.CheckConstraint(
                condition=Q(kind=ImportKind.ORDERS, campaign__isnull=False, group__isnull=False)
                | Q(kind=ImportKind.PRODUCTS, campaign=None, group=None),
                name="import_of_orders_names_campaign_and_group",
            ),
        ]
        indexes = [
            models.Index(fields=["digest"], name="import_by_digest"),
            models.Index(fields=["brought_at"], name="import_by_age"),
        ]

    def __str__(self) -> str:
        return self.file_name

    def can_be_undone(self, now: datetime) -> bool:
        """Taken in within the last half hour; orders only while their campaign takes orders."""
        if self.state != ImportState.APPLIED or self.applied_at is None or now - self.applied_at > UNDO_WITHIN:
            return False
        return self.campaign is None or self.campaign.takes_orders(now)


class ImportedOrder(models.Model):
    """What one order of a file put into the orders of a campaign: recognised when the file comes again, and undone.

    `key` is the order's number in the file, or who ordered. `lines` maps offer id to the quantity that was added,
    `note` is what the order's note grew by.
    """

    brought_in = models.ForeignKey(Import, models.PROTECT, related_name="orders")
    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="+", db_index=False)
    key = models.CharField(max_length=200)
    order = models.ForeignKey(Order, models.PROTECT, related_name="+")
    lines = models.JSONField()
    note = models.CharField(max_length=310, blank=True, default="", db_default="")
    live = models.BooleanField(default=True, db_default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "key"], condition=Q(live=True), name="import_takes_an_order_in_once"
            )
        ]

    def __str__(self) -> str:
        return self.key


class ImportedProduct(models.Model):
    """What a file did to one product: the fields as they were before (none: it was new) and after."""

    brought_in = models.ForeignKey(Import, models.PROTECT, related_name="products")
    product = models.ForeignKey(Product, models.PROTECT, related_name="+")
    before = models.JSONField(null=True)
    after = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["brought_in", "product"], name="import_changes_a_product_once")]

    def __str__(self) -> str:
        return f"{self.brought_in_id}/{self.product_id}"


class ColumnMapping(models.Model):
    """What somebody said about the columns of a file: the next one with the same headers begins with it.

    `headers` is a digest of the set of header names; `columns` maps a field to the header's name.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=8, choices=ImportKind)
    headers = models.CharField(max_length=64)
    columns = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "kind", "headers"], name="person_reads_a_header_one_way")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.user_id}"
