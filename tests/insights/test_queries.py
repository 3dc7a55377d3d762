"""The figures on a small world, each worked out by hand beside it."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection

from insights.enums import Basis, Counting
from insights.queries import (
    Health,
    Window,
    cohorts,
    commission_due,
    group_rows,
    member_worth,
    recent_sales,
    repurchase,
    repurchases,
    rolled_up_at,
    sales_by_week,
    sold_by_week,
    sparks,
)
from insights.queries.refunds import SOLD_BY_WEEK
from insights.queries.sales import change_ppm
from insights.services import roll_up
from ledger.enums import Nature
from ledger.memos import UNSAID
from ledger.models import Account, Period
from ledger.services import Transfer, post_transfers
from orders.enums import FactKind
from referrals.models import Referral
from tests.factories import NOW, TODAY, make_group, make_leader, make_member, make_user
from tests.insights.sales import SHANGHAI, deliver, happened, make_order

pytestmark = pytest.mark.django_db

MONDAY = date(2026, 11, 16)
"""Of the week of TODAY, which is its Friday."""


def days_ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def weeks_ago(weeks: int) -> date:
    return MONDAY - timedelta(weeks=weeks)


class TestRepurchase:
    def test_counts_members_with_two_occasions_among_those_with_one(self):
        group = make_group()
        once, twice, long_gone = make_member("一次"), make_member("两次"), make_member("早先")
        make_order(once, group, fen=100, day=days_ago(3))
        make_order(twice, group, fen=100, day=days_ago(3))
        make_order(twice, group, fen=100, day=days_ago(20))
        make_order(long_gone, group, fen=100, day=days_ago(40))
        make_order(long_gone, group, fen=100, day=days_ago(50))
        roll_up(now=NOW)

        rates = [repurchase(days, TODAY) for days in (30, 60, 90)]

        # 30 days: twice of {once, twice}. 60 days: twice and long_gone of three; 2/3 = 666 667 ppm half up.
        assert [(one.returned, one.buyers, one.rate_ppm) for one in rates] == [
            (1, 2, 500_000),
            (2, 3, 666_667),
            (2, 3, 666_667),
        ]

    def test_two_orders_on_one_day_are_one_occasion(self):
        member = make_member()
        make_order(member, make_group("一群"), fen=100, day=TODAY)
        make_order(member, make_group("二群"), fen=100, day=TODAY)
        roll_up(now=NOW)

        assert repurchase(30, TODAY).returned == 0

    def test_by_orders_two_on_one_day_are_a_return_and_a_refunded_one_is_none(self):
        group = make_group()
        once, same_day, two_days, refunded = (make_member(name) for name in "甲乙丙丁")
        for member, ago in [(once, 3), (same_day, 3), (same_day, 3), (two_days, 3), (two_days, 9), (refunded, 3)]:
            make_order(member, group, fen=100, day=days_ago(ago))
        sent_back = make_order(refunded, group, fen=100, day=days_ago(3))
        deliver(sent_back)
        happened(sent_back, FactKind.REFUNDED, -100, on=TODAY)
        roll_up(now=NOW)

        by_days, by_orders = (repurchase(30, TODAY, counting) for counting in Counting)

        # Four ordered. On two days: the third alone. Two valid orders: the second and the third.
        assert (by_days.returned, by_days.buyers, by_days.rate_ppm) == (1, 4, 250_000)
        assert (by_orders.returned, by_orders.buyers, by_orders.rate_ppm) == (2, 4, 500_000)

    def test_the_window_ends_with_the_day_and_begins_so_many_days_back(self):
        group, member = make_group(), make_member()
        make_order(member, group, fen=100, day=days_ago(30))
        make_order(member, group, fen=100, day=days_ago(29))
        make_order(member, group, fen=100, day=TODAY)
        roll_up(now=NOW)

        found = repurchases([Window(30, TODAY), Window(30, days_ago(1)), Window(30, TODAY + timedelta(days=1))])

        # The 29th and today; the 30th and the 29th; only today, the 29th has just left.
        assert [(one.returned, one.buyers) for one in found] == [(1, 1), (1, 1), (0, 1)]

    def test_a_window_that_is_not_counted_is_refused(self):
        with pytest.raises(ValueError, match="45"):
            repurchase(45, TODAY)

    def test_a_refund_of_everything_takes_the_occasion_back(self):
        group, member = make_group(), make_member()
        make_order(member, group, fen=100, day=days_ago(9))
        refunded = make_order(member, group, fen=100, day=days_ago(2))
        deliver(refunded)
        happened(refunded, FactKind.REFUNDED, -100, on=TODAY)
        roll_up(now=NOW)

        assert repurchase(30, TODAY).returned == 0

    def test_nobody_ordering_has_no_rate(self):
        assert repurchase(30, TODAY).rate_ppm is None


class TestCohorts:
    def test_a_week_that_is_not_over_is_empty_and_a_week_without_is_zero(self):
        group = make_group()
        first, second, third = (make_member(name) for name in "甲乙丙")
        for member in (first, second, third):
            make_order(member, group, fen=100, day=weeks_ago(3))
        make_order(first, group, fen=100, day=weeks_ago(2))
        make_order(first, group, fen=100, day=weeks_ago(2) + timedelta(days=6))
        make_order(second, group, fen=100, day=MONDAY)
        roll_up(now=NOW)

        (cohort,) = cohorts(8, TODAY)

        # Of three, one came back in week 1, none in week 2; week 3 runs until Sunday.
        assert (cohort.week, cohort.size) == (weeks_ago(3), 3)
        assert cohort.active == (1, 0, None, None, None, None, None)
        assert cohort.rates_ppm[:3] == (333_333, 0, None)

    def test_the_week_is_over_on_the_monday_after(self):
        group, member = make_group(), make_member()
        make_order(member, group, fen=100, day=weeks_ago(1))
        make_order(member, group, fen=100, day=MONDAY)
        roll_up(now=NOW)
        sunday = MONDAY + timedelta(days=6)

        assert cohorts(8, sunday)[0].active[0] is None
        assert cohorts(8, sunday + timedelta(days=1))[0].active[0] == 1

    def test_the_running_week_is_no_cohort_yet(self):
        make_order(make_member(), make_group(), fen=100, day=MONDAY)
        roll_up(now=NOW)

        assert cohorts(8, TODAY) == []

    def test_weeks_run_through_new_year(self):
        """Monday 28 December 2026 begins ISO week 53, which Sunday 3 January 2027 ends."""
        group, member = make_group(), make_member()
        make_order(member, group, fen=100, day=date(2026, 12, 31))
        make_order(member, group, fen=100, day=date(2027, 1, 3))
        make_order(member, group, fen=100, day=date(2027, 1, 4))
        roll_up(now=NOW)

        (cohort,) = cohorts(2, date(2027, 1, 11))

        assert (cohort.week, cohort.size, cohort.active) == (date(2026, 12, 28), 1, (1,))


class TestSales:
    def test_this_week_stands_beside_the_last_up_to_the_same_weekday(self):
        group = make_group()
        buyer, other = make_member("甲"), make_member("乙")
        make_order(buyer, group, fen=1000, day=MONDAY)
        make_order(buyer, group, fen=501, day=TODAY)
        make_order(other, group, fen=300, day=TODAY)
        make_order(buyer, group, fen=900, day=TODAY - timedelta(weeks=1))
        make_order(buyer, group, fen=7000, day=MONDAY - timedelta(days=1))

        figures = recent_sales(TODAY)[None]

        # 1000 + 501 + 300 = 1801 in three orders of two people: 600.33. Last Sunday comes after last Friday.
        this = figures.this
        assert (this.gmv_fen, this.orders, this.buyers, this.average_fen) == (1801, 3, 2, 600)
        assert (figures.before.gmv_fen, figures.before.orders) == (900, 1)
        assert change_ppm(this.gmv_fen, figures.before.gmv_fen) == 1_001_111

    def test_gmv_is_after_shortages_and_before_refunds(self):
        group = make_group()
        short, refunded, cancelled = (make_order(make_member(), group, fen=1000, day=TODAY) for _ in range(3))
        happened(short, FactKind.SHORT, -400)
        deliver(refunded)
        happened(refunded, FactKind.REFUNDED, -1000)
        happened(cancelled, FactKind.CANCELLED, -1000)

        this = recent_sales(TODAY)[None].this

        # 600 + 1000 + 0; the order refunded whole and the cancelled one are not valid.
        assert (this.gmv_fen, this.orders, this.buyers) == (1600, 1, 1)

    def test_no_orders_are_zeros_without_an_average(self):
        figures = recent_sales(TODAY)[None]

        assert (figures.this.gmv_fen, figures.this.orders, figures.this.average_fen) == (0, 0, None)
        assert change_ppm(0, figures.before.gmv_fen) is None

    def test_the_day_begins_at_midnight_in_shanghai(self):
        """23:30 on Sunday belongs to the old week, 00:30 on Monday to the new one; in UTC both are Sunday."""
        group = make_group()
        monday = datetime(2026, 11, 16, tzinfo=SHANGHAI)
        make_order(make_member(), group, fen=100, at=monday - timedelta(minutes=30))
        make_order(make_member(), group, fen=1000, at=monday + timedelta(minutes=30))
        roll_up(now=NOW)

        assert recent_sales(MONDAY)[None].this.gmv_fen == 1000
        assert recent_sales(MONDAY - timedelta(days=1))[None].this.gmv_fen == 100
        assert [one.gmv_fen for one in sales_by_week(2, MONDAY)] == [100, 1000]

    def test_weeks_without_sales_are_zero_and_uncounted_facts_are_added(self):
        group, member = make_group(), make_member()
        make_order(member, group, fen=500, day=weeks_ago(2))
        counted = make_order(member, group, fen=1000, day=MONDAY)
        roll_up(now=NOW)
        happened(counted, FactKind.SHORT, -100)
        deliver(counted)
        make_order(member, group, fen=30, day=TODAY)

        weeks = sales_by_week(4, TODAY)

        assert [(one.week, one.gmv_fen) for one in weeks] == [
            (weeks_ago(3), 0),
            (weeks_ago(2), 500),
            (weeks_ago(1), 0),
            (MONDAY, 930),
        ]
        assert weeks[-1].gmv_fen == recent_sales(TODAY)[None].this.gmv_fen

    def test_the_chart_and_the_strip_agree_also_after_refunds(self):
        group = make_group()
        refunded = make_order(make_member(), group, fen=1000, day=TODAY)
        deliver(refunded)
        happened(refunded, FactKind.REFUNDED, -600)
        roll_up(now=NOW)

        assert sales_by_week(1, TODAY)[0].gmv_fen == recent_sales(TODAY)[None].this.gmv_fen == 1000


class TestRefundBases:
    def weeks(self, basis: Basis) -> list[tuple[int, int, int]]:
        return [(one.gmv_fen, one.refunded_fen, one.after_refunds_fen) for one in sold_by_week(3, TODAY, basis)]

    def test_a_refund_lowers_the_week_of_its_order_or_the_week_it_is_made(self):
        group = make_group()
        old, last, new = (
            make_order(make_member(), group, fen=fen, day=day)
            for fen, day in [(1000, weeks_ago(2)), (500, weeks_ago(1)), (200, MONDAY)]
        )
        for order in (old, last, new):
            deliver(order)
        roll_up(now=NOW)
        happened(old, FactKind.REFUNDED, -300, on=weeks_ago(1))
        roll_up(now=NOW)
        happened(old, FactKind.REFUNDED, -250, on=TODAY)
        happened(new, FactKind.REFUNDED, -50, on=TODAY)

        before = {basis: self.weeks(basis) for basis in Basis}
        roll_up(now=NOW)

        # Of the 1000 ordered two weeks ago 550 came back: 300 in the week after, 250 in this one, beside 50 of its own.
        assert before[Basis.BEHAVIOUR] == [(1000, 550, 450), (500, 0, 500), (200, 50, 150)]
        assert before[Basis.FINANCE] == [(1000, 0, 1000), (500, 300, 200), (200, 300, -100)]
        assert {basis: self.weeks(basis) for basis in Basis} == before, "counted or not yet"

    def test_what_leaders_ordered_themselves_is_told_apart_counted_or_not(self):
        group, leader = make_group(), make_member("周敏")
        own = make_order(leader, group, fen=900, day=MONDAY, leader=leader)
        make_order(make_member(), group, fen=100, day=MONDAY, leader=leader)
        roll_up(now=NOW)
        happened(own, FactKind.SHORT, -200)
        deliver(own)
        happened(own, FactKind.REFUNDED, -300)
        make_order(make_member(), group, fen=40, day=TODAY)

        (live,) = sold_by_week(1, TODAY, Basis.BEHAVIOUR)
        roll_up(now=NOW)

        # 900 − 200 short; the refund lowers no GMV. With the neighbours' 100 and 40 it makes 840.
        assert (live.gmv_fen, live.leaders_own_fen, live.refunded_fen) == (840, 700, 300)
        assert sold_by_week(1, TODAY, Basis.BEHAVIOUR) == [live]
        assert live.gmv_fen == sales_by_week(1, TODAY)[0].gmv_fen

    def test_refunds_of_a_span_are_found_by_their_own_index(self):
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute(f"EXPLAIN {SOLD_BY_WEEK}", {"first": MONDAY, "as_of": TODAY})
            plan = "\n".join(row[0] for row in cursor.fetchall())

        assert "using refund_by_day" in plan
        assert "Seq Scan on orders_" not in plan


class TestGroups:
    def test_a_row_has_leader_members_orders_and_change(self):
        group = make_group("锦绣一群")
        make_leader(group, name="周敏")
        member = make_member(group=group)
        make_member(group=group)
        make_order(member, group, fen=1500, day=TODAY)
        make_order(member, group, fen=1000, day=days_ago(7))

        (row,) = group_rows(user=make_user(), now=NOW, sales=recent_sales(TODAY))

        assert (row.name, row.leader, row.members) == ("锦绣一群", "周敏", 2)
        assert (row.week.this.orders, row.week.this.gmv_fen, row.change_ppm) == (1, 1500, 500_000)

    def test_a_group_is_quiet_after_seven_days_and_new_for_four_weeks(self):
        active, quiet, new = make_group("甲"), make_group("乙"), make_group("丙", opened_on=days_ago(27))
        make_order(make_member(), active, fen=100, day=days_ago(6))
        make_order(make_member(), quiet, fen=100, day=days_ago(7))

        health = {row.group_id: row.health for row in group_rows(user=make_user(), now=NOW, sales=recent_sales(TODAY))}

        assert health == {active.pk: Health.ACTIVE, quiet.pk: Health.QUIET, new.pk: Health.NEW}

    def test_a_leader_gets_the_groups_they_lead(self):
        mine, _other = make_group("我的"), make_group("别人的")
        leader = make_leader(mine, first_day=date(2020, 1, 1))

        assert [row.group_id for row in group_rows(user=leader.user, now=NOW, sales=recent_sales(TODAY))] == [mine.pk]

    def test_a_search_finds_by_pinyin(self):
        make_group("锦绣一群")
        make_group("东方御苑")

        assert [row.name for row in group_rows(user=make_user(), now=NOW, sales=recent_sales(TODAY), text="dfyy")] == [
            "东方御苑"
        ]

    def test_sparks_run_over_eight_weeks_counted_or_not(self):
        group, other = make_group("甲"), make_group("乙")
        make_order(make_member(), group, fen=100, day=weeks_ago(8))
        make_order(make_member(), group, fen=200, day=weeks_ago(7))
        make_order(make_member(), other, fen=999, day=weeks_ago(7))
        roll_up(now=NOW)
        make_order(make_member(), group, fen=300, day=TODAY)

        rows = [
            row for row in group_rows(user=make_user(), now=NOW, sales=recent_sales(TODAY)) if row.group_id == group.pk
        ]

        assert sparks(rows, TODAY) == {group.pk: [200, 0, 0, 0, 0, 0, 0, 300]}


class TestWorth:
    def test_a_member_is_worth_what_they_received_and_what_those_they_brought_did(self):
        group = make_group()
        member, friend, silent = make_member("甲"), make_member("乙"), make_member("丙")
        for referee in (silent, friend):
            Referral.objects.create(referrer=member, referee=referee, bound_on=days_ago(30))
        deliver(make_order(member, group, fen=1000, day=days_ago(20)))
        make_order(member, group, fen=5000, day=TODAY)
        deliver(make_order(friend, group, fen=300, day=days_ago(10), referrer_1=member))
        roll_up(now=NOW)

        worth = member_worth(member)

        assert (worth.lifetime_fen, worth.social_fen, worth.occasions) == (1000, 300, 2)
        assert (worth.first_day, worth.last_day) == (days_ago(20), TODAY)
        assert [(one.name, one.social_fen) for one in worth.brought] == [("乙", 300), ("丙", 0)]
        assert (worth.brought_count, worth.buying_count) == (2, 1)

    def test_those_listed_are_those_whose_first_order_says_so_and_add_up_to_the_social_value(self):
        group = make_group()
        member, friend, leader, earlier = (make_member(name) for name in "甲乙丙丁")
        deliver(make_order(earlier, group, fen=9000, day=days_ago(30)))
        Referral.objects.create(referrer=member, referee=earlier, bound_on=days_ago(20))
        deliver(make_order(earlier, group, fen=500, day=days_ago(10), referrer_1=member))
        deliver(make_order(friend, group, fen=300, day=days_ago(10), referrer_1=member))
        deliver(make_order(leader, group, fen=400, day=days_ago(10), referrer_1=member))
        deliver(make_order(leader, group, fen=7000, day=days_ago(5), referrer_1=member, leader=leader))
        roll_up(now=NOW)

        worth, leaders = member_worth(member), member_worth(leader)

        # 丁 bought before being named. Of 丙's 7400 the 7000 ordered as leader do not count.
        assert [(one.name, one.social_fen) for one in worth.brought] == [("丙", 400), ("乙", 300)]
        assert (worth.social_fen, worth.brought_count, worth.buying_count) == (700, 2, 2)
        assert (leaders.lifetime_fen, leaders.as_leader_fen) == (7400, 7000)

    def test_somebody_who_never_ordered_is_worth_nothing_so_far(self):
        worth = member_worth(make_member())

        assert (worth.lifetime_fen, worth.social_fen, worth.first_day, worth.brought) == (0, 0, None, ())


class TestCommissionDue:
    def test_payable_and_held_are_what_the_ledger_owes(self):
        owed = {"commission_payable": 9321, "commission_held": 400}
        expense = Account.objects.create(purpose="commission_expense", nature=Nature.EXPENSE)
        period = Period.objects.create(span=(date(2026, 11, 1), date(2026, 12, 1)))
        transfers = []
        for purpose, fen in owed.items():
            account = Account.objects.create(purpose=purpose, party=1, nature=Nature.LIABILITY)
            transfers.append(Transfer(purpose, UNSAID, expense.pk, account.pk, fen))
        post_transfers(transfers, period=period, booked_on=TODAY, by=None)

        due = commission_due()

        assert (due.payable_fen, due.held_fen, due.runs_to_review) == (9321, 400, 0)

    def test_an_empty_ledger_owes_nothing(self):
        assert (commission_due().payable_fen, commission_due().held_fen) == (0, 0)


def test_when_the_roll_ups_last_counted_is_none_at_first():
    assert rolled_up_at() is None
    roll_up(now=datetime(2026, 11, 20, 19, 10, tzinfo=UTC))

    assert rolled_up_at() == datetime(2026, 11, 20, 19, 10, tzinfo=UTC)
