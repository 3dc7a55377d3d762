import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from community.models import Member
from core.append_only import NOT_EMPTIED

USED_AS_IT_WAS_PAID = """
    IF OLD.withdrawn_at IS NOT NULL AND NEW.withdrawn_at IS DISTINCT FROM OLD.withdrawn_at THEN
        RAISE EXCEPTION 'coupon % is withdrawn', OLD.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'coupon_is_withdrawn_once';
    END IF;
    IF NEW.payment_id IS DISTINCT FROM OLD.payment_id AND NOT EXISTS (
        SELECT FROM orders_payment p
        WHERE OLD.payment_id IS NULL AND p.id = NEW.payment_id AND p.coupon_id = NEW.id AND p.takes_back_id IS NULL
            OR NEW.payment_id IS NULL AND p.takes_back_id = OLD.payment_id
    ) THEN
        RAISE EXCEPTION 'coupon % is used by no such payment', OLD.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'coupon_is_used_by_its_payment';
    END IF;
    RETURN NEW;
"""


class CouponQuerySet(models.QuerySet["Coupon"]):
    def unused(self) -> "CouponQuerySet":
        return self.filter(payment=None, withdrawn_at=None)


class Coupon(models.Model):
    """What a member may pay a part of one order with, in fen: its whole amount, once, up to its last day.

    `payment` is what it was used for, kept by a trigger beside the payments. Withdrawn it cannot be used any more.
    """

    member = models.ForeignKey(Member, models.PROTECT, related_name="coupons")
    amount_fen = models.BigIntegerField()
    least_fen = models.BigIntegerField(help_text=_("What the order comes to at least."))
    given_on = models.DateField(help_text=_("Business day, Asia/Shanghai."))
    last_day = models.DateField(help_text=_("Business day, Asia/Shanghai."))
    payment = models.OneToOneField("Payment", models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)

    objects = CouponQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(amount_fen__gt=0, least_fen__gte=F("amount_fen")),
                name="coupon_is_worth_no_more_than_the_order",
            ),
            models.CheckConstraint(condition=Q(last_day__gte=F("given_on")), name="coupon_is_valid_for_a_day"),
        ]
        triggers = [
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
            NOT_EMPTIED,
            pgtrigger.ReadOnly(name="terms_are_kept", exclude=["payment", "withdrawn_at"]),
            pgtrigger.Trigger(
                name="used_as_it_was_paid", operation=pgtrigger.Update, when=pgtrigger.Before, func=USED_AS_IT_WAS_PAID
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member_id}: {self.amount_fen}"
