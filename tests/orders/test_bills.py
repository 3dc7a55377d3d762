"""Booking what a WeChat bill proves: each transaction once, together, and what was said answered."""

from datetime import timedelta
from decimal import Decimal
from threading import Event
from unittest.mock import patch

import pytest
from django.db import transaction

from core.invariants import check
from orders.enums import ClaimKind, ClaimState, OrderSource, PayMethod
from orders.models import MemberAlias, Order, Payment, PaymentClaim
from orders.queries import due_of, orders_for_bill
from orders.rules.bill import Confidence, match_rows, read_bill
from orders.services import (
    BillRow,
    BookedBefore,
    BookedBill,
    Money,
    book_bill,
    claim_red_packet,
    close_campaign,
    place_order,
    record_payment,
    take_back_payment,
)
from orders.services import bills as bills_module
from tests import factories as make
from tests.factories import NOW, delivered, order_for
from tests.orders.bill_files import Line, bill_file, number
from tests.races import meanwhile, wait_until_we_block_somebody

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]


@pytest.fixture
def berries(group, other_group):
    return make.make_offer(make.make_campaign(group, other_group), "草莓", price_fen=2990)


@pytest.fixture
def order(berries, group) -> Order:
    """王芳 at 3-1701 owes ¥59.80 since ten o'clock."""
    return order_for(make.make_member("王芳", group=group, door="3-1701"), (berries, 2), group=group)


def row(order: Order, which: int = 1, **fields) -> BillRow:
    about = {"amount_fen": 5980, "paid_at": NOW + timedelta(hours=1), "payer": "王芳", "red_packet": False}
    return BillRow(number(which), **{**about, "order_id": order.pk, "due_fen": 5980, **fields})


def broken() -> list[str]:
    return [finding.name for finding in check() if finding.count]


def seen(user, *lines: Line, now=NOW):
    """The rows of a bill of these lines beside the orders that this person sees."""
    rows = read_bill(bill_file(*lines)).incoming
    return match_rows(rows, [one for _order, one in orders_for_bill(user, rows, now=now).values()])


def test_a_row_is_a_payment_with_its_transaction_and_stands_in_the_books(order, leader):
    booked = book_bill(rows=[row(order)], by=leader.user, now=NOW)

    (payment,) = booked.payments
    assert (payment.external_id, payment.method, payment.holder) == (number(1), PayMethod.WECHAT, leader)
    assert payment.note == "2026-11-20 11:00 王芳"
    assert (booked.fen, due_of(order.pk).fen, broken()) == (5980, 0, [])


def test_a_transaction_counts_once_whatever_order_it_is_chosen_for(order, berries, group, leader):
    other = order_for(make.make_member("李雷", group=group), (berries, 2), group=group)
    book_bill(rows=[row(order)], by=leader.user, now=NOW)

    again = book_bill(rows=[row(order), row(other)], by=leader.user, now=NOW)

    assert (again.payments, len(again.before)) == ((), 2)
    assert Payment.objects.count() == 1


def test_of_two_rows_for_one_order_the_earlier_counts(order, leader):
    late, early = row(order), row(order, 2, paid_at=NOW)

    booked = book_bill(rows=[late, early], by=leader.user, now=NOW)

    assert [payment.external_id for payment in booked.payments] == [number(2)]
    assert booked.changed == (late,)


def test_an_order_out_of_sight_is_left_out(order, stranger):
    assert book_bill(rows=[row(order)], by=stranger.user, now=NOW).changed == (row(order),)
    assert Payment.objects.count() == 0


def test_money_that_came_answers_who_said_it_is_paid(order, leader):
    claim = PaymentClaim.objects.create(order=order, group=order.group, kind=ClaimKind.SAID_PAID, made_at=NOW)

    (payment,) = book_bill(rows=[row(order)], by=leader.user, now=NOW).payments

    claim.refresh_from_db()
    assert (claim.state, claim.payment, claim.decided_by) == (ClaimState.CONFIRMED, payment, leader.user)


def test_a_red_packet_answers_the_one_that_was_noted_and_nothing_else(order, leader):
    said = PaymentClaim.objects.create(order=order, group=order.group, kind=ClaimKind.SAID_PAID, made_at=NOW)
    noted = claim_red_packet(order=order, amount_fen=2000, by=leader.user, now=NOW)
    line = Line(number(1), "王芳", "20.00", kind="微信红包")

    (match,) = seen(leader.user, line)
    packet = match.candidates[0].packet
    chosen = row(order, amount_fen=2000, red_packet=True, claim_id=packet.claim_id)
    (payment,) = book_bill(rows=[chosen], by=leader.user, now=NOW).payments

    noted.refresh_from_db()
    said.refresh_from_db()
    assert (payment.method, noted.state, noted.payment) == (PayMethod.RED_PACKET, ClaimState.CONFIRMED, payment)
    assert (said.state, due_of(order.pk).fen) == (ClaimState.OPEN, 3980)


