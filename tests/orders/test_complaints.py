"""Complaints: proposed by a leader, settled once by an operator."""

from datetime import timedelta
from decimal import Decimal
from threading import Event
from unittest.mock import patch

import pytest
from django.db import IntegrityError, InternalError, transaction

from core.pictures import keep_picture
from core.violations import violated
from orders.enums import ComplaintReason
from orders.models import Complaint, ComplaintDecision, SaleFact
from orders.queries import complaints_waiting, decided_lately
from orders.services import (
    ComplaintOpen,
    ComplaintSettled,
    MoreThanProposed,
    NotRefundable,
    propose_refund,
    refund_complaint,
    refund_quantity,
    refuse_complaint,
    undeliver,
)
from orders.services import complaints as complaints_module
from tests import factories as make
from tests.factories import NOW, delivered, order_for
from tests.orders.facts import all_is_well
from tests.photos import encoded, halves
from tests.races import meanwhile, wait_until_we_block_somebody

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]


@pytest.fixture
def placed(group, leader):
    """Two 盒 at ¥29.90, not delivered yet."""
    berries = make.make_offer(make.make_campaign(group), "草莓", unit="盒", counted=True, price_fen=2990)
    return order_for(make.make_member(group=group), (berries, 2), group=group)


@pytest.fixture
def line(placed, leader):
    return delivered(placed, by=leader.user).lines.get()


def propose(line, quantity="1", *, by, **fields) -> Complaint:
    asked = {"quantity": Decimal(quantity) if quantity else None, "amount_fen": None}
    said = {"reason": ComplaintReason.BROKEN, "note": "压坏了", "photo": ""}
    return propose_refund(line_id=line.pk, **{**asked, **said, **fields}, by=by, now=NOW)


def settle(complaint, *, by, **part):
    return refund_complaint(complaint=complaint, **part, by=by, now=NOW)


def refunds() -> list[tuple[Decimal, int]]:
    return list(SaleFact.objects.filter(kind="refunded").order_by("pk").values_list("quantity", "amount_fen"))


def test_a_proposal_says_what_it_would_come_to_and_refunds_nothing(line, leader):
    complaint = propose(line, "1", by=leader.user)

    assert (complaint.quantity, complaint.amount_fen, complaint.decision) == (1, 2990, None)
    assert refunds() == []


def test_a_proposal_by_amount_leaves_the_goods(line, leader):
    complaint = propose(line, None, amount_fen=500, by=leader.user)

    assert (complaint.quantity, complaint.amount_fen) == (None, 500)


@pytest.mark.parametrize(
    ("quantity", "amount_fen", "sentence"),
    [
        ("3", None, "2 盒 of “草莓” can still be refunded."),
        (None, 5981, "¥59.80 of “草莓” can still be refunded."),
        (None, 0, "¥59.80 of “草莓” can still be refunded."),
    ],
)
def test_no_more_is_proposed_than_can_still_be_refunded(line, leader, quantity, amount_fen, sentence):
    with pytest.raises(NotRefundable, match=sentence):
        propose(line, quantity, amount_fen=amount_fen, by=leader.user)


def test_what_was_refunded_before_cannot_be_proposed_again(line, leader, operator):
    refund_quantity(line_id=line.pk, quantity=Decimal(1), reason="压坏了", by=operator, now=NOW)

    with pytest.raises(NotRefundable, match="1 盒"):
        propose(line, "2", by=leader.user)


def test_nothing_is_proposed_of_what_is_not_delivered(placed, leader):
    with pytest.raises(NotRefundable, match="0 盒"):
        propose(placed.lines.get(), "1", by=leader.user)


def test_a_line_has_one_proposal_that_waits(line, leader, operator):
    first = propose(line, "1", by=leader.user)

    with pytest.raises(ComplaintOpen, match="waits already"):
        propose(line, "1", by=leader.user)
    refuse_complaint(complaint=first, reason="照片上是好的", by=operator, now=NOW)
    assert propose(line, "1", by=leader.user).pk


