"""Signals: what is worth a look and what is not, what waits for it, what a decision does, and that the books agree."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from datetime import timedelta

import pytest
from django.db import IntegrityError, InternalError, connection, transaction

from community.models import Membership
from core.invariants import check
from core.jobs import drain_all
from core.models import Job
from core.violations import violated
from referrals import services
from referrals.enums import PayoutLayout, SignalKind, Verdict
from referrals.models import HeldOrder, Referral, Signal, SignalDecision, SignalPair, Statement, StatementPart
from referrals.queries import entries_on, open_ends
from referrals.rules.payout_files import Returned
from referrals.rules.signals import THRESHOLDS
from referrals.services import signals
from tests.factories import make_group, make_member
from tests.races import meanwhile, wait_until_we_block_somebody
from tests.referrals.sales import A_DAY_IN_APRIL, A_DAY_IN_MARCH, END_OF_MARCH, delivered_sale, lines_of, refund
from tests.referrals.signalling import TOMORROW, Bindings
from tests.referrals.test_payouts import NOW, PAY_DAY

pytestmark = pytest.mark.django_db


@pytest.fixture
def books() -> Bindings:
    return Bindings()


def broken() -> list[tuple[str, list[str]]]:
    return [
        (found.name, found.examples)
        for found in check()
        if found.count and found.name.startswith(("referrals.", "ledger."))
    ]


def signalled(kind: SignalKind) -> set[tuple[str, str]]:
    pairs = SignalPair.objects.filter(kind=kind)
    return set(pairs.values_list("referrer__name", "referee__name"))


# What is worth a look


def test_d21_who_brought_themselves_is_refused_by_the_database(books: Bindings) -> None:
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        Referral.objects.create(referrer=books.wang, referee=books.wang, bound_on=A_DAY_IN_MARCH)
    assert violated(refused.value) == "referrer_joined_before_referee"

    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        delivered_sale(books.group, 100, member=books.wang, leader=books.leader, referrer=books.wang)
    assert violated(refused.value) == "nobody_refers_their_own_order"


def test_d21_one_phone_is_one_member(books: Bindings) -> None:
    make_member("王芳", phone="13800000000")

    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        make_member("王小芳", phone="13800000000")
    assert violated(refused.value) == "phone_belongs_to_one_member"


def test_d21_one_account_for_who_brought_and_who_was_brought_is_held(books: Bindings) -> None:
    books.one_account(books.wang, books.li)

    assert books.look() == services.Found(signals=1, bindings=1, orders=0)
    assert signalled(SignalKind.ACCOUNT) == {("王芳", "李强")}


def test_one_account_for_two_whom_one_person_brought_is_a_signal_of_both(books: Bindings) -> None:
    books.one_account(books.li, books.bring(1)[0], make_member("路人"))

    assert books.look() == services.Found(signals=1, bindings=2, orders=0)
    assert signalled(SignalKind.ACCOUNT) == {("王芳", "李强"), ("王芳", "新人0")}


def test_one_account_of_people_nobody_brought_is_no_signal(books: Bindings) -> None:
    books.one_account(books.leader, make_member("路人"))

    assert books.look().signals == 0


def test_d21_a_door_alone_is_normal(books: Bindings) -> None:
    Membership.objects.create(group=books.group, member=books.wang, door="3-1701", joined_on=A_DAY_IN_MARCH)
    books.bring(THRESHOLDS.people_at_a_door - 2, door="3-1701")  # with 李强 one fewer than it takes

    assert books.look().signals == 0


def test_d21_neighbours_brought_over_weeks_are_normal(books: Bindings) -> None:
    for week in range(1, 6):
        books.bring(1, door="3-1701", on=A_DAY_IN_MARCH - timedelta(days=7 * week))

    assert books.look().signals == 0


def test_d21_a_door_with_more_people_in_a_week_than_live_there_is_held(books: Bindings) -> None:
    books.bring(THRESHOLDS.people_at_a_door - 1, door="3-1701", on=A_DAY_IN_MARCH - timedelta(days=6))

    assert books.look() == services.Found(signals=1, bindings=4, orders=0)  # with 李强, seven days later
    assert signalled(SignalKind.DOOR) == {("王芳", "李强"), ("王芳", "新人0"), ("王芳", "新人1"), ("王芳", "新人2")}


def test_a_door_with_as_many_people_in_more_than_a_week_is_normal(books: Bindings) -> None:
    books.bring(THRESHOLDS.people_at_a_door - 1, door="3-1701", on=A_DAY_IN_MARCH - timedelta(days=7))

    assert books.look().signals == 0


def test_doors_of_one_building_are_not_one_door(books: Bindings) -> None:
    for room in range(10):
        books.bring(1, door=f"3-{room}")

    assert books.look().signals == 0


@pytest.mark.parametrize(("brought", "number"), [(THRESHOLDS.joins_a_day - 1, 0), (THRESHOLDS.joins_a_day, 1)])
def test_very_many_in_a_day_are_a_signal(books: Bindings, brought: int, number: int) -> None:
    books.bring(brought - 1)  # and 李强

    assert books.look() == services.Found(signals=number, bindings=number * brought, orders=0)


def test_a_day_is_looked_at_when_it_is_whole(books: Bindings) -> None:
    books.bring(THRESHOLDS.joins_a_day)

    assert books.look(TOMORROW - timedelta(days=1)).signals == 0
    assert books.look(TOMORROW + timedelta(days=THRESHOLDS.window_days)).signals == 0


def ring(books: Bindings, *, orders: int = THRESHOLDS.ring_orders, others: int = 0) -> None:
    """王芳 leads a group in which 何老师, who brought her, buys; and she buys. Others buy there, too."""
    theirs = make_group("王芳的群")
    for _one in range(orders):
        delivered_sale(theirs, 50_00, member=books.above, leader=books.wang)
        delivered_sale(books.group, 50_00, member=books.wang, leader=books.leader, referrer=books.above)
    for _one in range(others):
        delivered_sale(theirs, 50_00, member=make_member("邻居"), leader=books.wang)


def test_two_who_mainly_buy_from_each_other_are_a_ring(books: Bindings) -> None:
    ring(books)

    assert books.look() == services.Found(signals=1, bindings=1, orders=0)
    assert signalled(SignalKind.RING) == {("何老师", "王芳")}
    assert Signal.objects.get().figures["members"] == [books.above.pk, books.wang.pk]


def test_a_leader_with_a_group_of_neighbours_is_in_no_ring(books: Bindings) -> None:
    ring(books, others=THRESHOLDS.ring_orders)  # 何老师 is half of it, not more

    assert books.look().signals == 0


def test_a_few_orders_make_no_ring(books: Bindings) -> None:
    ring(books, orders=THRESHOLDS.ring_orders - 1)

    assert books.look().signals == 0


def test_a_ring_over_three_people_names_all_of_them(books: Bindings) -> None:
    # 何老师 brought 王芳 who brought 李强, in whose group 何老师 buys.
    theirs = make_group("李强的群")
    for _one in range(THRESHOLDS.ring_orders):
        delivered_sale(theirs, 50_00, member=books.above, leader=books.li)
        delivered_sale(books.group, 50_00, member=books.wang, leader=books.leader, referrer=books.above)
        books.bought(50_00)

    assert books.look().signals == 1
    assert signalled(SignalKind.RING) == {("何老师", "王芳"), ("王芳", "李强")}
    assert len(Signal.objects.get().figures["members"]) == 3


def paid_then_refunded(books: Bindings, *fens: int, back: int) -> None:
    """Orders of 李强, the commission paid out in March, and in April so much of each paid back."""
    orders = [books.bought(fen) for fen in fens]
    books.run_march()
    books.issue(books.march, END_OF_MARCH)
    books.approve(books.march, END_OF_MARCH)
    mine = books.statement(books.march, books.wang)
    batch = services.prepare_payout(
        statements=[mine.pk], pays_on=PAY_DAY, layout=PayoutLayout.GENERIC, by=books.preparer, now=NOW
    )
    services.approve_payout(batch=batch, by=books.approver, now=NOW)
    net = batch.items.get().net_fen
    returned = [Returned(mine.number, "paid", f"{net / 100:.2f}", "")]
    services.record_returns(batch=batch, returned=returned, by=books.approver, now=NOW)
    for order in orders:
        refund(lines_of(order)[0], back, on=A_DAY_IN_APRIL)
    books.run_april()


@pytest.mark.parametrize(("back", "number"), [(60_00, 1), (40_00, 0)])
def test_orders_paid_back_after_the_payout_are_a_signal(books: Bindings, back: int, number: int) -> None:
    paid_then_refunded(books, 100_00, 100_00, 100_00, back=back)
    run = books.april.runs.get()

    assert books.look(run.ran_at + timedelta(days=1)).signals == number


def test_two_orders_paid_back_after_the_payout_are_bad_luck(books: Bindings) -> None:
    paid_then_refunded(books, 100_00, 100_00, back=100_00)

    assert books.look(books.april.runs.get().ran_at + timedelta(days=1)).signals == 0


def test_looking_again_finds_nothing_again(books: Bindings) -> None:
    books.bought(100_00)
    books.one_account(books.wang, books.li)
    ring(books)
    books.bring(THRESHOLDS.joins_a_day, door="9-901")
    books.run_march()

    assert books.look() == services.Found(signals=4, bindings=1 + 1 + 2 * THRESHOLDS.joins_a_day + 1, orders=6)
    assert books.look() == services.Found(signals=0, bindings=0, orders=0)


def test_somebody_new_at_the_door_is_a_signal_of_their_own(books: Bindings) -> None:
    books.bring(4, door="9-901")
    books.look()
    books.bring(1, door="9-901", on=A_DAY_IN_MARCH + timedelta(days=2))

    assert books.look(TOMORROW + timedelta(days=2)) == services.Found(signals=1, bindings=1, orders=0)


def test_the_clock_asks_for_signals_and_a_job_finds_them(books: Bindings) -> None:
    books.one_account(books.wang, books.li)
    job = services.ask_for_signals(by=books.preparer, now=TOMORROW)
    drain_all()

    job = Job.objects.get(pk=job.pk)
    assert (job.state, job.result["signals"]) == ("done", 1)


# What waits


def amounts(statement: Statement) -> list[int]:
    return sorted(entries_on(statement).values_list("amount_fen", flat=True))


def test_what_is_held_is_on_no_statement_and_the_books_agree(books: Bindings) -> None:
    other = make_member("陈静", group=books.group)
    books.brought(books.wang, other)
    books.bought(200_00, buyer=other)
    books.held_sale(100_00)
    books.issue(books.march)

    # 10 % of 200.00; the 10.00 for 李强's order wait, and so do 5.00 of them for 何老师. The leader is paid for both.
    assert amounts(books.statement(books.march, books.wang)) == [20_00]
    assert amounts(books.statement(books.march, books.above)) == [10_00]
    assert amounts(books.statement(books.march)) == [4_00, 8_00]
    assert broken() == []


def test_who_has_nothing_but_held_amounts_has_no_statement_and_the_month_says_what_waits(books: Bindings) -> None:
    books.held_sale()
    books.issue(books.march)

    assert list(Statement.objects.values_list("earner__name", flat=True)) == ["周敏"]
    ends = open_ends(books.march)
    assert (ends.unstated, ends.held) == (0, 1)
    assert broken() == []


def test_what_is_issued_first_is_held_first(books: Bindings) -> None:
    books.bought(100_00)
    books.one_account(books.wang, books.li)
    books.look()  # before the run: nothing to hold yet
    books.run_march()
    books.issue(books.march)

    assert HeldOrder.objects.count() == 1
    assert not Statement.objects.filter(earner=books.wang).exists()


def test_checked_and_to_be_paid_it_goes_onto_the_next_statement(books: Bindings) -> None:
    _order, signal = books.held_sale(300_00)
    books.issue(books.march)
    books.approve(books.march)
    books.decide(signal, Verdict.PAY)
    books.run_april()
    books.issue(books.april)
    books.approve(books.april)

    # 10 % and 5 % of 300.00
    assert amounts(books.statement(books.april, books.wang)) == [30_00]
    assert amounts(books.statement(books.april, books.above)) == [15_00]
    assert open_ends(books.march).held == 0
    with pytest.raises(services.NothingToState):
        books.issue(books.april)
    assert broken() == []


def test_checked_before_the_issue_it_is_on_the_same_statement_as_everything_else(books: Bindings) -> None:
    _order, signal = books.held_sale(100_00)
    books.decide(signal, Verdict.PAY)
    books.issue(books.march)

    assert amounts(books.statement(books.march, books.wang)) == [10_00]
    assert broken() == []


def test_once_checked_the_binding_is_not_held_again(books: Bindings) -> None:
    _order, signal = books.held_sale()
    books.decide(signal, Verdict.PAY)
    books.bought(200_00, on=A_DAY_IN_APRIL)
    books.run_april()
    books.issue(books.april)

    assert HeldOrder.objects.count() == 1
    assert amounts(books.statement(books.april, books.wang)) == [10_00, 20_00]


def test_refused_it_stays_unpaid_and_later_orders_with_it(books: Bindings) -> None:
    _order, signal = books.held_sale()
    books.decide(signal, Verdict.REFUSE, "同一个人")
    books.bought(200_00, on=A_DAY_IN_APRIL)
    books.run_april()
    books.issue(books.april)

    assert not Statement.objects.filter(earner=books.wang).exists()
    assert HeldOrder.objects.filter(standing__state="refuse").count() == 2
    assert (open_ends(books.march).held, open_ends(books.april).unstated) == (0, 0)
    assert broken() == []


def test_what_was_paid_back_of_a_held_order_waits_with_it(books: Bindings) -> None:
    order, signal = books.held_sale(100_00)
    refund(lines_of(order)[0], 100_00, on=A_DAY_IN_APRIL)
    books.run_april()
    books.issue(books.april)
    assert not Statement.objects.filter(earner=books.wang).exists()  # nothing is taken from what was never paid

    books.decide(signal, Verdict.PAY)
    books.bought(100_00, on=A_DAY_IN_APRIL)
    books.run_april()
    books.issue(books.april)

    assert amounts(books.statement(books.april, books.wang)) == [-10_00, 10_00, 10_00]
    assert broken() == []


@pytest.mark.parametrize("again", ["refused", "signalled"])
def test_what_was_let_go_and_stated_is_taken_back_whatever_comes_after(books: Bindings, again: str) -> None:
    """Otherwise who was paid would keep the 10.00 of an order that was paid back, for ever."""
    order, signal = books.held_sale(100_00)
    books.decide(signal, Verdict.PAY)
    books.issue(books.march)
    books.approve(books.march)
    if again == "refused":
        books.decide(signal, Verdict.REFUSE, "同一个人")
    else:
        books.bring(THRESHOLDS.people_at_a_door - 1, door="3-1701", on=A_DAY_IN_MARCH)
        books.look()
        assert ("王芳", "李强") in signalled(SignalKind.DOOR)
    assert HeldOrder.objects.get().standing.state == "pay"
    assert open_ends(books.march).held == 0

    refund(lines_of(order)[0], 100_00, on=A_DAY_IN_APRIL)
    books.run_april()
    books.issue(books.april)

    assert amounts(books.statement(books.april, books.wang)) == [-10_00]
    assert amounts(books.statement(books.april, books.above)) == [-5_00]
    assert broken() == []


def test_what_was_stated_before_the_signal_is_taken_back_as_ever(books: Bindings) -> None:
    order = books.bought(100_00)
    books.run_march()
    books.issue(books.march)
    books.approve(books.march)
    books.one_account(books.wang, books.li)
    assert books.look() == services.Found(signals=1, bindings=1, orders=0)
    refund(lines_of(order)[0], 100_00, on=A_DAY_IN_APRIL)
    books.run_april()
    books.issue(books.april)

    assert amounts(books.statement(books.april, books.wang)) == [-10_00]
    assert broken() == []


def test_of_two_signals_both_have_to_be_decided_and_one_refusal_is_enough(books: Bindings) -> None:
    books.bring(4, door="3-1701")
    books.bought(100_00)
    books.one_account(books.wang, books.li)
    books.run_march()
    books.look()
    account, door = Signal.objects.get(kind="account"), Signal.objects.get(kind="door")

    def state() -> str:
        return str(HeldOrder.objects.select_related("standing").get().standing.state)

    books.decide(account, Verdict.PAY)
    assert state() == "waits"
    books.decide(door, Verdict.REFUSE)
    assert state() == "refuse"
    books.decide(door, Verdict.PAY, "看错了")
    assert state() == "pay"


# Who decides


def test_nobody_decides_about_themselves_or_what_they_earn(books: Bindings) -> None:
    _order, signal = books.held_sale()

    for person in (books.wang, books.above):
        with pytest.raises(services.OwnSignal):
            services.decide_signal(
                signal=signal, verdict=Verdict.PAY, reason="没问题", seen=0, by=person.user, now=TOMORROW
            )
    assert not SignalDecision.objects.exists()


def test_who_is_only_named_in_a_ring_does_not_decide_about_it(books: Bindings) -> None:
    ring(books)
    books.look()
    books.above.user = books.approver  # 何老师 is in the ring and turned admin
    books.above.save(update_fields=["user"])

    with pytest.raises(services.OwnSignal):
        books.decide(Signal.objects.get(), Verdict.PAY)


def test_a_decision_says_why(books: Bindings) -> None:
    _order, signal = books.held_sale()

    with pytest.raises(services.DecisionSaysNothing):
        books.decide(signal, Verdict.REFUSE, "  ")


def test_who_has_not_read_the_last_decision_does_not_decide(books: Bindings) -> None:
    _order, signal = books.held_sale()
    books.decide(signal, Verdict.PAY)

    with pytest.raises(services.DecidedMeanwhile):
        services.decide_signal(
            signal=signal, verdict=Verdict.REFUSE, reason="同一个人", seen=0, by=books.preparer, now=TOMORROW
        )


# What no code path gets around


def refused(sql: str, *values: object) -> str:
    with pytest.raises((IntegrityError, InternalError)) as error, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)
    return violated(error.value) if isinstance(error.value, IntegrityError) else str(error.value)


HOLD = "INSERT INTO referrals_heldorder (order_id, held_at) VALUES (%s, now())"


def test_the_database_refuses_to_hold_what_is_stated_or_has_no_signal(books: Bindings) -> None:
    order = books.bought(100_00)
    books.run_march()
    assert refused(HOLD, order.pk) == "what_is_held_has_a_signal"
    books.issue(books.march)
    books.one_account(books.wang, books.li)
    books.look()

    assert refused(HOLD, order.pk) == "what_is_stated_is_not_held"


def test_the_database_refuses_to_state_what_is_held_or_refused(books: Bindings) -> None:
    _order, signal = books.held_sale(100_00)
    other = books.bought(300_00, buyer=books.bring(1)[0])
    run = books.run_march()
    books.issue(books.march)
    mine, hold = books.statement(books.march, books.wang), HeldOrder.objects.get()
    part = (
        "INSERT INTO referrals_statementpart (statement_id, run_id, earner_id, hold_id, amount_fen, entries,"
        " stated_by_id, stated_at) VALUES (%s, %s, %s, %s, 1000, 1, %s, now())"
    )
    row = (mine.pk, run.pk, books.wang.pk, hold.pk, books.preparer.pk)

    assert refused(part, *row) == "held_waits_for_a_decision"
    books.decide(signal, Verdict.REFUSE)
    assert refused(part, *row) == "held_waits_for_a_decision"
    assert other.pk not in HeldOrder.objects.values_list("order", flat=True)


def test_the_database_refuses_broken_rows(books: Bindings) -> None:
    _order, signal = books.held_sale()
    decision = (
        "INSERT INTO referrals_signaldecision (signal_id, number, verdict, reason, by_id, at)"
        " VALUES (%s, %s, %s, %s, %s, now())"
    )
    pair = "INSERT INTO referrals_signalpair (signal_id, kind, referrer_id, referee_id) VALUES (%s, %s, %s, %s)"
    wang, li, by = books.wang.pk, books.li.pk, books.approver.pk

    assert refused(decision, signal.pk, 1, "maybe", "为什么", by) == "verdict_is_known"
    assert refused(decision, signal.pk, 1, "pay", " ", by) == "decision_says_why"
    assert refused(decision, signal.pk, 2, "pay", "好", by) == "signal_numbers_its_decisions"
    assert refused(decision, signal.pk, 1, "pay", "好", books.wang.user.pk) == "signal_is_decided_by_somebody_else"
    assert refused(pair, signal.pk, "account", wang, li) == "binding_is_signalled_once_for_each_kind"
    assert refused(pair, signal.pk, "door", wang, li) == "pair_is_of_its_signals_kind"
    assert refused(pair, signal.pk, "account", wang, wang) == "signal_is_about_two_people"


# Two at once


@contextmanager
def uncommitted(act: Callable[[], object], other: Callable[[], object]) -> Iterator[None]:
    """Act, and before it is committed the other one comes on another connection and waits for it."""
    with ExitStack() as stack:
        with transaction.atomic():
            act()
            stack.enter_context(meanwhile(other))
            wait_until_we_block_somebody()
        yield


@pytest.mark.django_db(transaction=True)
def test_two_workers_who_look_at_once_find_it_once() -> None:
    books = Bindings()
    books.one_account(books.wang, books.li)

    with uncommitted(books.look, books.look):
        pass

    assert (Signal.objects.count(), SignalPair.objects.count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_without_taking_turns_the_second_worker_would_find_it_too() -> None:
    """The control: with the turn left out only the unique key is left, and it is what stops them."""
    books = Bindings()
    books.one_account(books.wang, books.li)

    def look_out_of_turn() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(signals.FIND, {"today": TOMORROW.date(), "at": TOMORROW, **asdict(THRESHOLDS)})

    with pytest.raises(IntegrityError) as twice, uncommitted(books.look, look_out_of_turn):
        pass
    assert violated(twice.value) == "binding_is_signalled_once_for_each_kind"
    assert Signal.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_who_issues_statements_waits_for_what_is_being_held() -> None:
    books = Bindings()
    books.bought(100_00)
    books.run_march()
    books.one_account(books.wang, books.li)

    with uncommitted(books.look, lambda: books.issue(books.march)):
        pass

    assert list(StatementPart.objects.values_list("earner__name", flat=True)) == ["周敏"]
    assert HeldOrder.objects.count() == 1
    assert broken() == []