class TestWhatItIsPutBeside:
    LINE = Line(number(1), "王芳")

    def confidence(self, user, *, now=NOW, line: Line = LINE) -> Confidence:
        return seen(user, line, now=now)[0].confidence

    def test_an_order_of_the_own_groups(self, order, leader, stranger):
        assert [self.confidence(one.user) for one in (leader, stranger)] == [Confidence.CERTAIN, Confidence.NONE]

    def test_until_thirty_days_after_the_delivery_of_a_closed_campaign(self, order, leader, operator):
        delivered(order, by=operator)
        close_campaign(campaign=order.campaign)

        found = [self.confidence(leader.user, now=NOW + timedelta(days=days)) for days in (31, 32)]

        assert found == [Confidence.CERTAIN, Confidence.NONE]

    @pytest.mark.parametrize(
        ("source", "confidence"), [(OrderSource.CHAIN, Confidence.CERTAIN), (OrderSource.QUICK, Confidence.NONE)]
    )
    def test_an_order_out_of_a_chain_since_the_campaign_opened(self, berries, group, leader, source, confidence):
        member = make.make_member("韩梅", group=group)
        campaign, wanted = berries.campaign, {berries.pk: Decimal(2)}
        place_order(campaign=campaign, group=group, member=member, quantities=wanted, source=source, by=None, now=NOW)

        assert self.confidence(leader.user, line=Line(number(1), "韩梅", at="2026-11-19 21:00:00")) == confidence

    def test_how_the_member_signs_in_this_group(self, order, group, other_group, leader):
        MemberAlias.objects.create(group=group, member=order.member, text="小鹿妈妈@3-1701")
        MemberAlias.objects.create(group=other_group, member=order.member, text="阿芳")

        found = seen(leader.user, Line(number(1), "小鹿妈妈"), Line(number(2), "阿芳"))

        assert [one.confidence for one in found] == [Confidence.CERTAIN, Confidence.LIKELY]

    def test_money_by_hand_counts_until_it_is_taken_back(self, order, berries, group, leader):
        money = Money(order, 5980, PayMethod.WECHAT, leader.pk)
        payment = record_payment(money=money, paid_fen=0, by=leader.user, now=NOW)
        in_part = seen(leader.user, self.LINE)
        take_back_payment(payment=payment, by=leader.user, now=NOW)

        after = seen(leader.user, self.LINE)

        assert [len(one.by_hand) for one in (*in_part, *after)] == [1, 0]
        assert [one.confidence for one in (*in_part, *after)] == [Confidence.NONE, Confidence.CERTAIN]


def book_twice_at_once(first: BillRow, second: BillRow, leader) -> list[BookedBill]:
    """Two tabs confirm a row each, on connections of their own; the second begins before the first commits."""
    begun, said = Event(), []

    def book_then() -> None:
        begun.wait(5)
        said.append(book_bill(rows=[second], by=leader.user, now=NOW))

    with meanwhile(book_then), transaction.atomic():
        said.append(book_bill(rows=[first], by=leader.user, now=NOW))
        begun.set()
        wait_until_we_block_somebody()
    return said


def make_ready(order, leader) -> None:
    """Another paid order, so that period, accounts and holding are there and nothing but the order's lock holds."""
    member = make.make_member("李雷", group=order.group)
    other = order_for(member, (order.lines.get().offer, 2), group=order.group)
    book_bill(rows=[row(other, 99)], by=leader.user, now=NOW)


def without_locks():
    """The orders as they are, held by nobody."""
    return patch.object(bills_module, "locked_orders", lambda ids, by: Order.objects.in_bulk(ids))


@pytest.mark.django_db(transaction=True)
class TestTwoTabs:
    def test_the_same_page_confirmed_twice_books_each_row_once(self, order, leader):
        make_ready(order, leader)

        first, second = book_twice_at_once(row(order), row(order), leader)

        assert (len(first.payments), second.payments, second.before) == (1, (), (row(order),))
        assert due_of(order.pk).fen == 0

    def test_two_rows_for_one_order_do_not_pay_it_twice(self, order, leader):
        make_ready(order, leader)

        _first, second = book_twice_at_once(row(order), row(order, 2), leader)

        assert (second.changed, due_of(order.pk).fen) == ((row(order, 2),), 0)

    def test_positive_control_without_the_lock_the_order_is_paid_twice(self, order, leader):
        make_ready(order, leader)

        with without_locks():
            book_twice_at_once(row(order), row(order, 2), leader)

        assert due_of(order.pk).fen == -5980

    def test_without_the_lock_the_number_still_counts_once_and_the_second_is_refused(self, order, leader):
        make_ready(order, leader)

        with without_locks(), pytest.raises(BookedBefore):
            book_twice_at_once(row(order), row(order), leader)

        assert due_of(order.pk).fen == 0
