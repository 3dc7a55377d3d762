"""Money as it is collected: what was paid, who holds it, what is due; every fen of it in the books."""

from collections.abc import Callable
from datetime import date, timedelta
from threading import Event
from unittest.mock import patch

import pgtrigger
import pytest
from django.db import IntegrityError, InternalError, connection, transaction

from community.models import Member
from core.invariants import check
from core.violations import violated
from ledger.models import Account, Entry, Period
from ledger.queries import balance
from ledger.services import booking_day, close_period, open_period
from orders.enums import ClaimState, PayMethod
from orders.models import Balance, Holding, Order, Payment, PaymentClaim, Settlement
from orders.queries import collecting, due_of, in_hand, unpaid_of
from orders.services import (
    BookedBefore,
    ChangedMeanwhile,
    ClaimOver,
    Money,
    NotEnoughBalance,
    NotHandedOver,
    NotMoved,
    NotPayable,
    NotTakenBack,
    apply_paste,
    claim_red_packet,
    collect_due,
    confirm_claim,
    correct_balance,
    expire_claims,
    hand_over,
    record_payment,
    refuse_claim,
    start_paste,
    take_back_payment,
    take_back_settlement,
    top_up,
)
from orders.services import payments as payments_module
from tests import factories as make
from tests.factories import NOW, order_for
from tests.races import meanwhile, wait_until_we_block_somebody

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]

CASH, WECHAT, BALANCE = PayMethod.CASH, PayMethod.WECHAT, PayMethod.BALANCE


@pytest.fixture
def campaign(group):
    return make.make_campaign(group)


@pytest.fixture
def buyer(group):
    return make.make_member(group=group, door="3-1701")


@pytest.fixture
def order(campaign, group, buyer) -> Order:
    """Two at ¥29.90: ¥59.80 are due."""
    return order_for(buyer, (make.make_offer(campaign, "草莓", price_fen=2990), 2), group=group)


def pay(order, fen, method=CASH, *, by, paid=0, holder=None, **more):
    money = Money(order, fen, method, holder, **more)
    return record_payment(money=money, paid_fen=paid, by=by, now=NOW)


def collect(order, fen, *, by, method=CASH):
    return collect_due(order=order, due_fen=fen, method=method, by=by, now=NOW)


def books(purpose: str, party: Member | None = None) -> int:
    return balance(Account.objects.get(purpose=purpose, party=party and party.pk))


def broken() -> list[str]:
    return [finding.name for finding in check() if finding.count]


def test_what_a_leader_collects_is_held_by_the_leader_and_stands_in_the_books(order, leader, buyer):
    payment = collect(order, 5980, by=leader.user)

    assert (payment.amount_fen, payment.holder, due_of(order.pk).fen) == (5980, leader, 0)
    assert (Holding.objects.get(leader=leader).amount_fen, in_hand(leader).since) == (5980, NOW)
    assert (books("money_held_by_leaders", leader), books("order_money_received", buyer)) == (5980, -5980)
    assert payment.entry.key == f"payment:{payment.pk}"
    assert broken() == []


def test_what_an_operator_records_came_to_the_house(order, operator):
    payment = collect(order, 5980, by=operator, method=WECHAT)

    assert payment.holder is None
    assert books("house_money") == 5980
    assert not Holding.objects.exists()


def test_an_order_is_paid_in_parts_and_what_is_too_much_is_given_back(order, leader):
    pay(order, 2000, by=leader.user, holder=leader.pk)
    pay(order, 5000, WECHAT, by=leader.user, holder=leader.pk, paid=2000)
    assert due_of(order.pk).fen == 5980 - 2000 - 5000

    collect(order, -1020, by=leader.user)

    assert due_of(order.pk).fen == 0
    assert in_hand(leader).fen == 5980
    assert broken() == []


@pytest.mark.parametrize(("fen", "words"), [(0, "more than nothing"), (-1, "Only ¥0.00")])
def test_no_more_is_given_back_than_was_paid(order, leader, fen, words):
    with pytest.raises(NotPayable, match=words):
        pay(order, fen, by=leader.user)


def test_what_is_paid_already_is_not_collected_again(order, leader):
    collect(order, 5980, by=leader.user)

    with pytest.raises(NotPayable, match="paid already"):
        collect(order, 5980, by=leader.user)

    assert Payment.objects.count() == 1


