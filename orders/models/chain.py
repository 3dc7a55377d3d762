from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from community.models import Group, Member, sees_all_groups
from core.models import User
from orders.enums import PasteState
from orders.models.campaign import Campaign
from orders.models.order import Order

UNDO_WITHIN = timedelta(minutes=30)


class PasteQuerySet(models.QuerySet["Paste"]):
    def visible_to(self, user: User) -> "PasteQuerySet":
        if sees_all_groups(user):
            return self
        return self.filter(group__in=Group.objects.visible_to(user))


class Paste(models.Model):
    """A chain text somebody pasted for one campaign and group, and what they decided about its doubtful rows.

    `decisions` maps a row's key to what the leader settled (member, offers, quantities, skip), and that of a vanished
    entry to whether it is cancelled, with its order and words. `entries` has what stood in the text when it was
    confirmed, in its order: the entry's key, signature, author and content, and the content the orders had of it after
    that. `notes` and `doors` map an order's id to its note, its door, before and after.
    """

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="pastes")
    group = models.ForeignKey(Group, models.PROTECT, related_name="pastes")
    text = models.TextField()
    decisions = models.JSONField(default=dict)
    entries = models.JSONField(default=list)
    notes = models.JSONField(default=dict)
    doors = models.JSONField(default=dict)
    state = models.CharField(max_length=8, choices=PasteState, default=PasteState.DRAFT, db_default=PasteState.DRAFT)
    pasted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    pasted_at = models.DateTimeField(db_default=Now())
    applied_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)
    outcome = models.JSONField(default=dict)

    objects = PasteQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state=PasteState.DRAFT, applied_at=None)
                | Q(state=PasteState.APPLIED, applied_at__isnull=False, undone_at=None)
                | Q(state=PasteState.UNDONE, applied_at__isnull=False, undone_at__isnull=False),
                name="paste_is_applied_before_it_is_undone",
            )
        ]
        indexes = [models.Index(fields=["campaign", "group", "-id"], name="paste_by_chain")]

    def __str__(self) -> str:
        return f"paste {self.pk}"

    def can_be_undone(self, now: datetime) -> bool:
        """Applied within the last half hour, into a campaign that still takes orders."""
        if self.state != PasteState.APPLIED or self.applied_at is None:
            return False
        return now - self.applied_at <= UNDO_WITHIN and self.campaign.takes_orders(now)


class ChainEntry(models.Model):
    """What one entry of a group's chain asks for now: the side of a re-paste that is compared with the new text.

    `key` is the entry's first identity (author, or normalised name and door, with an occurrence number), never its
    place in the list; `signature` (name and door), `author` (WeChat's id) and `note` are those of its latest text.
    `lines` maps offer id to quantity; an order is the sum of its entries. Once the texts are forgotten an entry has no
    words, and its key names nobody.
    """

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="chain_entries")
    group = models.ForeignKey(Group, models.PROTECT, related_name="+")
    key = models.CharField(max_length=200)
    signature = models.CharField(max_length=200, default="", db_default="")
    author = models.CharField(max_length=80, default="", db_default="")
    number = models.PositiveIntegerField(null=True)
    raw = models.TextField()
    content = models.TextField(default="", db_default="", help_text=_("What it asks for, as the parser spells it."))
    note = models.CharField(max_length=300, default="", db_default="")
    lines = models.JSONField(default=dict)
    member = models.ForeignKey(Member, models.PROTECT, related_name="+")
    order = models.ForeignKey(Order, models.PROTECT, related_name="chain_entries")
    live = models.BooleanField(default=True, db_default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["campaign", "group", "key"], name="chain_holds_an_entry_once")]

    def __str__(self) -> str:
        return self.key


class PasteChange(models.Model):
    """What one paste did to one chain entry, before and after: what undoing it takes back."""

    paste = models.ForeignKey(Paste, models.PROTECT, related_name="changes")
    entry = models.ForeignKey(ChainEntry, models.PROTECT, related_name="changes")
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["paste", "entry"], name="paste_changes_an_entry_once")]

    def __str__(self) -> str:
        return f"{self.paste_id}/{self.entry_id}"
