"""Commission to the fen: the published and derived cases by their numbers, and what holds for any orders."""

from collections import Counter
from dataclasses import replace
from itertools import pairwise, zip_longest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.money import share
from referrals.rules.checks import NotCalculable
from referrals.rules.commission import Entry, Key, Kind, Rule, claims, delivery_fees, due, entries, shrunk, totals
from referrals.rules.facts import CoLeader, Line, Order, Plan, Refund
from referrals.rules.tiers import TierKind, Tiers, Volume


def order(*bases_fen, id="o1", refunds=(), products=(), **known):
    """An order of lines l1, l2, …, of these products if any; refunds as (line number, fen)."""
    goods = zip_longest(bases_fen, products[: len(bases_fen)])
    lines = tuple(Line(f"l{number}", fen, product) for number, (fen, product) in enumerate(goods, start=1))
    return Order(id, lines, refunds=tuple(Refund(f"l{number}", fen) for number, fen in refunds), **known)


def amounts(told, beneficiary):
    return [entry.amount_fen for entry in told if entry.beneficiary == beneficiary]


# The leader's rate


def test_a_leader_earns_the_rate_of_each_delivered_order():
    """D1, and S26 at 3.5 %: the broken percentage is not cut off."""
    week = [order(128_90, id="o1", leader="L"), order(45_99, id="o2", leader="L"), order(73_33, id="o3", leader="L")]

    assert amounts(entries(Plan(40_000), week), "L") == [5_16, 1_84, 2_93]
    assert totals(entries(Plan(40_000), week)) == {"L": 9_93}
    assert totals(entries(Plan(35_000), [order(100_00, leader="L")])) == {"L": 3_50}


def test_an_order_is_rounded_once_and_spread_over_its_lines():
    """D2: rounding each line by itself would give 2.28."""
    told = list(entries(Plan(45_000), [order(12_99, 8_99, 25_50, 3_33, 1, leader="L")]))

    assert amounts(told, "L") == [59, 40, 1_15, 15]
    assert [entry.line for entry in told] == ["l1", "l2", "l3", "l4"]


def test_a_percentage_knows_no_quantity():
    """S1b: the base of a line is its whole amount, five pieces or one."""
    assert totals(entries(Plan(200_000), [order(10_00, leader="L")])) == {"L": 2_00}


def test_what_is_not_in_the_base_earns_nothing():
    """S5: 2 × 50.00 of goods; the 20.00 of freight are no line. Captured 120.00 = seller 110.00 + commission 10.00."""
    assert totals(entries(Plan(100_000), [order(50_00, 50_00, leader="L")])) == {"L": 10_00}


def test_an_order_without_leader_or_referrers_earns_nobody_anything():
    assert list(entries(Plan(40_000, 2_00, None, (20_000,)), [order(100_00, household="h", round="r")])) == []


def test_an_order_of_free_goods_earns_no_rate():
    assert due(Plan(40_000, referral_ppm=(20_000,)), [order(0, 0, leader="L", referrers=("A",))]) == {}


def test_a_raised_rate_owes_the_difference_order_by_order():
    """D13: 3 % raised to 4 % for the orders of D1; what a run would append."""
    week = [order(128_90, id="o1", leader="L"), order(45_99, id="o2", leader="L"), order(73_33, id="o3", leader="L")]
    old, new = due(Plan(30_000), week), due(Plan(40_000), week)

    assert [new[key] - old[key] for key in new] == [1_29, 46, 73]


# Refunds


def test_refunds_take_back_cumulatively_and_end_at_the_earned_amount():
    """D4: 100.00 at 3.5 %; the last refund of one fen takes back nothing and so tells no entry."""
    told = list(
        entries(Plan(35_000), [order(100_00, leader="L", refunds=[(1, 33_33), (1, 33_33), (1, 33_33), (1, 1)])])
    )

    assert amounts(told, "L") == [3_50, -1_17, -1_16, -1_17]
    assert [entry.kind for entry in told] == [Kind.EARNED, Kind.REVERSED, Kind.REVERSED, Kind.REVERSED]


def test_a_refund_takes_back_the_part_of_its_own_line():
    """S16: taking back 30.00 is the bug. S6 likewise: one of two lines of 50.00 at 10 %."""
    assert amounts(entries(Plan(100_000), [order(100_00, 200_00, leader="L", refunds=[(1, 100_00)])]), "L")[2:] == [
        -10_00
    ]
    assert amounts(entries(Plan(100_000), [order(50_00, 50_00, leader="L", refunds=[(1, 50_00)])]), "L")[2:] == [-5_00]


