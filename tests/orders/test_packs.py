"""整箱: how many packs cover what is needed. Plain Python, no database."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.rules.packs import NoSuchPack, Packed, whole_packs

thousandths = st.decimals(min_value=0, max_value=999_999_999, places=3)
sizes = st.decimals(min_value=Decimal("0.001"), max_value=999_999_999, places=3)


@given(needed=thousandths, size=sizes)
def test_the_packs_hold_what_is_needed_and_less_than_a_pack_is_left_over(needed, size):
    packed = whole_packs(needed, size)

    assert packed.packs * size == packed.bought >= needed
    assert packed.surplus == packed.bought - needed
    assert 0 <= packed.surplus < size


@given(packs=st.integers(min_value=0, max_value=10_000), size=sizes)
def test_what_fills_whole_packs_leaves_nothing_over(packs, size):
    assert whole_packs(packs * size, size) == Packed(packs, packs * size, Decimal(0))


@pytest.mark.parametrize(
    ("needed", "size", "packed"),
    [
        ("38", "10", Packed(4, Decimal(40), Decimal(2))),
        ("0", "10", Packed(0, Decimal(0), Decimal(0))),
        ("0.001", "10", Packed(1, Decimal(10), Decimal("9.999"))),
        ("2.5", "2.5", Packed(1, Decimal("2.5"), Decimal(0))),
        ("3", "0.75", Packed(4, Decimal(3), Decimal(0))),
    ],
)
def test_packs_are_counted_upwards(needed, size, packed):
    assert whole_packs(Decimal(needed), Decimal(size)) == packed


@pytest.mark.parametrize(("needed", "size"), [("1", "0"), ("1", "-1"), ("-1", "10")])
def test_a_pack_of_nothing_and_a_need_below_nothing_are_refused(needed, size):
    with pytest.raises(NoSuchPack):
        whole_packs(Decimal(needed), Decimal(size))