def by_force(line, leader, **fields) -> str:
    row = {"line": line, "amount_fen": 100, "reason": "broken", "at": NOW, "by": leader.user, **fields}
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        Complaint.objects.create(**row)
    return violated(caught.value)


@pytest.mark.parametrize(
    ("fields", "promise"),
    [
        ({"amount_fen": 5981}, "complaint_asks_for_what_can_be_refunded"),
        ({"quantity": Decimal(3)}, "complaint_asks_for_what_can_be_refunded"),
        ({"amount_fen": 0}, "complaint_asks_for_something"),
        ({"quantity": Decimal(0)}, "complaint_asks_for_something"),
        ({"reason": "mood"}, "complaint_reason_is_known"),
        ({"reason": "other"}, "complaint_says_what_is_wrong"),
    ],
)
def test_the_database_takes_no_proposal_that_cannot_be(line, leader, fields, promise):
    assert by_force(line, leader, **fields) == promise


def test_the_database_takes_no_second_proposal_while_one_waits(line, leader):
    propose(line, by=leader.user)

    assert by_force(line, leader) == "line_has_one_open_complaint"


def test_a_settled_complaint_is_refunded_whole_with_who_and_why(line, leader, operator):
    decision = settle(propose(line, "1", by=leader.user), by=operator)

    assert refunds() == [(-1, -2990)]
    fact = decision.refund
    assert (fact.by, fact.reason, decision.refunded_fen) == (operator, "Damaged · 压坏了", 2990)
    assert all_is_well()


@pytest.mark.parametrize(
    ("part", "refund"),
    [({"quantity": Decimal(1)}, (-1, -2990)), ({"amount_fen": 1000}, (0, -1000))],
)
def test_a_part_of_what_was_asked_for_is_refunded(line, leader, operator, part, refund):
    settle(propose(line, "2", by=leader.user), **part, by=operator)

    assert refunds() == [refund]


@pytest.mark.parametrize("part", [{"quantity": Decimal(2)}, {"amount_fen": 2991}])
def test_no_more_is_refunded_than_was_proposed_and_nothing_of_it_stays(line, leader, operator, part):
    complaint = propose(line, "1", by=leader.user)

    with pytest.raises(MoreThanProposed, match="At most ¥29.90"):
        settle(complaint, **part, by=operator)

    assert (refunds(), Complaint.objects.open().count()) == ([], 1)


def test_what_is_no_longer_delivered_is_not_refunded_and_waits_on(line, leader, operator):
    complaint = propose(line, "1", by=leader.user)
    undeliver(line_ids=[line.pk], by=leader.user, now=NOW)

    with pytest.raises(NotRefundable):
        settle(complaint, by=operator)

    assert Complaint.objects.open().count() == 1


def test_a_refused_complaint_says_why_and_refunds_nothing(line, leader, operator):
    complaint = propose(line, by=leader.user)

    decision = refuse_complaint(complaint=complaint, reason="照片上是好的", by=operator, now=NOW)

    assert (decision.refund, decision.reason, decision.refunded_fen, refunds()) == (None, "照片上是好的", 0, [])


def test_a_complaint_is_settled_once(line, leader, operator):
    complaint = propose(line, by=leader.user)
    settle(complaint, by=operator)

    with pytest.raises(ComplaintSettled):
        settle(complaint, by=operator)
    with pytest.raises(ComplaintSettled):
        refuse_complaint(complaint=complaint, reason="还是不退", by=operator, now=NOW)

    assert len(refunds()) == 1


def decide_by_force(complaint, operator, **fields) -> str:
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        ComplaintDecision.objects.create(**{"complaint": complaint, "at": NOW, "by": operator, **fields})
    return violated(caught.value)


def test_the_database_refuses_without_a_reason_nothing(line, leader, operator):
    assert decide_by_force(propose(line, by=leader.user), operator) == "refusing_a_complaint_says_why"


def test_the_database_settles_by_no_other_fact_than_a_refund_of_it(line, leader, operator, placed):
    complaint = propose(line, "1", by=leader.user)
    delivery = line.facts.get(kind="delivered")
    more = refund_quantity(line_id=line.pk, quantity=Decimal(2), reason="", by=operator, now=NOW)

    assert decide_by_force(complaint, operator, refund=delivery) == "complaint_is_settled_by_a_refund_of_it"
    assert decide_by_force(complaint, operator, refund=more) == "complaint_is_settled_by_a_refund_of_it"