def test_a_full_refund_leaves_a_due_of_zero_that_is_still_told():
    """S10: −14.70 stands on its own line, the entry of 14.70 is untouched."""
    refunded = order(49_00, leader="L", refunds=[(1, 49_00)])

    assert amounts(entries(Plan(300_000), [refunded]), "L") == [14_70, -14_70]
    assert totals(entries(Plan(300_000), [refunded])) == {"L": 0}
    assert due(Plan(300_000), [refunded]) == {Key("o1", "l1", "L", Rule.LEADER_RATE, 0): 0}


def test_refunding_more_than_is_left_of_a_line_is_refused():
    with pytest.raises(NotCalculable, match=r'^refunds\[1\].base_fen: line "l1" of order "o1" has 40 fen left'):
        order(1_00, 5_00, refunds=[(1, 60), (1, 41)])


def test_refunding_a_line_the_order_does_not_have_is_refused():
    with pytest.raises(NotCalculable, match=r'^refunds\[0\].line: no line "l2" in order "o1"$'):
        order(1_00, refunds=[(2, 50)])


# Referrals


@pytest.mark.parametrize(
    ("referral_ppm", "referrers", "expected"),
    [
        pytest.param((200_000, 100_000), ("a", "B"), {"a": 40_00, "B": 20_00}, id="S11"),
        pytest.param((200_000, 100_000), ("a", "B", "c"), {"a": 40_00, "B": 20_00}, id="S11 a third upline"),
        pytest.param((200_000, 100_000), ("B", "c"), {"B": 40_00, "c": 20_00}, id="S11 a himself buys"),
        pytest.param((20_000,), ("C", "B", "A"), {"C": 4_00}, id="D20 one level"),
        pytest.param((20_000, 10_000), ("C", "B", "A"), {"C": 4_00, "B": 2_00}, id="D20 two levels"),
        pytest.param((0, 10_000), ("C", "B"), {"B": 2_00}, id="the nearest earns nothing"),
        pytest.param((), ("C", "B"), {}, id="no referral pay"),
        pytest.param((20_000, 10_000), ("C", "C"), {"C": 4_00}, id="named twice"),
    ],
)
def test_each_paid_level_earns_its_own_rate_of_the_sale(referral_ppm, referrers, expected):
    assert totals(entries(Plan(0, referral_ppm=referral_ppm), [order(200_00, referrers=referrers)])) == expected


def test_level_two_is_a_share_of_the_sale_and_not_of_level_one():
    """S17: 5 % of 100.00, not of 20.00."""
    told = entries(Plan(0, referral_ppm=(200_000, 50_000)), [order(100_00, referrers=("sub", "parent"))])

    assert totals(told) == {"sub": 20_00, "parent": 5_00}


def test_a_third_level_cannot_be_said():
    with pytest.raises(NotCalculable, match="^referral_ppm: 3 levels, at most 2$"):
        Plan(0, referral_ppm=(30_000, 20_000, 10_000))


def test_a_leader_who_referred_the_member_earns_both_rules():
    told = list(entries(Plan(40_000, referral_ppm=(20_000,)), [order(100_00, leader="L", referrers=("L",))]))

    assert [(entry.rule, entry.level, entry.amount_fen) for entry in told] == [
        (Rule.LEADER_RATE, 0, 4_00),
        (Rule.REFERRAL, 1, 2_00),
    ]


# The pool cap


@pytest.mark.parametrize(
    ("asked_fen", "cap_fen", "paid_fen"),
    [
        pytest.param((10_00, 5_00), 35_00, (10_00, 5_00), id="S12"),
        pytest.param((10_00, 5_00), 5_00, (3_33, 1_67), id="S15"),
        pytest.param((10_00, 5_00), 15_00, (10_00, 5_00), id="exactly at the cap"),
        pytest.param((10_00, 5_00), 0, (0, 0), id="nothing to give"),
        pytest.param((), 0, (), id="nobody claims"),
    ],
)
def test_claims_beyond_the_cap_shrink_in_proportion(asked_fen, cap_fen, paid_fen):
    assert shrunk(asked_fen, cap_fen) == paid_fen


def test_a_capped_order_says_so_on_every_claim_and_pays_exactly_the_cap():
    """S15: on a list price of 100.00 the cap of half the 10.00 paid is 5 %; claims 10.00 and 5.00."""
    capped = Plan(100_000, referral_ppm=(50_000,), pool_cap_ppm=50_000)
    sale = order(60_00, 40_00, leader="L", referrers=("A",))

    assert [(claim.asked_fen, claim.amount_fen, claim.capped) for claim in claims(capped, sale)] == [
        (10_00, 3_33, True),
        (5_00, 1_67, True),
    ]
    assert amounts(entries(capped, [sale]), "L") == [2_00, 1_33]
    assert amounts(entries(capped, [sale]), "A") == [1_00, 67]


