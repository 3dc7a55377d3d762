"""The columns of a list: what an address chooses."""

import pytest

from core.columns import Column, chosen_columns

EVERY = [
    Column("door", "Door", [("Door", str)]),
    Column("note", "Note", [("Note", str)], usual=False),
    Column("amount", "Amount", [("Amount", str)]),
]


@pytest.mark.parametrize(
    ("asked", "chosen"),
    [
        ([], ["door", "amount"]),
        (["note"], ["note"]),
        (["amount,note"], ["note", "amount"]),
        (["amount", "door"], ["door", "amount"]),
        (["note,password"], ["note"]),
        (["password"], ["door", "amount"]),
        (["\0", ""], ["door", "amount"]),
    ],
)
def test_an_address_chooses_known_columns_in_the_order_of_the_list_and_otherwise_the_usual_ones(asked, chosen):
    assert [column.key for column in chosen_columns(EVERY, asked)] == chosen


@pytest.mark.parametrize(("asked", "written"), [(["door", "amount"], ""), (["amount", "note"], "note,amount")])
def test_the_usual_choice_leaves_no_trace_in_the_address(asked, written):
    assert chosen_columns(EVERY, asked).asked == written
