"""What holds for every text: nothing is lost, nothing crashes, and what was written is what is read."""

import re
from decimal import Decimal
from unittest.mock import patch

from hypothesis import given, settings
from hypothesis import strategies as st
from opencc import OpenCC

from orders.rules.jielong import Flag, Offer, Options, Parsed, PlusOne, parse
from orders.rules.jielong.numerals import plain

OFFERS = (
    Offer("苹果", "斤", aliases=("🍎",)),
    Offer("红苹果", "斤", code="A"),
    Offer("苹果醋", "瓶", counted=True),
    Offer("橘", "箱", aliases=("桔",)),
    Offer("矿泉水550ml*24瓶", "箱"),
    Offer("水饺（50颗装）", "包"),
    Offer("午餐", "份"),
    Offer("晚餐", "份"),
)
# fmt: off
FRAGMENTS = [
    "1.", "2.", "3)", "4、", "(5)", "①", "1️⃣", "#接龙", "例", "张三", "李四", "王姐", "Lily2020", "M", "。",
    "，", ",", "；", "\n", "\n", "\n", "3-201", "5#602", "3栋1701", "H区", "云谷", "云谷B座", "E1份", "苹果",
    "红苹果", "苹果醋", "桔", "矿泉水550ml*24瓶", "午晚餐", "🍎", "2斤", "3份", "半斤", "一斤半", "x2", "+1", "+2",
    "2-3斤", "-3斤", "99999999斤", "1", "1201", "13800000000", "20元", "¥9.9/斤", "已付", "（", "）",
    "（不要辣）", "（1桔）", "各", "各一份", "同上", "跟1号一样", "改成", "改：", "不要了", "取消", "❌", "~~",
    "其中1份少饭", "另1份", "代王阿姨", "不要辣", "放门口", "9:41", "张三 10-1 9:41\n", "@群主", "我要", "来", "再加",
    "备注：", "电话：", "<br/>",
    "幸福路8号", "\t", "\u200b", "\u3000", "ｘ２", "３．５", "退", "\u0336", "】", "【",
]
# fmt: on
TEXTS = st.one_of(st.text(max_size=400), st.lists(st.sampled_from(FRAGMENTS), max_size=60).map(" ".join))
OPTIONS = st.builds(Options, plus_one=st.sampled_from(PlusOne), default_quantity=st.booleans())

NAMES = st.sampled_from(["钟三", "鲁四姐", "白五", "Lily2020", "M", "🍀 杨茜", "We.SN", "陈太太", "冰✡️say🫧", "三妹"])
DOORS = st.sampled_from(
    [
        ("", ""),
        ("3-201", "3-201"),
        ("3栋1701", "3-1701"),
        ("5#602", "5-602"),
        ("6号楼2单元301", "6-2-301"),
        ("3-2-1201", "3-2-1201"),
        ("H区", "H区"),
        ("B座1201", "B-1201"),
        ("３栋１７０１室", "3-1701"),
        ("3－1702", "3-1702"),
        ("3–1703", "3-1703"),
        ("12—2—801", "12-2-801"),
    ]
)
NUMERALS = {1: "一", 2: "两", 3: "三", 4: "四", 5: "五", 6: "六", 7: "七", 8: "八", 9: "九", 10: "十"}


@st.composite
def quantities(draw):
    """How many, and a way to write it."""
    number = draw(st.integers(1, 10))
    written = draw(st.sampled_from(["{digits}{unit}", "{hanzi}{unit}", "{digits}", "x{digits}", "*{digits}{unit}"]))
    return Decimal(number), written.replace("{digits}", str(number)).replace("{hanzi}", NUMERALS[number])


@st.composite
def orders(draw):
    """A name, a door as written and as normalised, and goods with their quantities, in one of several notations."""
    offers = draw(st.lists(st.sampled_from(OFFERS), min_size=1, max_size=3, unique=True))
    goods = [(offer, *draw(quantities())) for offer in offers]
    between = draw(st.sampled_from([" ", "，", ", ", "；"]))
    product_first = draw(st.booleans())
    items = []
    for offer, _, written in goods:
        quantity = written.replace("{unit}", offer.unit)
        before = not product_first and quantity.endswith(offer.unit) and not quantity.startswith("*")
        items.append(quantity + offer.name if before else offer.name + quantity)
    return draw(NAMES), draw(DOORS), goods, between.join(items)