def test_a_cap_that_is_not_reached_changes_nothing():
    """S12: claims of 15.00 under a cap of 35.00."""
    roomy = Plan(100_000, referral_ppm=(50_000,), pool_cap_ppm=350_000)

    found = claims(roomy, order(100_00, leader="L", referrers=("A",)))

    assert [(claim.amount_fen, claim.capped) for claim in found] == [(10_00, False), (5_00, False)]


def test_the_pool_cap_leaves_the_delivery_fee_alone():
    capped = Plan(100_000, 2_00, pool_cap_ppm=10_000)

    assert totals(entries(capped, [order(10_00, leader="L", household="h", round="r")])) == {"L": 10 + 2_00}


# Products with a rate of their own, and without any


def test_a_product_pays_the_leader_its_own_rate_and_an_excluded_one_pays_nobody():
    """10.00 at the plan's 4 %, 20.00 of meat at 6 %, 5.00 of eggs excluded; the referrer's 2 % are of 30.00."""
    plan = Plan(40_000, referral_ppm=(20_000,), product_ppm={"meat": 60_000, "eggs": None})
    sale = order(10_00, 20_00, 5_00, products=("fruit", "meat", "eggs"), leader="L", referrers=("A",))

    told = list(entries(plan, [sale]))

    assert [(entry.line, entry.amount_fen) for entry in told if entry.beneficiary == "L"] == [("l1", 40), ("l2", 1_20)]
    assert [(entry.line, entry.amount_fen) for entry in told if entry.beneficiary == "A"] == [("l1", 20), ("l2", 40)]


def test_lines_of_different_rates_are_rounded_once_together():
    """0.13 at 4 % and 0.13 at 6 % are 0.52 and 0.78 fen: 1.30, one fen, to the larger. By itself each would be one."""
    plan = Plan(40_000, product_ppm={"meat": 60_000})

    paid = due(plan, [order(13, 13, products=("fruit", "meat"), leader="L")])

    assert paid == {Key("o1", "l2", "L", Rule.LEADER_RATE, 0): 1}


def test_the_cap_is_a_share_of_what_is_not_excluded():
    """10 % of 20.00 and not of 30.00: 2.00 for claims of 4.00 and 1.00."""
    plan = Plan(200_000, referral_ppm=(50_000,), pool_cap_ppm=100_000, product_ppm={"eggs": None})
    sale = order(20_00, 10_00, products=("fruit", "eggs"), leader="L", referrers=("A",))

    assert totals(entries(plan, [sale])) == {"L": 1_60, "A": 40}


# Who opened the group


def test_who_opened_the_group_earns_beside_the_leader():
    plan = Plan(40_000, development_ppm=10_000)

    told = list(entries(plan, [order(10_00, 20_00, leader="L", developer="D", refunds=[(2, 5_00)])]))

    assert [(entry.rule, entry.line, entry.amount_fen) for entry in told if entry.beneficiary == "D"] == [
        (Rule.DEVELOPMENT, "l1", 10),
        (Rule.DEVELOPMENT, "l2", 20),
        (Rule.DEVELOPMENT, "l2", -5),
    ]


def test_once_its_days_are_over_nobody_earns_for_having_opened_the_group():
    assert totals(entries(Plan(0, development_ppm=10_000), [order(10_00, developer=None)])) == {}


# The delivery fee


def delivery(number, household, round="r1", leader="L", **known):
    return order(10_00, id=f"o{number}", household=household, round=round, leader=leader, **known)


def test_a_household_brings_the_fee_once_a_round_with_its_first_order():
    runs = [delivery(1, "h1"), delivery(2, "h2"), delivery(3, "h1"), delivery(4, "h1", round="r2")]

    assert delivery_fees(Plan(0, 2_00), runs) == {"o1": 2_00, "o2": 2_00, "o4": 2_00}


def test_the_household_that_crosses_the_cap_brings_what_is_left_of_it():
    """Cap 5.00: 2.00, 2.00, 1.00, nothing. Another round and another leader have caps of their own."""
    runs = [delivery(number, f"h{number}") for number in range(1, 6)]
    runs += [delivery(6, "h9", round="r2"), delivery(7, "h9", leader="M")]

    assert delivery_fees(Plan(0, 2_00, 5_00), runs) == {"o1": 2_00, "o2": 2_00, "o3": 1_00, "o6": 2_00, "o7": 2_00}


