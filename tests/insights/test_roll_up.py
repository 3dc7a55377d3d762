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
from insights.invariants import (
    lifetime_values_equal_their_days,
    member_days_equal_their_facts,
    social_values_equal_those_brought,
)
from insights.models import WINDOWS, CohortWeek, MemberDay, MemberStat, RepurchaseStep, Watermark
from insights.queries import repurchase
from insights.services import (
    ADD_MEMBER_DAYS,
    COUNT_COHORT_WEEKS,
    COUNT_REPURCHASES,
    MOVE_SOCIAL_VALUE,
    REFRESH_MEMBER_STATS,
    RolledUp,
    rebuild,
    roll_up,
)
from orders.enums import FactKind
from orders.models import Order, SaleFact
from tests.factories import make_group, make_member
from tests.insights.sales import deliver, happened, make_order

NOW = datetime(2026, 11, 20, 19, 10, tzinfo=UTC)
MONDAY = date(2026, 11, 2)
TUESDAY = date(2026, 11, 3)
NEXT_WEDNESDAY = date(2026, 11, 11)


def member_days() -> list[tuple[object, ...]]:
    own = ("gross_fen", "short_fen", "net_fen", "delivered_fen", "orders")
    as_leader = ("as_leader_gmv_fen", "as_leader_delivered_fen", "as_leader_orders")
    fields = ("member", "group", "day", *own, *as_leader)
    return list(MemberDay.objects.order_by("member", "group", "day").values_list(*fields))


def member_stats() -> list[tuple[object, ...]]:
    own = ("inviter", "first_day", "last_day", "occasions", "lifetime_fen", "as_leader_fen")
    return list(MemberStat.objects.order_by("member").values_list("member", *own, "social_fen", "brought"))


def cohort_weeks() -> list[tuple[object, ...]]:
    return list(CohortWeek.objects.order_by("cohort", "age").values_list("cohort", "age", "members"))


def repurchase_steps() -> list[tuple[object, ...]]:
    steps = RepurchaseStep.objects.order_by("window_days", "day")
    return list(steps.values_list("window_days", "day", "buyers", "returned", "reordered"))


def everything() -> tuple[list[Any], ...]:
    return member_days(), member_stats(), cohort_weeks(), repurchase_steps()


def social_values() -> dict[int, tuple[int, int]]:
    """By member id: what those they brought received, in fen, and how many of them ordered."""
    return {stat.member_id: (stat.social_fen, stat.brought) for stat in MemberStat.objects.all()}


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

    assert member_days() == [(member.pk, group.pk, MONDAY, 1300, -300, 850, 850, 1, 0, 0, 0)]


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

    assert member_days() == [(member.pk, group.pk, MONDAY, 1000, 0, 1000, 1000, 1, 0, 0, 0)]


@pytest.mark.django_db
def test_two_groups_on_one_day_are_one_occasion():
    member = make_member()
    make_order(member, make_group("一群"), fen=1000, day=MONDAY)
    make_order(member, make_group("二群"), fen=2000, day=MONDAY)
    make_order(member, make_group("三群"), fen=3000, day=NEXT_WEDNESDAY)

    roll_up(now=NOW)

    assert member_stats() == [(member.pk, None, MONDAY, NEXT_WEDNESDAY, 2, 0, 0, 0, 0)]


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
    assert member_stats() == [(member.pk, None, NEXT_WEDNESDAY, NEXT_WEDNESDAY, 1, 0, 0, 0, 0)]


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
    deliver(make_order(mother, group, fen=100, day=MONDAY, referrer_1=grandmother))
    deliver(make_order(daughter, group, fen=1000, day=MONDAY, referrer_1=mother))
    make_order(son, group, fen=500, day=MONDAY, referrer_1=mother)

    roll_up(now=NOW)

    # Depth one: the grandmother has the mother's 100, not the daughter's 1000; nothing reached the son yet.
    assert social_values() == {grandmother.pk: (100, 1), mother.pk: (1000, 2), daughter.pk: (0, 0), son.pk: (0, 0)}