@st.composite
def chains(draw):
    """Known orders, and a text that says them."""
    entries = draw(st.lists(orders(), min_size=1, max_size=6))
    marker = draw(st.sampled_from(["{}. ", "{}、", "{}) ", "({})"]))
    lines = [
        f"{marker.format(number)}{name} {door} {items}".replace("  ", " ")
        for number, (name, (door, _), _, items) in enumerate(entries, start=1)
    ]
    return entries, "#接龙\n周五水果\n\n" + "\n".join(lines)


def ownership(parsed: Parsed) -> dict[int, set[str]]:
    """For each line of the paste, which outputs it is in."""
    owners: dict[int, set[str]] = {}
    for output in ("rows", "changes", "skipped"):
        for each in getattr(parsed, output):
            for line in range(each.source.start, each.source.end + 1):
                owners.setdefault(line, set()).add(output)
    return owners


@settings(max_examples=400, deadline=None)
@given(TEXTS, OPTIONS)
def test_every_line_is_in_exactly_one_output(text, options):
    pasted = re.sub(r"<br\s*/?>", "\n", text, flags=re.IGNORECASE).splitlines()

    owners = ownership(parse(text, OFFERS, options))

    filled = {number for number, line in enumerate(pasted, start=1) if line.strip()}
    assert {number for number in owners if pasted[number - 1].strip()} == filled
    assert all(len(outputs) == 1 for outputs in owners.values())


@settings(max_examples=300, deadline=None)
@given(TEXTS, OPTIONS)
def test_what_is_not_known_is_flagged(text, options):
    for row in parse(text, OFFERS, options).rows:
        assert row.name is not None or {Flag.NO_NAME, Flag.SAME_AS_ABOVE} & set(row.flags)
        assert row.lines or row.flags
        for line in row.lines:
            assert line.offer is not None or Flag.NEEDS_PRODUCT in line.flags
            assert line.quantity is None or line.quantity > 0
            assert line.quantity is not None or line.flags


@settings(max_examples=200, deadline=None)
@given(st.one_of(TEXTS, chains().map(lambda chain: chain[1])), OPTIONS)
def test_the_short_way_reads_what_the_long_way_reads(text, options):
    at_one_look = parse(text, OFFERS, options)

    with (
        patch("orders.rules.jielong.entry.read_usual", return_value=0),
        patch("orders.rules.jielong.entry.read_pairs", side_effect=lambda _text, place, *_others: place),
    ):
        assert parse(text, OFFERS, options) == at_one_look


@given(TEXTS, OPTIONS)
def test_every_flag_is_one_of_the_vocabulary(text, options):
    parsed = parse(text, OFFERS, options)

    for each in (*parsed.rows, *parsed.changes):
        assert all(isinstance(Flag.of(flag), Flag) for flag in each.flags)


@settings(max_examples=300, deadline=None)
@given(chains())
def test_known_orders_are_read_as_they_were_written(chain):
    entries, text = chain

    rows = parse(text, OFFERS).rows

    assert len(rows) == len(entries)
    for row, (name, (_, door), goods, _) in zip(rows, entries, strict=True):
        assert (row.name, row.door) == (name, door)
        assert {(line.offer, line.quantity) for line in row.lines} == {(o.name, quantity) for o, quantity, _ in goods}
        assert set(map(Flag.of, row.flags)) <= {Flag.REPEAT_NAME, Flag.REPEAT_NAME_DIFFERENT_PRODUCT}


@settings(max_examples=40, deadline=None)
@given(chains())
def test_traditional_and_full_width_writing_changes_nothing(chain):
    _, text = chain
    traditional = OpenCC("s2t").convert(text)
    full_width = "".join(chr(ord(c) + 0xFEE0) if c.isalnum() and c.isascii() else c for c in text)

    plain_reading, other, wide = (parse(written, OFFERS) for written in (text, traditional, full_width))

    assert [what(row) for row in other.rows] == [what(row) for row in plain_reading.rows]
    assert [what(row) for row in wide.rows] == [what(row) for row in plain_reading.rows]


def what(row):
    """A row without the spelling of its words: the door is part of the identity."""
    lines = [(line.offer, line.quantity, line.unit) for line in row.lines]
    return row.number, row.identity, lines, row.flags


@settings(max_examples=100, deadline=None)
@given(st.decimals(min_value=Decimal("0.01"), max_value=Decimal(900), places=2))
def test_a_decimal_of_weighed_goods_is_read_exactly(quantity):
    line = parse(f"1. 钟三 苹果{plain(quantity)}斤", OFFERS).rows[0].lines[0]

    assert (line.offer, line.quantity) == ("苹果", quantity)
