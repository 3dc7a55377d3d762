"""The weeks behind the small lines and the line of a year ago, each figure worked out beside it."""

from datetime import date, timedelta

import pytest

from insights.queries import SalesWeek, sales_by_week
from insights.services import roll_up
from orders.enums import FactKind
from tests.factories import NOW, TODAY, make_group, make_member
from tests.insights.sales import deliver, happened, make_order

pytestmark = pytest.mark.django_db

MONDAY = date(2026, 11, 16)
"""Of the week of TODAY, which is its Friday."""
MONDAY_A_YEAR_AGO = date(2025, 11, 17)
"""364 days earlier, so a Monday, too."""


def test_a_year_ago_is_the_same_weekdays_52_weeks_earlier():
    group, member = make_group(), make_member()
    make_order(member, group, fen=100, day=MONDAY_A_YEAR_AGO - timedelta(days=8))
    make_order(member, group, fen=200, day=MONDAY_A_YEAR_AGO - timedelta(days=1))
    make_order(member, group, fen=400, day=MONDAY_A_YEAR_AGO)
    make_order(member, group, fen=800, day=MONDAY_A_YEAR_AGO + timedelta(days=4))
    make_order(member, group, fen=1600, day=MONDAY_A_YEAR_AGO + timedelta(days=5))
    roll_up(now=NOW)

    before, running = sales_by_week(2, TODAY)

    # Its Friday is the last day of the running week; the Sunday eight days before its Monday is a week too far back.
    assert (running.week, running.year_ago_fen) == (MONDAY, 400 + 800)
    assert (before.year_ago_fen, before.gmv_fen, running.gmv_fen) == (200, 0, 0)


def test_a_year_ago_is_found_in_facts_that_are_not_counted_yet():
    make_order(make_member(), make_group(), fen=700, day=MONDAY_A_YEAR_AGO)

    assert sales_by_week(1, TODAY)[0].year_ago_fen == 700


def test_an_occasion_is_a_members_day_in_a_group():
    first, second = make_group("一群"), make_group("二群")
    busy, other = make_member("甲"), make_member("乙")
    make_order(busy, first, fen=100, day=MONDAY)
    make_order(busy, first, fen=100, day=MONDAY)
    make_order(busy, first, fen=100, day=TODAY)
    make_order(busy, second, fen=100, day=TODAY)
    make_order(other, first, fen=100, day=MONDAY - timedelta(days=1))

    # Monday's two orders are one occasion: 甲 has three of them in two groups; 乙's Sunday is the week before.
    assert [(week.occasions, week.groups) for week in sales_by_week(2, TODAY)] == [(1, 1), (3, 2)]


def test_what_was_refunded_whole_is_no_occasion_before_and_after_the_night():
    group = make_group()
    refunded = make_order(make_member(), group, fen=1000, day=MONDAY)
    deliver(refunded)
    kept = make_order(make_member(), group, fen=1000, day=MONDAY)
    deliver(kept)
    roll_up(now=NOW)
    happened(refunded, FactKind.REFUNDED, -1000)
    happened(kept, FactKind.REFUNDED, -999)

    tonight = sales_by_week(1, TODAY)
    roll_up(now=NOW)

    assert tonight == sales_by_week(1, TODAY) == [SalesWeek(MONDAY, 2000, occasions=1, groups=1)]


def test_the_figures_are_the_same_counted_half_counted_and_not_counted():
    group, member = make_group(), make_member()
    make_order(member, group, fen=500, day=MONDAY)
    before = sales_by_week(1, TODAY)
    roll_up(now=NOW)

    assert sales_by_week(1, TODAY) == before
    make_order(member, group, fen=500, day=MONDAY)
    assert sales_by_week(1, TODAY) == [SalesWeek(MONDAY, 1000, occasions=1, groups=1)]