@pytest.mark.django_db
def test_who_brought_somebody_is_frozen_at_the_first_valid_order():
    group = make_group()
    first, second, buyer, regular = (make_member(name) for name in "赵钱孙李")
    deliver(make_order(buyer, group, fen=700, day=MONDAY, referrer_1=first))
    deliver(make_order(regular, group, fen=300, day=MONDAY))
    roll_up(now=NOW)

    for member in (buyer, regular):
        deliver(make_order(member, group, fen=50, day=TUESDAY, referrer_1=second))
    roll_up(now=NOW)

    # The buyer stays with whom the first order says, 700 + 50; the regular came by themselves, 300 + 50 are nobody's.
    assert social_values() == {first.pk: (750, 1), buyer.pk: (0, 0), regular.pk: (0, 0)}


@pytest.mark.django_db
def test_a_settled_ladder_lowers_gmv_and_what_is_valid_like_the_order_itself():
    group = make_group()
    order = make_order(make_member(), group, fen=6000, day=MONDAY)
    happened(order, FactKind.REPRICED, -1000)
    happened(order, FactKind.WEIGHED, 300)

    roll_up(now=NOW)

    (day,) = MemberDay.objects.all()
    assert (day.gross_fen, day.net_fen, day.orders) == (5300, 5300, 1)


@pytest.mark.django_db
def test_when_the_first_order_is_cancelled_the_next_one_says_who_brought_them():
    group = make_group()
    wrong, right, buyer = (make_member(name) for name in "赵钱孙")
    cancelled = make_order(buyer, group, fen=700, day=MONDAY, referrer_1=wrong)
    deliver(make_order(buyer, group, fen=50, day=TUESDAY, referrer_1=right))
    roll_up(now=NOW)
    assert social_values() == {wrong.pk: (50, 1), buyer.pk: (0, 0)}
    happened(cancelled, FactKind.CANCELLED, -700)

    roll_up(now=NOW)

    assert social_values() == {right.pk: (50, 1), buyer.pk: (0, 0)}


@pytest.mark.django_db
def test_of_two_orders_on_the_first_day_the_earlier_one_says_who_brought_them():
    early, late, buyer = (make_member(name) for name in "赵钱孙")
    morning = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)
    make_order(buyer, make_group("一群"), fen=100, at=morning + timedelta(hours=5), referrer_1=late)
    make_order(buyer, make_group("二群"), fen=100, at=morning, referrer_1=early)

    roll_up(now=NOW)

    assert MemberStat.objects.get(member=buyer).inviter == early


@pytest.mark.django_db
def test_what_a_leader_orders_in_the_own_group_stays_in_gmv_and_is_nobodys_social_value():
    """Neither its money nor its referrer counts, be it before or after the leader buys in another group."""
    own, other = make_group("自己的群"), make_group("别人的群")
    wrong, friend, leader, colleague = (make_member(name) for name in "赵钱孙李")
    evening = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
    deliver(make_order(leader, own, fen=1000, day=MONDAY, leader=leader, referrer_1=wrong))
    deliver(make_order(leader, other, fen=30, at=evening, leader=colleague, referrer_1=friend))
    refunded = make_order(leader, own, fen=500, day=NEXT_WEDNESDAY, leader=leader, referrer_1=wrong)
    happened(refunded, FactKind.SHORT, -100)
    deliver(refunded)
    happened(refunded, FactKind.REFUNDED, -400, on=date(2026, 11, 18))

    roll_up(now=NOW)

    # The refunded order is not valid; its GMV is 500 − 100. Both of Monday's together are one occasion.
    assert member_days() == [
        (leader.pk, own.pk, MONDAY, 1000, 0, 1000, 1000, 1, 1000, 1000, 1),
        (leader.pk, own.pk, NEXT_WEDNESDAY, 500, -100, 0, 0, 0, 400, 0, 0),
        (leader.pk, other.pk, MONDAY, 30, 0, 30, 30, 1, 0, 0, 0),
    ]
    stat = MemberStat.objects.get(member=leader)
    assert (stat.lifetime_fen, stat.as_leader_fen, stat.inviter, stat.occasions) == (1030, 1000, friend, 1)
    assert social_values() == {leader.pk: (0, 0), friend.pk: (30, 1)}


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
    st.sampled_from(["order", "order", "change", "cancel", "short", "deliver", "refund"]),
    st.integers(0, 9),
    st.integers(0, 9),
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(batches=st.lists(st.lists(STEPS, min_size=1, max_size=6), min_size=2, max_size=4))
@example(batches=[[("order", 1, 0)], [("order", 1, 6)], [("cancel", 0, 0)], [("deliver", 1, 0)]])
@example(batches=[[("order", 2, 9), ("deliver", 0, 0)], [("order", 2, 1)], [("deliver", 1, 0), ("refund", 0, 0)]])
def test_whatever_happens_in_between_adding_up_equals_a_rebuild(db, batches):
    """In any order and any batches: late changes of old days, first orders that are cancelled, leaders who order."""
    with transaction.atomic():
        _live_through(batches)
        added_up = everything()
        assert broken() == []
        assert social_values_one_by_one() == {key: value for key, value in social_values().items() if value[1]}

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