@pytest.mark.parametrize("unknown", ["leader", "household", "round"])
def test_without_leader_household_or_round_there_is_no_walk_to_pay(unknown):
    known = {"leader": "L", "household": "h", "round": "r"} | {unknown: None}

    assert delivery_fees(Plan(0, 2_00), [order(10_00, **known)]) == {}


def test_a_cap_of_zero_pays_no_fee():
    assert delivery_fees(Plan(0, 2_00, 0), [delivery(1, "h1")]) == {}


def test_a_refund_leaves_the_fee_because_the_walk_was_made():
    told = entries(Plan(40_000, 2_00), [delivery(1, "h1", refunds=[(1, 10_00)])])

    assert amounts(told, "L") == [40, 2_00, -40]


# The story in order


def test_entries_come_order_by_order_earnings_first_then_each_refund_in_turn():
    plan = Plan(40_000, 2_00, 60_00, (20_000, 10_000))
    first = order(
        10_00, 20_00, leader="L", household="h", round="r", referrers=("A", "B"), refunds=[(2, 5_00), (1, 10_00)]
    )
    second = order(5_00, id="o2", leader="L", household="h", round="r")

    assert list(entries(plan, [first, second])) == [
        Entry("o1", "l1", "L", Rule.LEADER_RATE, 0, 40, Kind.EARNED),
        Entry("o1", "l2", "L", Rule.LEADER_RATE, 0, 80, Kind.EARNED),
        Entry("o1", None, "L", Rule.DELIVERY_FEE, 0, 2_00, Kind.EARNED),
        Entry("o1", "l1", "A", Rule.REFERRAL, 1, 20, Kind.EARNED),
        Entry("o1", "l2", "A", Rule.REFERRAL, 1, 40, Kind.EARNED),
        Entry("o1", "l1", "B", Rule.REFERRAL, 2, 10, Kind.EARNED),
        Entry("o1", "l2", "B", Rule.REFERRAL, 2, 20, Kind.EARNED),
        Entry("o1", "l2", "L", Rule.LEADER_RATE, 0, -20, Kind.REVERSED),
        Entry("o1", "l2", "A", Rule.REFERRAL, 1, -10, Kind.REVERSED),
        Entry("o1", "l2", "B", Rule.REFERRAL, 2, -5, Kind.REVERSED),
        Entry("o1", "l1", "L", Rule.LEADER_RATE, 0, -40, Kind.REVERSED),
        Entry("o1", "l1", "A", Rule.REFERRAL, 1, -20, Kind.REVERSED),
        Entry("o1", "l1", "B", Rule.REFERRAL, 2, -10, Kind.REVERSED),
        Entry("o2", "l1", "L", Rule.LEADER_RATE, 0, 20, Kind.EARNED),
    ]


# Tiers

S19 = Tiers(bounds_fen=(10_000_00, 25_000_00), rates_ppm=(50_000, 70_000, 100_000))
D6 = Tiers(bounds_fen=(20_000_00, 50_000_00), rates_ppm=(30_000, 40_000, 50_000))


def test_marginal_tiers_pay_each_rate_on_its_own_part_and_a_slab_one_rate_on_all():
    assert S19.marginal(30_000_00) == 2_050_00
    assert S19.slab(30_000_00) == 3_000_00


def test_weeks_of_a_month_are_due_the_growth_of_the_cumulative_amount():
    """D6, and the 3 000.00 refunded in the next month of D7."""
    volumes_fen = [0, 9_000_00, 20_500_00, 45_300_00, 62_500_00, 59_500_00]

    due_fen = [D6.marginal(volume) for volume in volumes_fen]

    assert [after - before for before, after in pairwise(due_fen)] == [270_00, 350_00, 992_00, 813_00, -150_00]
    assert due_fen[4:] == [2_425_00, 2_275_00]


@pytest.mark.parametrize(("volume_fen", "rate_ppm"), [(10_000_00, 50_000), (10_000_01, 70_000), (25_000_00, 70_000)])
def test_a_bound_belongs_to_the_tier_below_it(volume_fen, rate_ppm):
    assert S19.slab(volume_fen) == (volume_fen * rate_ppm + 500_000) // 1_000_000


def test_a_slab_has_a_cliff_above_each_bound():
    """S19: above 10 000.00 all of it earns 7 % (500.00 → 700.00), above 25 000.00 10 % (1 750.00 → 2 500.00)."""
    assert S19.cliffs() == {10_000_00: 200_00, 25_000_00: 750_00}


