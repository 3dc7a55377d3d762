"""The roll-ups follow from the facts: what is counted once is not counted again, and a rebuild agrees."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from threading import Thread
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, connections, transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from community.models import Member
from insights.enums import Counting
from insights.invariants import member_days_equal_their_facts
from insights.models import WINDOWS, CohortWeek, MemberDay, MemberStat, RepurchaseStep, Watermark
from insights.queries import repurchase
from insights.services import (
    ADD_MEMBER_DAYS,
    COUNT_COHORT_WEEKS,
    COUNT_REPURCHASES,
    REFRESH_MEMBER_STATS,
    REFRESH_SOCIAL_VALUE,
    RolledUp,
    rebuild,
    roll_up,
)
from orders.enums import FactKind
from orders.models import Order, SaleFact
from referrals.models import Referral
from tests.factories import make_group, make_member
from tests.insights.sales import deliver, happened, make_order

NOW = datetime(2026, 11, 20, 19, 10, tzinfo=UTC)
MONDAY = date(2026, 11, 2)
TUESDAY = date(2026, 11, 3)
NEXT_WEDNESDAY = date(2026, 11, 11)

DayRow = tuple[int, int, date, int, int, int, int, int]


def member_days() -> list[DayRow]:
    fields = ("member", "group", "day", "gross_fen", "short_fen", "net_fen", "delivered_fen", "orders")
    return list(MemberDay.objects.order_by("member", "group", "day").values_list(*fields))


def member_stats() -> list[tuple[object, ...]]:
    fields = ("member", "first_day", "last_day", "occasions", "lifetime_fen", "social_fen", "brought")
    return list(MemberStat.objects.order_by("member").values_list(*fields))


def cohort_weeks() -> list[tuple[object, ...]]:
    return list(CohortWeek.objects.order_by("cohort", "age").values_list("cohort", "age", "members"))


def repurchase_steps() -> list[tuple[object, ...]]:
    steps = RepurchaseStep.objects.order_by("window_days", "day")
    return list(steps.values_list("window_days", "day", "buyers", "returned", "reordered"))


def everything() -> tuple[list[Any], ...]:
    return member_days(), member_stats(), cohort_weeks(), repurchase_steps()


def bring(referrer: object, referee: object) -> Referral:
    return Referral.objects.create(referrer=referrer, referee=referee, bound_on=MONDAY)


@pytest.mark.django_db
def test_every_kind_of_fact_lands_in_its_column_on_the_day_of_the_order():
    group = make_group()
    member = make_member()
    order = make_order(member, group, fen=1000, day=MONDAY)
    happened(order, FactKind.CHANGED, 500, on=TUESDAY)
    happened(order, FactKind.CANCELLED, -200, on=TUESDAY)
    happened(order, FactKind.SHORT, -300, on=TUESDAY)
    happened(order, FactKind.DELIVERED, 1000, on=TUESDAY)
    happened(order, FactKind.REFUNDED, -150, on=NEXT_WEDNESDAY)

    roll_up(now=NOW)

    assert member_days() == [(member.pk, group.pk, MONDAY, 1300, -300, 850, 850, 1)]


@pytest.mark.django_db
def test_running_twice_adds_nothing():
    make_order(make_member(), make_group(), fen=1000, day=MONDAY)
    first = roll_up(now=NOW)
    before = everything()

    second = roll_up(now=NOW)

    assert first.facts == 1
    assert second == RolledUp(facts=0, fact_id=first.fact_id)
    assert everything() == before


@pytest.mark.django_db
def test_a_later_fact_is_added_to_the_day_already_counted():
    group, member = make_group(), make_member()
    order = make_order(member, group, fen=1000, day=MONDAY)
    roll_up(now=NOW)
    deliver(order, on=TUESDAY)

    roll_up(now=NOW)

    assert member_days() == [(member.pk, group.pk, MONDAY, 1000, 0, 1000, 1000, 1)]


@pytest.mark.django_db
def test_two_groups_on_one_day_are_one_occasion():
    member = make_member()
    make_order(member, make_group("一群"), fen=1000, day=MONDAY)
    make_order(member, make_group("二群"), fen=2000, day=MONDAY)
    make_order(member, make_group("三群"), fen=3000, day=NEXT_WEDNESDAY)

    roll_up(now=NOW)

    assert member_stats() == [(member.pk, MONDAY, NEXT_WEDNESDAY, 2, 0, 0, 0)]


@pytest.mark.django_db
def test_lifetime_value_is_what_was_delivered_less_refunds():
    group, member = make_group(), make_member()
    delivered = make_order(member, group, fen=1000, day=MONDAY)
    deliver(delivered)
    happened(delivered, FactKind.REFUNDED, -400)
    make_order(member, group, fen=5000, day=TUESDAY)

    roll_up(now=NOW)

    assert MemberStat.objects.get(member=member).lifetime_fen == 600


@pytest.mark.django_db
def test_a_cancelled_first_order_moves_the_member_to_a_later_cohort():
    group, member = make_group(), make_member()
    first = make_order(member, group, fen=1000, day=MONDAY)
    make_order(member, group, fen=1000, day=NEXT_WEDNESDAY)
    roll_up(now=NOW)
    assert cohort_weeks() == [(MONDAY, 0, 1), (MONDAY, 1, 1)]
    happened(first, FactKind.CANCELLED, -1000)

    roll_up(now=NOW)

    assert cohort_weeks() == [(date(2026, 11, 9), 0, 1)]
    assert member_stats() == [(member.pk, NEXT_WEDNESDAY, NEXT_WEDNESDAY, 1, 0, 0, 0)]


@pytest.mark.django_db
def test_an_occasion_is_a_step_up_and_later_one_down():
    group, member = make_group(), make_member()
    make_order(member, group, fen=1000, day=date(2026, 10, 1))
    make_order(member, group, fen=1000, day=date(2026, 10, 21))

    roll_up(now=NOW)

    # Bought from 1 October on; returned on the 21st, until the first falls out of 30 days on the 31st; out of the
    # window altogether 30 days after the 21st. On the 21st one buyer goes and the same one comes: nothing changes.
    assert [step[1:] for step in repurchase_steps() if step[0] == 30] == [
        (date(2026, 10, 1), 1, 0, 0),
        (date(2026, 10, 21), 0, 1, 1),
        (date(2026, 10, 31), 0, -1, -1),
        (date(2026, 11, 20), -1, 0, 0),
    ]


@pytest.mark.django_db
def test_two_orders_on_one_day_are_reordered_at_once_and_until_that_day_has_left():
    group, other, member = make_group("一群"), make_group("二群"), make_member()
    make_order(member, group, fen=1000, day=date(2026, 10, 1))
    make_order(member, other, fen=1000, day=date(2026, 10, 1))
    make_order(member, group, fen=1000, day=date(2026, 10, 21))

    roll_up(now=NOW)

    # Ordered twice on the 1st alone; from the 21st on with the 1st, which leaves the window of 30 days on the 31st.
    assert [step[1:] for step in repurchase_steps() if step[0] == 30] == [
        (date(2026, 10, 1), 1, 0, 1),
        (date(2026, 10, 21), 0, 1, 0),
        (date(2026, 10, 31), 0, -1, -1),
        (date(2026, 11, 20), -1, 0, 0),
    ]


@pytest.mark.django_db
def test_an_order_counts_while_something_is_left_of_it():
    """Grown by a chain that is pasted again it stays one; refunded whole it is none; ordered anew it is one again."""
    group, member = make_group(), make_member()
    order = make_order(member, group, fen=1000, day=MONDAY)
    make_order(member, group, fen=1000, day=MONDAY)
    counted = []
    for kind, fen in [
        (FactKind.CHANGED, 500),
        (FactKind.DELIVERED, 1500),
        (FactKind.REFUNDED, -600),
        (FactKind.REFUNDED, -900),
        (FactKind.CHANGED, 100),
    ]:
        happened(order, kind, fen)
        roll_up(now=NOW)
        counted.append(MemberDay.objects.get().orders)

    assert counted == [2, 2, 2, 1, 2]


@pytest.mark.django_db
def test_social_value_is_what_those_a_member_brought_have_received():
    group = make_group()
    grandmother, mother, daughter, son = (make_member(name) for name in "赵钱孙李")
    bring(grandmother, mother)
    bring(mother, daughter)
    bring(mother, son)
    deliver(make_order(mother, group, fen=100, day=MONDAY))
    deliver(make_order(daughter, group, fen=1000, day=MONDAY))

    roll_up(now=NOW)

    # Depth one: the grandmother has the mother's 100, not the daughter's 1000; the son has not bought.
    social = {stat.member_id: (stat.social_fen, stat.brought) for stat in MemberStat.objects.all()}
    assert social == {grandmother.pk: (100, 1), mother.pk: (1000, 1), daughter.pk: (0, 0)}


@pytest.mark.django_db
def test_a_binding_counts_without_a_new_sale_and_a_corrected_one_moves_the_value():
    group = make_group()
    wrong, right, buyer = (make_member(name) for name in "赵钱孙")
    deliver(make_order(buyer, group, fen=700, day=MONDAY))
    roll_up(now=NOW)

    binding = bring(wrong, buyer)
    roll_up(now=NOW)

    assert MemberStat.objects.get(member=wrong).social_fen == 700
    binding.referrer = right
    binding.save(update_fields=["referrer"])

    roll_up(now=NOW)

    assert MemberStat.objects.get(member=wrong).social_fen == 0
    assert MemberStat.objects.get(member=right).social_fen == 700


@pytest.mark.django_db
def test_the_watermarks_say_when_and_up_to_where():
    order = make_order(make_member(), make_group(), fen=1000, day=MONDAY)

    roll_up(now=NOW)

    facts = Watermark.objects.get(name="facts")
    assert (facts.fact_id, facts.at) == (order.facts.get().pk, NOW)


@pytest.mark.django_db
def test_the_command_rolls_up_and_rebuilds(capsys):
    make_order(make_member(), make_group(), fen=1000, day=MONDAY)

    call_command("rollup")
    call_command("rollup")
    call_command("rollup", "--rebuild")

    said = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in said] == ["1", "0", "1"]


DAYS = [date(2026, 10, 5), date(2026, 10, 7), date(2026, 10, 11), date(2026, 10, 12), date(2026, 10, 27)]
STEPS = st.tuples(
    st.sampled_from(["order", "order", "change", "cancel", "short", "deliver", "refund", "bind", "bind"]),
    st.integers(0, 9),
    st.integers(0, 9),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(batches=st.lists(st.lists(STEPS, min_size=1, max_size=6), min_size=2, max_size=4))
@example(batches=[[("order", 1, 0)], [("bind", 0, 0)], [("deliver", 0, 0)]])
@example(batches=[[("order", 2, 0), ("bind", 0, 1)], [("bind", 1, 0)]])
def test_whatever_happens_in_between_adding_up_equals_a_rebuild(db, batches):
    """In any order and any batches: late changes of old days, bindings before or after the sales they count."""
    with transaction.atomic():
        _live_through(batches)
        added_up = everything()

        rebuild(now=NOW)

        assert everything() == added_up
        for window in WINDOWS:
            for end in (date(2026, 10, 13), date(2026, 11, 9), date(2026, 12, 24)):
                assert (window, end, *counted_one_by_one(window, end)) == (window, end, *as_rolled_up(window, end))
        transaction.set_rollback(True)


def as_rolled_up(window: int, end: date) -> tuple[int, int, int]:
    by_days, by_orders = (repurchase(window, end, counting) for counting in Counting)
    assert by_days.buyers == by_orders.buyers
    return by_days.buyers, by_days.returned, by_orders.returned


def counted_one_by_one(window: int, end: date) -> tuple[int, int, int]:
    """The definitions, word by word: members with an order within the window, on two days or more, or two or more."""
    within = [
        order
        for order in Order.objects.filter(order_day__gt=end - timedelta(days=window), order_day__lte=end)
        if order.lines.get().net_fen > 0
    ]
    days = [{order.order_day for order in within if order.member == member} for member in Member.objects.all()]
    orders = Counter(order.member_id for order in within)
    return (
        sum(len(of_member) >= 1 for of_member in days),
        sum(len(of_member) >= 2 for of_member in days),
        sum(number >= 2 for number in orders.values()),
    )


def _live_through(batches: list[list[tuple[str, int, int]]]) -> None:
    groups = [make_group("一群"), make_group("二群")]
    members = [make_member(name) for name in "赵钱孙李"]
    orders = []
    for batch in batches:
        for what, which, other in batch:
            if what == "order":
                day = DAYS[(which + other) % len(DAYS)]
                orders.append(make_order(members[which % 4], groups[other % 2], fen=100 + other, day=day))
            elif what == "bind":
                _bind(members, which, other)
            elif orders:
                _let_happen(what, orders[which % len(orders)])
        roll_up(now=NOW)


def _bind(members, which: int, other: int) -> None:
    referrer = which % 3
    referee = referrer + 1 + other % (3 - referrer)
    bound = {"referrer": members[referrer], "bound_on": MONDAY}
    Referral.objects.update_or_create(referee=members[referee], defaults=bound)


def _let_happen(what, order) -> None:
    line = order.lines.get()
    open_fen = line.amount_fen - line.short_fen - line.delivered_fen
    possible = {
        "change": (FactKind.CHANGED, 40),
        "cancel": (FactKind.CANCELLED, -open_fen),
        "short": (FactKind.SHORT, -min(open_fen, 30)),
        "deliver": (FactKind.DELIVERED, open_fen),
        "refund": (FactKind.REFUNDED, line.refunded_fen - line.delivered_fen),
    }
    kind, fen = possible[what]
    if fen:
        happened(order, kind, fen)


@pytest.mark.django_db(transaction=True)
def test_a_fact_that_commits_late_is_waited_for():
    """Its id is lower than one already visible. A watermark at the highest visible id would lose it for ever."""
    group, slow, quick = make_group(), make_member("慢"), make_member("快")
    counted: list[RolledUp] = []

    with transaction.atomic():
        make_order(slow, group, fen=1000, day=MONDAY)
        in_another_connection(lambda: make_order(quick, group, fen=2000, day=MONDAY)).join()
        rolling_up = in_another_connection(lambda: counted.append(roll_up(now=NOW)))
        rolling_up.join(timeout=0.5)
        assert not counted, "the roll-up did not wait for the fact that is still being written"
    rolling_up.join()

    assert counted[0].facts == 2
    assert [row[0] for row in member_days()] == [slow.pk, quick.pk]


@pytest.mark.django_db(transaction=True)
def test_writers_go_on_while_a_roll_up_is_under_way():
    group, member = make_group(), make_member()
    make_order(member, group, fen=1000, day=MONDAY)

    with transaction.atomic():
        roll_up(now=NOW)
        writing = in_another_connection(lambda: make_order(member, group, fen=2000, day=TUESDAY))
        writing.join(timeout=5)

        assert not writing.is_alive()
    assert SaleFact.objects.count() == 2


def in_another_connection(do) -> Thread:
    def run() -> None:
        try:
            do()
        finally:
            connections.close_all()

    thread = Thread(target=run)
    thread.start()
    return thread


SET_BASED = [ADD_MEMBER_DAYS, COUNT_COHORT_WEEKS, COUNT_REPURCHASES, REFRESH_MEMBER_STATS, REFRESH_SOCIAL_VALUE]


@pytest.mark.django_db
@pytest.mark.parametrize("statement", SET_BASED, ids=["days", "cohorts", "steps", "stats", "social"])
def test_no_statement_of_the_roll_up_has_to_scan_a_big_table(statement):
    """With scans forbidden a plan that still shows one had no index to go by."""
    between = {"after": 27, "upto": 28, "bound_after": 0, "bound_upto": 1, "sign": 1, "windows": [30]}

    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {statement}", between)
        plan = "\n".join(row[0] for row in cursor.fetchall())

    for big_table in ("orders_salefact", "insights_memberday", "insights_memberstat", "referrals_referral"):
        assert f"Seq Scan on {big_table}" not in plan


@pytest.mark.django_db
def test_a_lost_fact_is_found_by_the_invariant():
    order = make_order(make_member(), make_group(), fen=1000, day=MONDAY)
    roll_up(now=NOW)
    assert broken_days() == []

    MemberDay.objects.update(net_fen=0)

    assert broken_days() == [f"member {order.member_id} on {MONDAY}"]


def broken_days() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(member_days_equal_their_facts())
        return [row[0] for row in cursor.fetchall()]