def social_values_one_by_one() -> dict[int, tuple[int, int]]:
    """The definition, word by word, of everybody who brought somebody who ordered."""
    found: dict[int, tuple[int, int]] = {}
    for member in Member.objects.all():
        orders = member.orders.exclude(leader=member).order_by("placed_at", "pk")
        first = next((order for order in orders if order.lines.get().net_fen > 0), None)
        if first and first.referrer_1_id:
            spent = sum(line.delivered_fen - line.refunded_fen for order in orders for line in order.lines.all())
            fen, brought = found.get(first.referrer_1_id, (0, 0))
            found[first.referrer_1_id] = (fen + spent, brought + 1)
    return found


def _live_through(batches: list[list[tuple[str, int, int]]]) -> None:
    groups = [make_group("一群"), make_group("二群")]
    members = [make_member(name) for name in "赵钱孙李"]
    orders = []
    for batch in batches:
        for what, which, other in batch:
            if what == "order":
                orders.append(_order(members, groups, which, other))
            elif orders:
                _let_happen(what, orders[which % len(orders)])
        roll_up(now=NOW)


def _order(members, groups, which: int, other: int) -> Order:
    """Of the member `which`, on one of few days, brought by whoever it is this time; sometimes the leader's own."""
    member = members[which % 4]
    referrer = members[other % 4] if other % 4 != which % 4 else None
    frozen = {"referrer_1": referrer, "leader": member if other >= 7 else None}
    return make_order(member, groups[other % 2], fen=100 + other, day=DAYS[(which + other) % len(DAYS)], **frozen)


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


SET_BASED = [ADD_MEMBER_DAYS, COUNT_COHORT_WEEKS, COUNT_REPURCHASES, REFRESH_MEMBER_STATS, MOVE_SOCIAL_VALUE]


@pytest.mark.django_db
@pytest.mark.parametrize("statement", SET_BASED, ids=["days", "cohorts", "steps", "stats", "social"])
def test_no_statement_of_the_roll_up_has_to_scan_a_big_table(statement):
    """With scans forbidden a plan that still shows one had no index to go by."""
    between = {"after": 27, "upto": 28, "sign": 1, "windows": [30]}

    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {statement}", between)
        plan = "\n".join(row[0] for row in cursor.fetchall())

    for big_table in ("orders_salefact", "orders_order", "insights_memberday", "insights_memberstat"):
        assert f"Seq Scan on {big_table}" not in plan


@pytest.mark.django_db
def test_a_figure_that_went_astray_is_found_by_its_invariant():
    leader, bringer = make_member("周敏"), make_member("王姐")
    group = make_group()
    deliver(make_order(leader, group, fen=1000, day=MONDAY, leader=leader))
    deliver(make_order(leader, group, fen=200, day=TUESDAY, referrer_1=bringer))
    roll_up(now=NOW)
    assert broken() == []

    found = []
    for table, column in [
        (MemberDay, "net_fen"),
        (MemberDay, "orders"),
        (MemberDay, "as_leader_gmv_fen"),
        (MemberDay, "as_leader_orders"),
        (MemberStat, "lifetime_fen"),
        (MemberStat, "social_fen"),
    ]:
        with transaction.atomic():
            table.objects.update(**{column: 7})
            found.append(broken())
            transaction.set_rollback(True)

    days = [f"member {leader.pk} on {MONDAY}", f"member {leader.pk} on {TUESDAY}"]
    both = [f"member {leader.pk}", f"member {bringer.pk}"]
    assert found == [sorted(one) for one in (days, days, days, days, [*both, both[1]], both)]


def broken() -> list[str]:
    statements = [
        member_days_equal_their_facts(),
        lifetime_values_equal_their_days(),
        social_values_equal_those_brought(),
    ]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(statements))
        return sorted(row[0] for row in cursor.fetchall())