def test_a_negative_volume_mirrors():
    assert (S19.marginal(-30_000_00), S19.slab(-30_000_00)) == (-2_050_00, -3_000_00)


@pytest.mark.parametrize(
    ("bounds_fen", "rates_ppm"),
    [((10, 10), (1, 2, 3)), ((20, 10), (1, 2, 3)), ((0,), (1, 2)), ((10,), (1,)), ((), ()), ((10,), (1, 1_000_001))],
)
def test_tiers_that_overlap_or_leave_a_gap_are_refused(bounds_fen, rates_ppm):
    with pytest.raises(NotCalculable):
        Tiers(bounds_fen, rates_ppm)


# A month's volume

WEEKS = Plan(30_000, volume=Volume(TierKind.MARGINAL, (20_000_00, 50_000_00), (40_000, 50_000)))
"""The bands of D6: the first is the plan's own rate."""


def week(number, fen, **known):
    return order(fen, id=f"w{number}", leader="L", group="g", month="2026-03", **known)


def test_weeks_of_a_month_are_due_by_order_and_by_volume():
    """D6: 270, 350, 992, 813 are due week by week, 2 425.00 in all, 1 875.00 of it by the orders' own 3 %."""
    weeks = [week(number, fen) for number, fen in enumerate([9_000_00, 11_500_00, 24_800_00, 17_200_00])]

    after = [sum(due(WEEKS, weeks[:upto]).values()) for upto in range(5)]

    assert [now - before for before, now in pairwise(after)] == [270_00, 350_00, 992_00, 813_00]
    assert due(WEEKS, weeks)[Key("w0", None, "L", Rule.VOLUME, 0)] == 2_425_00 - 1_875_00


def test_a_refund_lowers_the_volume_it_was_part_of():
    """D7: 3 000.00 back from the last week: 90.00 by the order's own rate, 60.00 of the volume's 5 % less 3 %."""
    weeks = [week(0, 45_300_00), week(1, 17_200_00, refunds=[(1, 3_000_00)])]

    taken_back = [(entry.rule, entry.amount_fen) for entry in entries(WEEKS, weeks) if entry.kind is Kind.REVERSED]

    assert taken_back == [(Rule.LEADER_RATE, -90_00), (Rule.VOLUME, -60_00)]
    assert totals(entries(WEEKS, weeks)) == {"L": 2_275_00}


def test_what_a_volume_brought_before_is_part_of_what_it_brings():
    """S25: 5 % to 1 000, 10 % to 5 000, 20 % above. At 1 000 due are 50; at 11 500 due are 50 + 400 + 1 300."""
    plan = Plan(50_000, volume=Volume(TierKind.MARGINAL, (1_000_00, 5_000_00), (100_000, 200_000)))

    assert totals(entries(plan, [week(0, 1_000_00)])) == {"L": 50_00}
    assert totals(entries(plan, [week(0, 1_000_00), week(1, 10_500_00)])) == {"L": 1_750_00}


def test_a_slab_pays_its_rate_on_the_whole_month():
    """S19: 30 000 at 10 %, of which each order brought 5 % by itself. A fen above 10 000 brings 200.00 more."""
    plan = Plan(50_000, volume=Volume(TierKind.SLAB, (10_000_00, 25_000_00), (70_000, 100_000)))

    assert totals(entries(plan, [week(0, 30_000_00)])) == {"L": 3_000_00}
    assert plan.volume.cliffs(50_000) == {10_000_00: 200_00, 25_000_00: 750_00}


def test_months_groups_and_leaders_are_counted_apart():
    sales = [
        week(0, 15_000_00),
        replace(week(1, 15_000_00), month="2026-04"),
        replace(week(2, 15_000_00), group="h"),
        replace(week(3, 15_000_00), leader="M"),
        replace(week(4, 15_000_00), month=None),
    ]

    assert not [key for key in due(WEEKS, sales) if key.rule is Rule.VOLUME]


def test_only_goods_at_the_plans_own_rate_count_to_the_volume():
    """Meat has a rate of its own and eggs are excluded: 20 000.00 of fruit are not above the bound."""
    plan = replace(WEEKS, product_ppm={"meat": 60_000, "eggs": None})
    sale = order(
        20_000_00,
        5_000_00,
        5_000_00,
        products=("fruit", "meat", "eggs"),
        leader="L",
        group="g",
        month="2026-03",
    )

    assert totals(entries(plan, [sale])) == {"L": 600_00 + 300_00}
    assert totals(entries(replace(plan, person_ppm={"L": 10_000}), [week(0, 90_000_00)])) == {"L": 900_00}


