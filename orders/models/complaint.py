import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q

from community.models import Group, sees_all_groups
from core.append_only import APPEND_ONLY
from core.models import Picture, User
from orders.enums import ComplaintReason
from orders.models.order import OrderLine, SaleFact
from orders.models.quantity import QuantityField

ASKED_OF_WHAT_WAS_DELIVERED = """
    SELECT delivered_quantity - refunded_quantity, delivered_fen - refunded_fen INTO left_quantity, left_fen
        FROM orders_orderline WHERE id = NEW.line_id FOR UPDATE;
    IF NEW.amount_fen > left_fen OR NEW.quantity > left_quantity THEN
        RAISE EXCEPTION 'less than that of line % can be refunded', NEW.line_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'complaint_asks_for_what_can_be_refunded';
    END IF;
    IF EXISTS (
        SELECT 1 FROM orders_complaint earlier WHERE earlier.line_id = NEW.line_id
            AND NOT EXISTS (SELECT 1 FROM orders_complaintdecision WHERE complaint_id = earlier.id)
    ) THEN
        RAISE EXCEPTION 'a complaint about line % is open', NEW.line_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'line_has_one_open_complaint';
    END IF;
    RETURN NEW;
"""
"""The line's row is held until the transaction ends: two complaints at once see each other."""

SETTLED_BY_ITS_REFUND = """
    IF NOT EXISTS (
        SELECT 1 FROM orders_complaint complaint JOIN orders_salefact fact ON fact.line_id = complaint.line_id
        WHERE complaint.id = NEW.complaint_id AND fact.id = NEW.refund_id
            AND fact.kind = 'refunded' AND -fact.amount_fen <= complaint.amount_fen
    ) THEN
        RAISE EXCEPTION 'that is no refund of complaint %', NEW.complaint_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'complaint_is_settled_by_a_refund_of_it';
    END IF;
    RETURN NEW;
"""


class ComplaintQuerySet(models.QuerySet["Complaint"]):
    def visible_to(self, user: User) -> "ComplaintQuerySet":
        if sees_all_groups(user):
            return self
        return self.filter(line__order__group__in=Group.objects.visible_to(user))

    def open(self) -> "ComplaintQuerySet":
        return self.filter(decisions=None)

    def settled(self) -> "ComplaintQuerySet":
        return self.filter(decisions__isnull=False)


class Complaint(models.Model):
    """A leader proposes to give money back for one delivered line; never changed, never deleted.

    `amount_fen` is what is asked for; with a `quantity` it is what that much of the goods comes to.
    """

    line = models.ForeignKey(OrderLine, models.PROTECT, related_name="complaints")
    quantity = QuantityField(null=True)
    amount_fen = models.BigIntegerField()
    reason = models.CharField(max_length=8, choices=ComplaintReason)
    note = models.CharField(max_length=150, blank=True, default="", db_default="")
    photo = models.ForeignKey(Picture, models.PROTECT, null=True, related_name="+", db_index=False)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    objects = ComplaintQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(quantity=None, amount_fen__gt=0)
                | Q(quantity__isnull=False, quantity__gt=0, amount_fen__gte=0),
                name="complaint_asks_for_something",
            ),
            models.CheckConstraint(condition=Q(reason__in=ComplaintReason.values), name="complaint_reason_is_known"),
            models.CheckConstraint(
                condition=~Q(reason=ComplaintReason.OTHER) | ~Q(note=""), name="complaint_says_what_is_wrong"
            ),
        ]
        triggers = [
            *APPEND_ONLY,
            pgtrigger.Trigger(
                name="asked_of_what_was_delivered",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                declare=[("left_quantity", "numeric"), ("left_fen", "bigint")],
                func=ASKED_OF_WHAT_WAS_DELIVERED,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.line_id} {self.amount_fen}"

    @property
    def decision(self) -> "ComplaintDecision | None":
        """What became of it; None while it is open. Load `decisions` with the complaint."""
        return next(iter(self.decisions.all()), None)

    @property
    def why(self) -> str:
        """The reason, and the leader's words after it."""
        return f"{self.get_reason_display()} · {self.note}" if self.note else self.get_reason_display()


class ComplaintDecision(models.Model):
    """What an operator decided about a complaint: the refund it came to, or why none; never changed, never deleted."""

    complaint = models.ForeignKey(Complaint, models.PROTECT, related_name="decisions", db_index=False)
    refund = models.OneToOneField(SaleFact, models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=200, blank=True, default="", db_default="")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["complaint"], name="complaint_is_settled_once"),
            models.CheckConstraint(
                condition=Q(refund__isnull=False) | ~Q(reason=""), name="refusing_a_complaint_says_why"
            ),
        ]
        triggers = [
            *APPEND_ONLY,
            pgtrigger.Trigger(
                name="settled_by_its_refund",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                condition=pgtrigger.Condition("NEW.refund_id IS NOT NULL"),
                func=SETTLED_BY_ITS_REFUND,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.complaint_id} {self.refund_id or 'refused'}"

    @property
    def refunded_fen(self) -> int:
        """What was given back, 0 if it was refused. Load `refund` with it."""
        return -self.refund.amount_fen if self.refund else 0
