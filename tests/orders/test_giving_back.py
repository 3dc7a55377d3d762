"""What is given back: to each what it was. Coupons and credit are never turned into money. Money in fen."""

from contextlib import ExitStack

import pytest
from django.db import IntegrityError, transaction

from core.invariants import find
from core.violations import violated
from orders.enums import PayMethod
from orders.models import Balance, Coupon, Order
from orders.queries import collecting, due_of
from orders.services import (
    CouponTerms,
    Money,
    NotPayable,
    collect_due,
    give_coupons,
    record_payment,
    refund_amount,
    take_back_payment,
    top_up,
    use_coupon,
)
from orders.services.payments import book
from tests import factories as make
from tests.factories import NOW, TODAY, order_for
from tests.races import meanwhile, wait_until_we_block_somebody

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]

CASH, WECHAT, BALANCE = PayMethod.CASH, PayMethod.WECHAT, PayMethod.BALANCE


INVARIANTS = [
    "ledger.entries_balance",
    "orders.balances_are_the_sum_of_their_moves",
    "orders.coupons_are_used_as_they_paid",
    "orders.no_more_money_went_back_than_came",
    "orders.payments_stand_in_the_books",
]


def broken() -> list[str]:
    return [finding.name for finding in find(INVARIANTS) if finding.count]


@pytest.fixture
def campaign(group):
    return make.make_campaign(group)


@pytest.fixture
def buyer(group):
    return make.make_member(group=group, door="3-1701")


@pytest.fixture
def order(campaign, group, buyer, operator) -> Order:
    """¥40.00, delivered."""
    order = order_for(buyer, (make.make_offer(campaign, "草莓", price_fen=4000), 1), group=group)
    make.delivered(order, by=operator, now=NOW)
    return order


def pay(order, fen, method=CASH, *, by):
    money = Money(order, fen, method)
    return record_payment(money=money, paid_fen=due_of(order.pk).paid_fen, by=by, now=NOW)


def use_a_coupon(order, fen=1000, *, by):
    give_coupons([CouponTerms(order.member_id, fen, fen, TODAY, TODAY)])
    return use_coupon(
        order=order, coupon=Coupon.objects.latest("pk"), paid_fen=due_of(order.pk).paid_fen, by=by, now=NOW
    )


def refund(order, fen, *, by):
    refund_amount(line_id=order.lines.get().pk, amount_fen=fen, reason="坏果", by=by, now=NOW)


def give_back(order, *, by, method=CASH):
    due = due_of(order.pk)
    return collect_due(order=order, due_fen=due.fen, method=method, by=by, now=NOW)


@pytest.mark.parametrize(
    ("refunded", "due"),
    [
        (1000, -1000),  # 30.00 is left: the coupon's 10.00 and 20.00
        (3000, -3000),  # 10.00 is left: the coupon's
        (3500, -3000),  # the coupon has paid 5.00 of what is left, and its rest is lost
        (4000, -3000),
    ],
)
def test_what_a_coupon_paid_is_not_given_back(campaign, group, order, operator, refunded, due):
    """Of 40.00 the coupon paid 10.00 and the buyer 30.00."""
    use_a_coupon(order, by=operator)
    pay(order, 3000, by=operator)

    refund(order, refunded, by=operator)

    assert due_of(order.pk).fen == due
    assert collecting(campaign, [group]).rows[0].due.fen == due
    give_back(order, by=operator)
    assert due_of(order.pk).fen == 0
    assert collecting(campaign, [group]).rows[0].settled
    with pytest.raises(NotPayable):
        pay(order, -(3000 + due) - 1, by=operator)
    assert not broken()


def test_no_more_money_is_given_back_than_came_whatever_a_coupon_paid(order, operator):
    use_a_coupon(order, by=operator)
    pay(order, 2000, by=operator)

    with pytest.raises(NotPayable, match="Only ¥20.00 was paid for this order in money"):
        pay(order, -2001, by=operator)

    pay(order, -2000, WECHAT, by=operator)


def test_what_the_balance_paid_goes_back_to_the_balance(order, buyer, operator):
    """Otherwise credit that somebody was given for bringing others would come out in cash."""
    top_up(member=buyer, amount_fen=1000, latest=0, by=operator, now=NOW)
    pay(order, 1000, BALANCE, by=operator)
    pay(order, 3000, by=operator)
    refund(order, 4000, by=operator)

    with pytest.raises(NotPayable, match="Only ¥30.00 .* What the balance paid goes back to the balance"):
        give_back(order, by=operator)

    pay(order, -3000, by=operator)
    with pytest.raises(NotPayable, match="Only ¥0.00"):
        give_back(order, by=operator)
    give_back(order, method=BALANCE, by=operator)
    assert due_of(order.pk).fen == 0
    assert Balance.objects.get().amount_fen == 1000
    assert not broken()


def test_money_may_go_back_to_the_balance(order, buyer, operator):
    pay(order, 4000, by=operator)
    refund(order, 500, by=operator)

    give_back(order, method=BALANCE, by=operator)

    assert Balance.objects.get().amount_fen == 500
    with pytest.raises(NotPayable, match="Only ¥35.00"):
        pay(order, -3501, BALANCE, by=operator)


def test_a_coupon_taken_back_as_a_mistake_leaves_its_part_due(order, operator):
    used = use_a_coupon(order, by=operator)
    pay(order, 3000, by=operator)

    take_back_payment(payment=used, by=operator, now=NOW)

    assert due_of(order.pk).fen == 1000
    assert Coupon.objects.unused().exists()


def test_a_payment_of_money_that_was_given_back_is_no_mistake_any_more(order, operator):
    use_a_coupon(order, by=operator)
    paid = pay(order, 3000, by=operator)
    refund(order, 4000, by=operator)
    give_back(order, by=operator)

    with pytest.raises(NotPayable):
        take_back_payment(payment=paid, by=operator, now=NOW)


@pytest.mark.parametrize(("fen", "method"), [(-3001, CASH), (-3001, WECHAT), (-4001, BALANCE)])
def test_the_database_gives_no_more_back_than_came(order, buyer, operator, fen, method):
    """Straight into the books, past what the service asks: 10.00 by coupon, 10.00 of the balance, 30.00 in cash."""
    top_up(member=buyer, amount_fen=1000, latest=0, by=operator, now=NOW)
    give_coupons([CouponTerms(buyer.pk, 1000, 1000, TODAY, TODAY)])
    pay(order, 1000, BALANCE, by=operator)
    use_coupon(order=order, coupon=Coupon.objects.get(), paid_fen=1000, by=operator, now=NOW)
    pay(order, 3000, by=operator)

    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        book([Money(order, fen, method)], by=operator, now=NOW)

    assert violated(caught.value) == "no_more_money_goes_back_than_came"
    book([Money(order, fen + 1, method)], by=operator, now=NOW)


@pytest.mark.django_db(transaction=True)
def test_two_who_give_back_at_once_give_back_once(order, operator):
    """Straight into the books, where nobody has locked the order: the second waits, and sees the first."""
    pay(order, 4000, by=operator)
    refused = []

    def another():
        try:
            book([Money(order, -4000, WECHAT)], by=operator, now=NOW)
        except IntegrityError as error:
            refused.append(violated(error))

    with ExitStack() as stack, transaction.atomic():
        book([Money(order, -4000, CASH)], by=operator, now=NOW)
        stack.enter_context(meanwhile(another))
        wait_until_we_block_somebody()

    assert refused == ["no_more_money_goes_back_than_came"]
