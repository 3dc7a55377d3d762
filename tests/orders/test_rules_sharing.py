"""Sharing what came: the arithmetic. The worked examples are those of docs/algorithms/sharing.md."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.rules.sharing import CannotShare, Want, first_come, pro_rata, seeds_first, step_of

RULES = [first_come, pro_rata, seeds_first]


@st.composite
def wants(draw, *, handed_over: bool = True):
    """Up to a dozen wants, some of them partly handed over, some by seed users."""
    wanted = draw(st.lists(st.integers(1, 30), min_size=1, max_size=12))
    return [
        Want(each, got=draw(st.integers(0, each)) if handed_over else 0, seed=draw(st.booleans())) for each in wanted
    ]


@st.composite
def shortages(draw, **how):
    """Wants, and something between what is handed over and one less than is wanted."""
    all_wants = draw(wants(**how))
    got, wanted = sum(want.got for want in all_wants), sum(want.wanted for want in all_wants)
    if got == wanted:
        all_wants[0] = Want(all_wants[0].wanted + 1, got=all_wants[0].got)
        wanted += 1
    return draw(st.integers(got, wanted - 1)), all_wants


@pytest.mark.parametrize("rule", RULES)
@given(shortage=shortages())
def test_what_is_given_is_what_came(rule, shortage):
    arrived, all_wants = shortage

    assert sum(rule(arrived, all_wants)) == arrived


@pytest.mark.parametrize("rule", RULES)
@given(shortage=shortages())
def test_everybody_gets_between_what_they_have_and_what_they_want(rule, shortage):
    given_out = rule(*shortage)

    assert all(want.got <= part <= want.wanted for want, part in zip(shortage[1], given_out, strict=True))


@pytest.mark.parametrize("rule", RULES)
@given(shortage=shortages())
def test_shares_are_whole_steps(rule, shortage):
    assert all(isinstance(part, int) for part in rule(*shortage))


@pytest.mark.parametrize("rule", [first_come, seeds_first])
@given(shortage=shortages())
def test_when_one_more_comes_nobody_gets_less(rule, shortage):
    arrived, all_wants = shortage
    if arrived + 1 < sum(want.wanted for want in all_wants):
        before, after = rule(arrived, all_wants), rule(arrived + 1, all_wants)

        assert all(then >= first for first, then in zip(before, after, strict=True))


@given(shortage=shortages(handed_over=False))
def test_pro_rata_gives_who_wants_more_no_less(shortage):
    arrived, all_wants = shortage
    pairs = sorted(zip((want.wanted for want in all_wants), pro_rata(arrived, all_wants), strict=True))

    assert all(
        part <= larger_part
        for (want, part), (larger, larger_part) in zip(pairs, pairs[1:], strict=False)
        if want < larger
    )


@given(shortage=shortages(handed_over=False))
def test_pro_rata_is_less_than_a_step_from_the_exact_part(shortage):
    arrived, all_wants = shortage
    total = sum(want.wanted for want in all_wants)

    for want, part in zip(all_wants, pro_rata(arrived, all_wants), strict=True):
        assert abs(part * total - arrived * want.wanted) < total


@given(shortage=shortages())
def test_pro_rata_has_one_common_part_for_all_who_get_something_on_top(shortage):
    """Somebody a whole step above the part of another would have to give it away."""
    arrived, all_wants = shortage
    parts = pro_rata(arrived, all_wants)
    sharing = [(want, part) for want, part in zip(all_wants, parts, strict=True) if part > want.got]
    if sharing:
        highest = max(Decimal(part - 1) / want.wanted for want, part in sharing)
        assert all(Decimal(part + 1) / want.wanted > highest for want, part in zip(all_wants, parts, strict=True))


@given(shortage=shortages())
def test_no_seed_user_goes_short_while_somebody_else_is_given_something(shortage):
    arrived, all_wants = shortage
    parts = list(zip(all_wants, seeds_first(arrived, all_wants), strict=True))

    if any(want.seed and part < want.wanted for want, part in parts):
        assert all(part == want.got for want, part in parts if not want.seed)


@pytest.mark.parametrize(
    ("rule", "arrived", "asked", "shares"),
    [
        # Ten came of the twelve that four want.
        (first_come, 10, [Want(3), Want(2), Want(6), Want(1)], [3, 2, 5, 0]),
        (seeds_first, 10, [Want(3), Want(2), Want(6, seed=True), Want(1, seed=True)], [3, 0, 6, 1]),
        # 3 × 10/12 = 2.5, 2 × 10/12 = 1.67, 6 × 10/12 = 5, 1 × 10/12 = .83: 2 + 1 + 5 + 0 = 8, two are left over.
        (pro_rata, 10, [Want(3), Want(2), Want(6), Want(1)], [2, 2, 5, 1]),
        # Two of three equal wants get the two that came: those who asked first.
        (pro_rata, 2, [Want(1), Want(1), Want(1)], [1, 1, 0]),
        # The first has four of six already, above 6 × 6/12 = 3: the other three share the two that are left.
        (pro_rata, 6, [Want(6, got=4), Want(2), Want(2), Want(2)], [4, 1, 1, 0]),
        # Nothing came.
        (pro_rata, 0, [Want(3), Want(2)], [0, 0]),
        (first_come, 0, [Want(3), Want(2)], [0, 0]),
    ],
)
def test_worked_examples(rule, arrived, asked, shares):
    assert rule(arrived, asked) == shares


def test_largest_remainder_may_take_one_from_somebody_when_one_more_comes():
    """Known since Alabama, 1880: 10 of 6, 6, 2 is 4.29, 4.29, 1.43; 11 is 4.71, 4.71, 1.57."""
    asked = [Want(6), Want(6), Want(2)]

    assert [pro_rata(arrived, asked) for arrived in (10, 11)] == [[4, 4, 2], [5, 5, 1]]


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("arrived", [1, 5, 6])
def test_there_is_nothing_to_share_when_enough_came_or_more_is_handed_over(rule, arrived):
    with pytest.raises(CannotShare):
        rule(arrived, [Want(2, got=2), Want(3)])


@pytest.mark.parametrize(
    ("quantities", "counted", "step"),
    [
        (["12", "3"], True, "1"),
        (["12", "3"], False, "0.1"),
        (["2.500", "0.5"], False, "0.1"),
        (["2.25", "3"], False, "0.01"),
        (["0.125", "3"], False, "0.001"),
    ],
)
def test_loose_goods_are_shared_in_tenths_or_as_fine_as_they_were_ordered(quantities, counted, step):
    assert step_of([Decimal(quantity) for quantity in quantities], counted=counted) == Decimal(step)
