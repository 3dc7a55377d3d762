"""Pasting the chain again: what came, what changed, what went."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orders.rules.jielong import Offer, diff, parse
from tests.orders.chain_message import as_message

FRUIT = (Offer("雪梨", "斤"), Offer("蜜柚", "斤"))


def rows(*entries):
    text = "\n".join(f"{number}. {entry}" for number, entry in enumerate(entries, start=1))
    return parse(text, FRUIT).rows


def names(entries):
    return [entry.name for entry in entries]


def test_a_longer_paste_only_adds():
    before = rows("钟三 雪梨2斤", "鲁四 蜜柚1斤")

    difference = diff(before, rows("钟三 雪梨2斤", "鲁四 蜜柚1斤", "白五 雪梨1斤"))

    assert names(difference.added) == ["白五"]
    assert not difference.changed
    assert not difference.vanished
    assert not difference.shorter


def test_an_entry_that_vanished_is_told_though_the_numbers_moved_up():
    before = rows("芦苇", "芦苇 2", "也许", "88")

    difference = diff(before, rows("芦苇", "也许", "88"))

    assert [(row.number, row.name) for row in difference.vanished] == [(2, "芦苇")]
    assert not difference.added
    assert not difference.changed
    assert difference.shorter


def test_of_two_entries_of_one_person_the_one_that_went_is_told_by_its_content():
    before = rows("钟三 雪梨2斤", "钟三 蜜柚1斤")

    difference = diff(before, rows("钟三 蜜柚1斤"))

    assert [row.number for row in difference.vanished] == [1]
    assert not difference.changed


def test_other_goods_of_the_same_person_are_a_change():
    before = rows("钟三 4-301 雪梨2斤")

    difference = diff(before, rows("钟三 4栋301 雪梨3斤"))

    assert [(old.content, new.content) for old, new in difference.changed] == [("雪梨=2斤", "雪梨=3斤")]


def test_a_door_written_later_changes_the_entry_instead_of_adding_one():
    before = rows("钟三 雪梨2斤")

    difference = diff(before, rows("钟三 4-301 雪梨2斤"))

    assert len(difference.changed) == 1
    assert not difference.added
    assert not difference.vanished


def test_one_name_at_two_doors_is_not_taken_for_one_person():
    before = rows("钟三 4-301 雪梨2斤")

    difference = diff(before, rows("钟三 6-1203 雪梨2斤"))

    assert names(difference.added) == names(difference.vanished) == ["钟三"]


def written(*entries):
    """Rows of entries as (author, text)."""
    return parse(as_message([(author, 1_700_000_000, text) for author, text in entries]), FRUIT).rows


def changes(difference):
    return [(old.name, new.name) for old, new in difference.changed]


def test_who_signs_and_orders_anew_is_the_same_person_by_the_authors_word():
    before = written(("a", "钟三 4-301 雪梨2斤"), ("b", "鲁四 蜜柚1斤"))

    difference = diff(before, written(("b", "鲁四 蜜柚1斤"), ("a", "钟三家 4-302 雪梨3斤")))

    assert changes(difference) == [("钟三", "钟三家")]
    assert not difference.added
    assert not difference.vanished


def test_of_two_who_sign_alike_each_is_paired_with_what_they_wrote():
    before = written(("a", "小王 雪梨2斤"), ("b", "小王 雪梨1斤"))

    difference = diff(before, written(("b", "小王 雪梨2斤"), ("a", "小王 雪梨3斤")))

    assert [(old.content, new.content) for old, new in difference.changed] == [
        ("雪梨=1斤", "雪梨=2斤"),
        ("雪梨=2斤", "雪梨=3斤"),
    ]


def test_who_writes_for_several_is_none_of_them():
    before = written(("a", "钟三 雪梨2斤"), ("a", "鲁四 蜜柚1斤"))

    difference = diff(before, written(("a", "钟三 雪梨2斤"), ("a", "白五 蜜柚1斤")))

    assert names(difference.added) == ["白五"]
    assert names(difference.vanished) == ["鲁四"]


@pytest.mark.parametrize("text_first", [True, False])
def test_a_chain_copied_as_text_and_as_a_message_is_the_same_chain(text_first):
    entries = ["钟三 4-301 雪梨2斤", "小王 蜜柚1斤"]
    pastes = [rows(*entries), written(*zip("ab", entries, strict=True))]

    difference = diff(*(pastes if text_first else reversed(pastes)))

    assert len(difference.unchanged) == 2


ENTRIES = st.lists(
    st.tuples(
        st.sampled_from(["钟三", "鲁四", "白五", "Sam"]),
        st.sampled_from(["", " 4-301", " 6-1203"]),
        st.sampled_from([" 雪梨2斤", " 雪梨3斤", " 蜜柚1斤"]),
    ).map("".join),
    max_size=8,
)


@settings(max_examples=150, deadline=None)
@given(ENTRIES, ENTRIES)
def test_a_continuation_only_adds(before, more):
    difference = diff(rows(*before), rows(*before, *more))

    assert not difference.vanished
    assert not difference.changed
    assert len(difference.added) == len(more)


@settings(max_examples=150, deadline=None)
@given(ENTRIES, st.randoms())
def test_another_order_of_the_entries_changes_nothing(entries, random):
    shuffled = random.sample(entries, len(entries))

    difference = diff(rows(*entries), rows(*shuffled))

    assert len(difference.unchanged) == len(entries)
    assert not difference.added
    assert not difference.vanished


@settings(max_examples=150, deadline=None)
@given(ENTRIES, ENTRIES)
def test_every_entry_is_accounted_for_once(before, after):
    old, new = rows(*before), rows(*after)

    difference = diff(old, new)

    pairs = [*difference.changed, *difference.unchanged]
    assert sorted(row.key for row in [*difference.vanished, *(pair[0] for pair in pairs)]) == sorted(r.key for r in old)
    assert sorted(row.key for row in [*difference.added, *(pair[1] for pair in pairs)]) == sorted(r.key for r in new)
    assert difference.shorter == (len(new) < len(old))