@pytest.mark.parametrize("model", [Complaint, ComplaintDecision])
def test_what_was_said_is_never_changed(line, leader, operator, model):
    settle(propose(line, by=leader.user), by=operator)

    with pytest.raises(InternalError, match="append_only|Cannot update"), transaction.atomic():
        model.objects.update(at=NOW)


def test_a_photo_is_kept_with_the_proposal(line, leader):
    address = keep_picture(encoded(halves()), by=leader.user)

    assert propose(line, photo=address, by=leader.user).photo_id == address


def test_what_waits_is_counted_with_its_money_in_one_query(line, leader, operator, django_assert_num_queries):
    assert complaints_waiting(operator).number == 0
    propose(line, "2", by=leader.user)

    with django_assert_num_queries(1):
        waiting = complaints_waiting(operator)

    assert (waiting.number, waiting.amount_fen, waiting.since) == (1, 5980, NOW)


def test_a_leader_sees_the_complaints_of_the_own_groups(line, leader, stranger):
    propose(line, by=leader.user)

    assert [Complaint.objects.visible_to(user).count() for user in (leader.user, stranger.user)] == [1, 0]


def test_a_leader_is_told_what_was_decided_for_three_days(line, leader, operator):
    complaint = propose(line, by=leader.user)
    assert decided_lately(leader.user, NOW) == []
    settle(complaint, by=operator)

    assert decided_lately(leader.user, NOW + timedelta(days=2, hours=23)) == [complaint]
    assert decided_lately(leader.user, NOW + timedelta(days=3)) == []


def settle_twice_at_once(complaint, first, second) -> None:
    """Two operators refund the same complaint; the second begins before the first commits."""
    begun = Event()

    def settle_then() -> None:
        begun.wait(5)
        settle(complaint, by=second)

    with meanwhile(settle_then), transaction.atomic():
        settle(complaint, by=first)
        begun.set()
        wait_until_we_block_somebody()


@pytest.mark.django_db(transaction=True)
def test_two_operators_at_once_refund_once(line, leader, operator):
    complaint = propose(line, "1", by=leader.user)

    with pytest.raises(ComplaintSettled):
        settle_twice_at_once(complaint, operator, make.make_user(name="同事"))

    assert refunds() == [(-1, -2990)]
    assert all_is_well()


@pytest.mark.django_db(transaction=True)
def test_even_without_looking_first_the_constraint_lets_one_refund_through(line, leader, operator):
    complaint = propose(line, "1", by=leader.user)

    with patch.object(complaints_module, "lock_open", lambda complaint: None), pytest.raises(ComplaintSettled):
        settle_twice_at_once(complaint, operator, make.make_user(name="同事"))

    assert refunds() == [(-1, -2990)]


def record_nothing(complaint: Complaint, *, refund: SaleFact, **_said: object) -> SaleFact:
    return refund


@pytest.mark.django_db(transaction=True)
def test_positive_control_without_the_decision_two_operators_refund_twice(line, leader, operator):
    complaint = propose(line, "1", by=leader.user)

    with patch.object(complaints_module, "decide", record_nothing):
        settle_twice_at_once(complaint, operator, make.make_user(name="同事"))

    assert refunds() == [(-1, -2990), (-1, -2990)]


def propose_twice_at_once(line, leader) -> None:
    begun = Event()

    def propose_then() -> None:
        begun.wait(5)
        propose(line, by=leader.user)

    with meanwhile(propose_then), transaction.atomic():
        propose(line, by=leader.user)
        begun.set()
        wait_until_we_block_somebody()


@pytest.mark.django_db(transaction=True)
def test_two_proposals_for_a_line_at_once_are_one(line, leader):
    with pytest.raises(ComplaintOpen):
        propose_twice_at_once(line, leader)

    assert Complaint.objects.count() == 1
