"""Coupons: given, used for one order of their member, withdrawn while nobody has used them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from core.errors import DomainError
from core.models import User
from core.money import format_yuan
from core.violations import refusing
from orders.enums import PayMethod
from orders.models import Coupon, Order, Payment
from orders.services.payments import Money, NotPayable, answered, book, changed, locked_due


class CouponRefused(DomainError):
    """The coupon does not pay for this order: used or withdrawn, too late, another member's, or too small an order."""


@dataclass(frozen=True, slots=True)
class CouponTerms:
    """A coupon to be given: its worth and the least order in fen, its first and last day (Asia/Shanghai)."""

    member_id: int
    amount_fen: int
    least_fen: int
    given_on: date
    last_day: date


def give_coupons(terms: Sequence[CouponTerms]) -> list[Coupon]:
    """Give them, in that order. Who gives them books what they are worth."""
    return Coupon.objects.bulk_create(
        Coupon(
            member_id=one.member_id,
            amount_fen=one.amount_fen,
            least_fen=one.least_fen,
            given_on=one.given_on,
            last_day=one.last_day,
        )
        for one in terms
    )


def withdraw_coupons(ids: Collection[int], *, now: datetime) -> set[int]:
    """From now on none of them can be used; the ids of those that have been used before."""
    coupons = Coupon.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk")
    used = {coupon.pk for coupon in coupons if coupon.payment_id}
    Coupon.objects.filter(pk__in=ids, withdrawn_at=None).update(withdrawn_at=now)
    return used


@transaction.atomic
def use_coupon(*, order: Order, coupon: Coupon, paid_fen: int, by: User, now: datetime) -> Payment:
    """Pay a part of the order with the whole coupon; `paid_fen` is what the person saw was paid.

    Raises ChangedMeanwhile, NotPayable where less is due than the coupon is worth, CouponRefused.
    """
    due = locked_due(order)
    if due.paid_fen != paid_fen:
        raise changed()
    if due.fen < coupon.amount_fen:
        raise NotPayable(
            _("Only ¥%(due)s is due, the coupon is worth ¥%(worth)s. Nothing was booked.")
            % {"due": format_yuan(max(due.fen, 0)), "worth": format_yuan(coupon.amount_fen)}
        )
    with refusing(refusals(coupon)):
        money = Money(order, coupon.amount_fen, PayMethod.COUPON, coupon_id=coupon.pk)
        return answered(book([money], by=by, now=now)[0])


def refusals(coupon: Coupon) -> dict[str, DomainError]:
    words = {"least": format_yuan(coupon.least_fen), "day": coupon.last_day}
    return {
        "coupon_is_used_once": CouponRefused(_("This coupon cannot be used any more. Nothing was booked.")),
        "coupon_pays_its_amount_for_its_member": CouponRefused(_("This coupon is another member's.")),
        "coupon_is_used_in_time": CouponRefused(_("The coupon was valid up to %(day)s. Nothing was booked.") % words),
        "coupon_is_for_orders_that_come_to_enough": CouponRefused(
            _("The coupon is for orders from ¥%(least)s. Nothing was booked.") % words
        ),
    }