def test_what_was_shown_as_due_is_collected_or_nothing(order, leader):
    pay(order, 80, by=leader.user)

    with pytest.raises(ChangedMeanwhile):
        collect(order, 5980, by=leader.user)
    with pytest.raises(ChangedMeanwhile):
        pay(order, 80, by=leader.user)

    assert due_of(order.pk).paid_fen == 80


def test_a_mistake_is_taken_back_by_its_opposite_and_once(order, leader):
    payment = collect(order, 5980, by=leader.user)

    back = take_back_payment(payment=payment, by=leader.user, now=NOW)

    assert (back.amount_fen, back.takes_back, back.holder) == (-5980, payment, leader)
    assert (due_of(order.pk).fen, in_hand(leader).fen, in_hand(leader).since) == (5980, 0, None)
    for again in (payment, back):
        with pytest.raises((NotTakenBack, NotPayable)):
            take_back_payment(payment=again, by=leader.user, now=NOW)
    assert broken() == []


def test_a_leader_takes_back_what_they_hold_and_nothing_else(order, leader, operator):
    payment = collect(order, 5980, by=operator)

    with pytest.raises(NotTakenBack, match="operator"):
        take_back_payment(payment=payment, by=leader.user, now=NOW)

    take_back_payment(payment=payment, by=operator, now=NOW)
    assert due_of(order.pk).fen == 5980


@pytest.mark.parametrize("change", [{"amount_fen": -5979}, {"method": WECHAT}, {"holder": None}])
def test_the_database_takes_back_nothing_but_the_opposite(order, leader, change):
    payment = collect(order, 5980, by=leader.user)
    same = {"order": order, "campaign_id": order.campaign_id, "group_id": order.group_id, "member_id": order.member_id}
    opposite = {"amount_fen": -5980, "method": CASH, "holder": leader, "takes_back": payment, **change}

    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        Payment.objects.create(**same, **opposite, at=NOW, business_date=NOW.date(), entry=payment.entry)

    assert violated(caught.value) == "payment_is_taken_back_by_its_opposite"


@pytest.mark.parametrize("change", [lambda rows: rows.update(amount_fen=1), lambda rows: rows.delete()])
def test_a_payment_is_never_changed_and_never_deleted(order, leader, change):
    collect(order, 5980, by=leader.user)

    with pytest.raises(InternalError, match="Cannot update or delete"), transaction.atomic():
        change(Payment.objects.all())


def test_a_transaction_of_wechat_is_booked_once(order, operator):
    pay(order, 100, WECHAT, by=operator, external_id="4200001")

    with pytest.raises(BookedBefore):
        pay(order, 100, WECHAT, by=operator, external_id="4200001", paid=100)

    assert (Payment.objects.count(), Entry.objects.count()) == (1, 1)


def collect_twice_at_once(order, leader, *, overlap: Callable[[], None]) -> None:
    """Two taps on "received", each on a connection of its own; the second begins before the first commits."""
    begun = Event()

    def tap_then() -> None:
        begun.wait(5)
        collect(order, 5980, by=leader.user)

    with meanwhile(tap_then), transaction.atomic():
        collect(order, 5980, by=leader.user)
        begun.set()
        overlap()


@pytest.mark.django_db(transaction=True)
def test_two_taps_at_once_book_the_money_once(order, leader):
    collect(make_ready(order, leader), 5980, by=leader.user)

    with pytest.raises(NotPayable):
        collect_twice_at_once(order, leader, overlap=wait_until_we_block_somebody)

    assert due_of(order.pk).fen == 0


@pytest.mark.django_db(transaction=True)
def test_positive_control_without_the_lock_two_taps_book_it_twice(order, leader):
    collect(make_ready(order, leader), 5980, by=leader.user)

    with patch.object(payments_module, "locked_due", lambda order: due_of(order.pk)):
        collect_twice_at_once(order, leader, overlap=wait_until_we_block_somebody)

    assert due_of(order.pk).fen == -5980


def make_ready(order, leader) -> Order:
    """Another paid order, so that period, accounts and holding are there and nothing but the order's lock holds."""
    other = make.make_member("李雷", group=order.group)
    return order_for(other, (order.lines.get().offer, 2), group=order.group)


def test_a_month_nobody_opened_is_opened_by_the_money(order, leader):
    assert not Period.objects.exists()

    payment = collect(order, 5980, by=leader.user)

    assert str(payment.entry.period) == "2026-11"


def test_money_that_comes_after_the_books_are_closed_is_booked_on_the_first_day_after(order, leader, admin):
    close_period(period=open_period(month=NOW.date(), by=admin, now=NOW), by=admin, now=NOW)

    payment = collect(order, 5980, by=leader.user)

    assert (payment.business_date, payment.entry.booked_on) == (date(2026, 11, 20), date(2026, 12, 1))