@pytest.mark.parametrize(
    ("terms", "sentence"),
    [
        ({"leader_ppm": 40_000}, r"volume.rates_ppm\[0\]: is above the leader's rate, 40000"),
        (
            {"pool_cap_ppm": 69_999, "referral_ppm": (20_000,)},
            "volume: all rates together reach 70000, the cap is 69999",
        ),
        ({"pool_cap_ppm": 50_000, "product_ppm": {"meat": 60_000}}, "volume: all rates together reach 60000"),
    ],
)
def test_a_volume_stands_above_the_plans_rate_and_within_the_cap(terms, sentence):
    with pytest.raises(NotCalculable, match=f"^{sentence}"):
        replace(WEEKS, **terms)


@pytest.mark.parametrize(
    ("bounds_fen", "rates_ppm"), [((), ()), ((10,), (1, 2)), ((10, 20), (2, 2)), ((20, 10), (1, 2)), ((0,), (1,))]
)
def test_a_volume_whose_bounds_or_rates_do_not_rise_is_refused(bounds_fen, rates_ppm):
    with pytest.raises(NotCalculable):
        Volume(TierKind.MARGINAL, bounds_fen, rates_ppm)


# Which of the leader's rates it is


def test_a_person_comes_before_a_product_before_a_group_before_the_plan():
    """S24 on 100.00: everybody 20 %, the product 50 %, the leader by contract 75 %; a group stands in between."""
    scopes = {"person_ppm": {"L": 750_000}, "product_ppm": {"tea": 500_000}, "group_ppm": {"g": 300_000}}
    sale = order(100_00, products=("tea",), leader="L", group="g")

    paid = []
    while True:
        paid.append(totals(entries(Plan(200_000, **scopes), [sale])))
        if not scopes:
            break
        scopes.pop(next(iter(scopes)))

    assert paid == [{"L": 75_00}, {"L": 50_00}, {"L": 30_00}, {"L": 20_00}]


def test_nobody_has_a_contract_for_an_excluded_product():
    plan = Plan(200_000, product_ppm={"tea": None}, person_ppm={"L": 750_000}, group_ppm={"g": 300_000})

    assert totals(entries(plan, [order(100_00, products=("tea",), leader="L", group="g")])) == {}


# Leaders who share, and the seed user


def test_co_leaders_share_what_is_rounded_once():
    """D9: 99.99 at 5 % are 4.9995, together 5.00; 60 and 40 % of that."""
    sale = order(99_99, leader="L", co_leaders=(CoLeader("M", 400_000),))

    assert totals(entries(Plan(50_000), [sale])) == {"L": 3_00, "M": 2_00}


def test_co_leaders_share_what_the_cap_leaves():
    """Leader 10.00 and referrer 5.00 under a cap of 5.00: 3.33 and 1.67; a third of the 3.33 is 1.11."""
    plan = Plan(100_000, referral_ppm=(50_000,), pool_cap_ppm=50_000)
    sale = order(100_00, leader="L", referrers=("A",), co_leaders=(CoLeader("M", 333_333),))

    assert totals(entries(plan, [sale])) == {"L": 2_22, "M": 1_11, "A": 1_67}
    assert [claim.capped for claim in claims(plan, sale)] == [True, True, True]
    assert not any(claim.capped for claim in claims(replace(plan, pool_cap_ppm=None), sale))


@pytest.mark.parametrize(
    "co_leaders",
    [
        (CoLeader("M", 600_000), CoLeader("N", 400_001)),
        (CoLeader("M", 1), CoLeader("M", 2)),
        (CoLeader("L", 1),),
    ],
)
def test_shares_beyond_the_whole_or_of_one_person_twice_are_refused(co_leaders):
    with pytest.raises(NotCalculable, match="^co_leaders"):
        order(1_00, leader="L", co_leaders=co_leaders)


def test_the_seed_user_whose_link_brought_the_order_earns_of_it_within_the_cap():
    """2 % of 30.00; under a cap of 1.50 the claims of 1.20 and 0.60 shrink to 1.00 and 0.50."""
    sale = order(10_00, 20_00, leader="L", seed="S", refunds=[(1, 10_00)])

    told = list(entries(Plan(40_000, seed_ppm=20_000), [sale]))
    capped = totals(entries(Plan(40_000, seed_ppm=20_000, pool_cap_ppm=50_000), [without_refunds(sale)]))

    assert amounts(told, "S") == [20, 40, -20]
    assert {entry.rule for entry in told if entry.beneficiary == "S"} == {Rule.SEED}
    assert capped == {"L": 1_00, "S": 50}


# What holds for any plan and any orders

RATES = st.integers(0, 1_000_000)
FEES = st.integers(0, 1_000)


@st.composite
def some_plans(draw):
    plan = Plan(
        leader_ppm=draw(RATES),
        delivery_fee_fen=draw(FEES),
        delivery_cap_fen=draw(st.none() | st.integers(0, 3_000)),
        referral_ppm=draw(st.lists(RATES, max_size=2).map(tuple)),
        pool_cap_ppm=draw(st.none() | RATES),
        development_ppm=draw(RATES),
        seed_ppm=draw(RATES),
        product_ppm=draw(st.dictionaries(st.sampled_from(["fruit", "meat"]), st.none() | RATES)),
        group_ppm=draw(st.dictionaries(st.just("g"), RATES)),
        person_ppm=draw(st.dictionaries(st.just("L"), RATES)),
    )
    higher = sorted(draw(st.sets(st.integers(1, 1_000_000), max_size=3)))
    higher = [ppm for ppm in higher if ppm > plan.leader_ppm]
    if not higher:
        return plan
    bounds = st.sets(st.integers(1, 150_000), min_size=len(higher), max_size=len(higher))
    volume = Volume(draw(st.sampled_from(TierKind)), tuple(sorted(draw(bounds))), tuple(higher))
    return replace(plan, volume=volume, pool_cap_ppm=None)


PLANS = some_plans()


@st.composite
def some_orders(draw, max_size=4):
    return [draw(_an_order(f"o{number}")) for number in range(draw(st.integers(0, max_size)))]


@st.composite
def _an_order(draw, id):
    bases_fen = draw(st.lists(st.integers(0, 99_999), min_size=1, max_size=3))
    refunds = []
    for number, base_fen in enumerate(bases_fen, start=1):
        stops = sorted(draw(st.lists(st.integers(0, base_fen), max_size=2)))
        refunds += [(number, after - before) for before, after in pairwise([0, *stops])]
    products = draw(st.lists(st.sampled_from([None, "fruit", "meat"]), min_size=3, max_size=3))
    return order(
        *bases_fen,
        id=id,
        products=products,
        developer=draw(st.sampled_from(["D", "L", None])),
        refunds=draw(st.permutations(refunds)),
        household=draw(st.sampled_from(["h1", "h2", None])),
        round=draw(st.sampled_from(["r1", "r2"])),
        leader=draw(st.sampled_from(["L", "M", None])),
        group=draw(st.sampled_from(["g", "h"])),
        month=draw(st.sampled_from(["2026-03", "2026-04", None])),
        seed=draw(st.sampled_from(["S", "L", None])),
        co_leaders=tuple(draw(st.sampled_from([(), (), (CoLeader("N", 333_333), CoLeader("O", 500_000))]))),
        referrers=tuple(draw(st.lists(st.sampled_from(["L", "A", "B"]), max_size=3))),
    )


def without_refunds(sale, refunds=()):
    return replace(sale, refunds=tuple(refunds))


@given(PLANS, some_orders())
def test_the_entries_of_a_key_add_up_to_what_is_due(plan, orders):
    told = list(entries(plan, orders))

    summed = Counter()
    for entry in told:
        summed[entry.key] += entry.amount_fen
    assert dict(summed) == due(plan, orders)
    assert all((entry.amount_fen > 0) == (entry.kind is Kind.EARNED) and entry.amount_fen for entry in told)


@given(PLANS, some_orders())
def test_what_is_taken_back_lies_between_nothing_and_what_was_earned(plan, orders):
    brought = due(plan, [without_refunds(sale) for sale in orders])

    kept = due(plan, orders)

    assert kept.keys() == brought.keys()
    assert all(0 <= kept[key] <= brought[key] for key in kept)


@given(PLANS, some_orders())
def test_refunding_everything_leaves_nothing_but_the_walks(plan, orders):
    refunded = [without_refunds(sale, (Refund(line.id, line.base_fen) for line in sale.lines)) for sale in orders]

    kept = due(plan, refunded)

    assert all(fen == 0 for key, fen in kept.items() if key.line)
    assert sum(kept.values()) == sum(delivery_fees(plan, orders).values())


@given(PLANS, some_orders(), st.randoms())
def test_the_order_of_refunds_does_not_matter_for_what_is_due(plan, orders, random):
    shuffled = [without_refunds(sale, random.sample(sale.refunds, len(sale.refunds))) for sale in orders]

    assert due(plan, shuffled) == due(plan, orders)