def test_a_month_is_opened_once(admin):
    first, again = (booking_day(date(2026, 11, day), by=admin, now=NOW)[0] for day in (3, 30))

    assert first == again


@pytest.mark.parametrize(
    ("harm", "found"),
    [
        ("UPDATE orders_holding SET amount_fen = amount_fen - 1", "orders.leaders_hold_what_they_collected"),
        ("UPDATE orders_balance SET amount_fen = amount_fen + 1", "orders.balances_are_the_sum_of_their_moves"),
        ("UPDATE orders_payment SET holder_id = NULL", "orders.payments_stand_in_the_books"),
        ("UPDATE orders_payment SET amount_fen = 5979 WHERE amount_fen = 5980", "orders.payments_stand_in_the_books"),
    ],
)
def test_what_no_longer_says_what_the_books_say_is_found(order, leader, operator, buyer, harm, found):
    collect(order, 5980, by=leader.user)
    top_up(member=buyer, amount_fen=100, latest=0, by=operator, now=NOW)
    assert broken() == []

    with pgtrigger.ignore("orders.Payment:append_only"), connection.cursor() as cursor:
        cursor.execute(harm)

    assert found in broken()


class TestHandOver:
    @pytest.fixture(autouse=True)
    def collected(self, order, leader):
        collect(order, 5980, by=leader.user)

    def hand(self, leader, fen, *, by, latest=0):
        return hand_over(leader=leader, amount_fen=fen, latest=latest, by=by, now=NOW)

    def test_what_is_handed_over_is_the_houses(self, leader, operator):
        receipt = self.hand(leader, 5000, by=operator)

        assert receipt.number == f"20261120-{receipt.pk}"
        assert (in_hand(leader).fen, books("money_held_by_leaders", leader), books("house_money")) == (980, 980, 5000)
        assert broken() == []

    @pytest.mark.parametrize("fen", [5981, 0])
    def test_no_more_is_handed_over_than_is_held(self, leader, operator, fen):
        with pytest.raises(NotHandedOver):
            self.hand(leader, fen, by=operator)

        assert not Settlement.objects.exists()

    def test_nobody_confirms_what_they_hand_over_themselves(self, leader):
        with pytest.raises(NotHandedOver, match="Somebody else"):
            self.hand(leader, 100, by=leader.user)

    def test_the_same_form_twice_is_one_hand_over(self, leader, operator):
        self.hand(leader, 100, by=operator)

        with pytest.raises(NotHandedOver, match="meanwhile"):
            self.hand(leader, 100, by=operator)

    def test_a_wrong_hand_over_is_taken_back_once(self, leader, operator):
        receipt = self.hand(leader, 5980, by=operator)

        take_back_settlement(settlement=receipt, by=operator, now=NOW)

        assert in_hand(leader).fen == 5980
        with pytest.raises(NotHandedOver, match="already"):
            take_back_settlement(settlement=receipt, by=operator, now=NOW)
        assert broken() == []

    def test_a_payment_taken_back_after_the_hand_over_is_owed_to_the_leader(self, order, leader, operator):
        self.hand(leader, 5980, by=operator)

        take_back_payment(payment=order.payments.get(), by=leader.user, now=NOW)

        assert (in_hand(leader).fen, in_hand(leader).since) == (-5980, None)
        assert broken() == []


class TestClaims:
    @pytest.fixture
    def packet(self, order, leader) -> PaymentClaim:
        return claim_red_packet(order=order, amount_fen=5000, by=leader.user, now=NOW)

    def confirm(self, claim, *, by, due=5980, now=NOW):
        return confirm_claim(claim=claim, due_fen=due, method=WECHAT, by=by, now=now)

    def test_a_claim_is_no_money_until_it_is_confirmed(self, order, leader, packet):
        assert due_of(order.pk).paid_fen == 0

        payment = self.confirm(packet, by=leader.user)

        packet.refresh_from_db()
        assert (payment.amount_fen, payment.method, packet.payment) == (5000, PayMethod.RED_PACKET, payment)
        with pytest.raises(ClaimOver):
            self.confirm(packet, by=leader.user)

    def test_a_refused_claim_stays_no_money(self, order, leader, packet):
        refuse_claim(claim=packet, by=leader.user, now=NOW)

        with pytest.raises(ClaimOver):
            self.confirm(packet, by=leader.user)
        assert not Payment.objects.exists()

    def test_a_red_packet_runs_out_after_a_day(self, leader, packet):
        day = timedelta(hours=24)
        assert expire_claims(now=NOW + day - timedelta(seconds=1)) == 0
        with pytest.raises(ClaimOver, match="ran out"):
            self.confirm(packet, by=leader.user, now=NOW + day)

        assert expire_claims(now=NOW + day) == 1
        packet.refresh_from_db()
        assert packet.state == ClaimState.EXPIRED

    def test_said_to_be_paid_is_confirmed_as_what_was_seen_due(self, order, leader):
        claim = PaymentClaim.objects.create(order=order, group=order.group, kind="said_paid", made_at=NOW)
        with pytest.raises(ChangedMeanwhile):
            self.confirm(claim, by=leader.user, due=100)

        payment = self.confirm(claim, by=leader.user)

        assert (payment.amount_fen, payment.method) == (5980, WECHAT)

    def test_money_that_comes_answers_what_was_said(self, order, leader):
        claim = PaymentClaim.objects.create(order=order, group=order.group, kind="said_paid", made_at=NOW)

        payment = collect(order, 5980, by=leader.user)

        claim.refresh_from_db()
        assert (claim.state, claim.payment) == (ClaimState.CONFIRMED, payment)

    def test_a_chain_that_says_paid_claims_it_once_and_books_nothing(self, campaign, group, order, leader):
        text = "1. 王芳 3-1701 草莓1斤 已付\n2. 李雷 3-1702 草莓1斤"
        make.make_member("李雷", group=group, door="3-1702")
        for more in ("", "\n3. 韩梅 3-1703 草莓1斤"):
            paste = start_paste(campaign=campaign, group=group, text=text + more, by=leader.user, now=NOW)
            apply_paste(paste=paste, by=leader.user, now=NOW)

        claim = PaymentClaim.objects.get()

        assert (claim.order, claim.kind, claim.state) == (order, "said_paid", ClaimState.OPEN)
        assert not Payment.objects.exists()


class TestBalances:
    def test_an_order_is_paid_from_what_was_paid_in_advance(self, order, operator, buyer):
        top_up(member=buyer, amount_fen=10000, latest=0, by=operator, now=NOW)

        payment = collect(order, 5980, by=operator, method=BALANCE)

        assert Balance.objects.get(member=buyer).amount_fen == 4020
        assert payment.balance_move.entry == payment.entry
        assert (books("members_balance", buyer), books("house_money")) == (-4020, 10000)
        take_back_payment(payment=payment, by=operator, now=NOW)
        assert Balance.objects.get(member=buyer).amount_fen == 10000
        assert broken() == []

    def test_a_balance_never_falls_below_nothing(self, order, operator, buyer):
        move = top_up(member=buyer, amount_fen=5979, latest=0, by=operator, now=NOW)

        with pytest.raises(NotEnoughBalance):
            collect(order, 5980, by=operator, method=BALANCE)
        with pytest.raises(NotEnoughBalance):
            correct_balance(member=buyer, amount_fen=-5980, reason="算错", latest=move.pk, by=operator, now=NOW)

        assert not Payment.objects.exists()
        assert broken() == []

    def test_a_correction_has_a_reason_and_the_same_form_moves_once(self, operator, buyer):
        with pytest.raises(NotMoved, match="reason"):
            correct_balance(member=buyer, amount_fen=100, reason=" ", latest=0, by=operator, now=NOW)
        correct_balance(member=buyer, amount_fen=100, reason="补偿", latest=0, by=operator, now=NOW)

        with pytest.raises(NotMoved, match="meanwhile"):
            correct_balance(member=buyer, amount_fen=100, reason="补偿", latest=0, by=operator, now=NOW)

        assert Balance.objects.get(member=buyer).amount_fen == 100


def test_what_is_unpaid_of_a_campaign_does_not_count_what_is_paid_too_much(campaign, group, order, leader):
    offer = order.lines.get().offer
    generous = order_for(make.make_member("李雷", group=group), (offer, 1), group=group)
    partly = order_for(make.make_member("韩梅", group=group), (offer, 1), group=group)
    pay(generous, 9990, by=leader.user)
    pay(partly, 990, by=leader.user)

    owed = unpaid_of(campaign)

    assert (owed.orders, owed.fen) == (2, 5980 + 2000)
    listed = collecting(campaign, [group])
    assert (listed.settled, listed.due_fen, len(listed.open)) == (0, 7980, 3)