@given(PLANS, some_orders(), st.randoms())
def test_the_order_of_orders_moves_a_fee_but_no_rate_and_no_total_of_a_leader_and_round(plan, orders, random):
    shuffled = random.sample(orders, len(orders))

    assert _by_rate(due(plan, shuffled)) == _by_rate(due(plan, orders))
    assert sum(_by_volume(due(plan, shuffled)).values()) == sum(_by_volume(due(plan, orders)).values())
    assert _fees_by_leader_and_round(plan, shuffled) == _fees_by_leader_and_round(plan, orders)


def _by_rate(due_fen):
    return {key: fen for key, fen in due_fen.items() if key.rule not in {Rule.DELIVERY_FEE, Rule.VOLUME}}


def _by_volume(due_fen):
    return {key: fen for key, fen in due_fen.items() if key.rule is Rule.VOLUME}


def _fees_by_leader_and_round(plan, orders):
    fees_fen, total_fen = delivery_fees(plan, orders), Counter()
    for sale in orders:
        total_fen[sale.leader, sale.round] += fees_fen.get(sale.id, 0)
    return +total_fen


@given(PLANS, some_orders())
def test_a_later_order_adds_to_a_volume_and_changes_nothing_else_about_the_earlier_ones(plan, orders):
    whole, earlier = due(plan, orders), due(plan, orders[:-1])

    before = {key: fen for key, fen in earlier.items() if key.rule is not Rule.VOLUME}
    assert {key: whole.get(key) for key in before} == before
    assert all(whole[key] >= fen for key, fen in _by_volume(earlier).items())


WALKS = st.lists(
    st.tuples(st.sampled_from(["h1", "h2", "h3"]), st.sampled_from(["r1", "r2"]), st.sampled_from(["L", "M"])),
    max_size=8,
)


@given(WALKS, FEES, st.none() | st.integers(0, 2_500))
def test_a_leader_is_paid_for_every_household_of_a_round_up_to_the_cap(walks, fee_fen, cap_fen):
    plan = Plan(0, fee_fen, cap_fen)
    runs = [delivery(number, *walk) for number, walk in enumerate(walks)]

    paid_fen = _fees_by_leader_and_round(plan, runs)

    households = Counter((leader, round) for _, round, leader in set(walks))
    full_fen = {key: count * fee_fen for key, count in households.items()}
    assert paid_fen == +Counter({key: fen if cap_fen is None else min(fen, cap_fen) for key, fen in full_fen.items()})


@given(PLANS, some_orders(max_size=1), RATES)
def test_claims_together_stay_within_the_pool_cap_and_the_cap_within_the_base(plan, orders, cap_ppm):
    capped = replace(plan, delivery_fee_fen=0, pool_cap_ppm=cap_ppm, volume=None)

    for sale in orders:
        base_fen = sum(line.base_fen for line in sale.lines if plan.product_ppm.get(line.product, 0) is not None)
        cap_fen = (2 * base_fen * cap_ppm + 1_000_000) // 2_000_000
        asked_fen = sum(claim.asked_fen for claim in claims(capped, sale))
        assert sum(due(capped, [without_refunds(sale)]).values()) == min(asked_fen, cap_fen)
        assert cap_fen <= base_fen


TIERS = st.integers(1, 4).flatmap(
    lambda size: st.builds(
        Tiers,
        st.sets(st.integers(1, 10_000), min_size=size, max_size=size).map(sorted).map(tuple),
        st.lists(RATES, min_size=size + 1, max_size=size + 1).map(sorted).map(tuple),
    )
)


@given(TIERS, st.integers(0, 12_000))
def test_marginal_grows_by_a_fen_or_nothing_for_a_fen_of_volume(tiers, volume_fen):
    assert tiers.marginal(volume_fen + 1) - tiers.marginal(volume_fen) in {0, 1}


@given(TIERS, st.integers(0, 12_000))
def test_a_slab_of_rising_rates_never_falls_and_jumps_at_its_cliffs_only(tiers, volume_fen):
    step_fen = tiers.slab(volume_fen + 1) - tiers.slab(volume_fen)

    assert step_fen == tiers.cliffs()[volume_fen] if volume_fen in tiers.bounds_fen else step_fen in {0, 1}
    assert step_fen >= 0


@given(st.integers(1, 10_000), RATES, st.integers(-20_000, 20_000))
def test_tiers_of_one_rate_pay_just_that_rate(bound_fen, rate_ppm, volume_fen):
    tiers = Tiers((bound_fen,), (rate_ppm, rate_ppm))

    assert tiers.marginal(volume_fen) == tiers.slab(volume_fen) == share(volume_fen, rate_ppm)
