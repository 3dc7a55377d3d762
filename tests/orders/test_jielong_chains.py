"""Which lines are entries, which belong together, and what is changed: whole texts."""

import pytest

from orders.rules.jielong import Offer, Options, TextTooLong, parse
from tests.orders.jielong_telling import tell

FRUIT = (Offer("雪梨", "斤"), Offer("蜜柚", "斤"), Offer("葡萄", "斤"))

CHAINS = [
    pytest.param(
        "#接龙\n周五到货\n1. 钟三\n4-301\n雪梨2斤\n蜜柚1斤\n\n2. 鲁四 6-1203\n葡萄3斤\n不要太小的\n\n"
        "谢谢大家\n今晚8点截单",
        [
            "#1 钟三 @4-301 | 雪梨×2斤 | 蜜柚×1斤",
            "#2 鲁四 @6-1203 | 葡萄×3斤 | 不要太小的",
            "SKIP header",
            "SKIP header",
            "SKIP chatter",
            "SKIP chatter",
        ],
        id="entries of several lines, and talk below the last",
    ),
    pytest.param(
        "1、钟三 雪梨2斤\n鲁四 6-1203 蜜柚3斤\n2、白五 葡萄1斤",
        ["#1 钟三 | 雪梨×2斤", "#- 鲁四 @6-1203 | 蜜柚×3斤 | [ambiguous]", "#2 白五 | 葡萄×1斤"],
        id="a line without a number that orders for somebody else is not added to the entry above",
    ),
    pytest.param(
        "1️⃣ 钟三 雪梨2斤\n2️⃣ 鲁四 蜜柚1斤\n③ 白五 葡萄1斤",
        ["#1 钟三 | 雪梨×2斤", "#2 鲁四 | 蜜柚×1斤", "#3 白五 | 葡萄×1斤"],
        id="numbers as emoji and in rings",
    ),
    pytest.param(
        "1 钟三 雪梨2斤\n2 鲁四 蜜柚1斤",
        ["#1 钟三 | 雪梨×2斤", "#2 鲁四 | 蜜柚×1斤"],
        id="numbers without a sign",
    ),
    pytest.param(
        "1. 钟三 雪梨2斤 2. 鲁四 蜜柚1斤",
        ["#1 钟三 | 雪梨×2斤", "#2 鲁四 | 蜜柚×1斤"],
        id="two entries on one line",
    ),
    pytest.param(
        "#接龙\n1. 雪梨 9元/斤\n2. 蜜柚 5元/斤",
        ["SKIP header", "SKIP menu", "SKIP menu"],
        id="a list of prices is a menu",
    ),
    pytest.param(
        "#接龙 周六团购\n1. 雪梨 9元/斤\n2. 蜜柚 5元/斤\n1. 钟三 雪梨2斤\n2. 鲁四 蜜柚1斤",
        ["#1 钟三 | 雪梨×2斤", "#2 鲁四 | 蜜柚×1斤", "SKIP header", "SKIP menu", "SKIP menu"],
        id="a menu above the entries",
    ),
    pytest.param(
        "#接龙\n1. 钟三 雪梨2斤\n2. 鲁四 蜜柚1斤\n#接龙\n1. 钟三 雪梨2斤\n2. 白五 葡萄1斤",
        [
            "#1 钟三 | 雪梨×2斤",
            "#2 鲁四 | 蜜柚×1斤 | [both_numbered_2]",
            "#1 钟三 | 雪梨×2斤 | [pasted_twice]",
            "#2 白五 | 葡萄×1斤 | [both_numbered_2]",
            "SKIP header",
            "SKIP header",
        ],
        id="two chains in one paste: neither is taken for a menu",
    ),
    pytest.param(
        "1. 钟三 雪梨2斤 9元\n2. 鲁四 蜜柚1斤 5元",
        ["#1 钟三 | 雪梨×2斤 | [price_in_line check]", "#2 鲁四 | 蜜柚×1斤 | [price_in_line check]"],
        id="prices in the entries do not make them a menu",
    ),
    pytest.param(
        "钟三 11-2 8:05\n雪梨2斤\n鲁四 下午 3:05\n来2斤蜜柚\n白五 2024/10/1 08:00:05\n好的",
        [
            "#- 钟三 | 雪梨×2斤",
            "#- 鲁四 | 蜜柚×2斤",
            "SKIP sender",
            "SKIP sender",
            "SKIP sender",
            "SKIP chatter",
        ],
        id="chat: who sends is who orders",
    ),
    pytest.param(
        "钟三 9:41\n1. 鲁四 雪梨2斤\n2. 蜜柚1斤",
        ["#1 鲁四 | 雪梨×2斤", "#2 ? | 蜜柚×1斤 | [no_name]", "SKIP sender"],
        id="who sends a chain is not who ordered in it",
    ),
    pytest.param(
        "1. 钟三 雪梨2斤\n2. 鲁四 蜜柚1斤\n3. 鲁四 蜜柚改成3斤\n4. 钟三 雪梨改3斤，葡萄不要了\n5. 取消 鲁四\n"
        "6. ~~钟三 雪梨2斤~~\n7. 鲁四 蜜柚1斤（取消）\n8. 鲁四 蜜柚1斤 改天送\n9. 钟三 雪梨3斤改2斤\n"
        "10. 退休李阿姨 葡萄1斤\n11. 路人 改成蜜柚2斤",
        [
            "#1 钟三 | 雪梨×2斤",
            "#2 鲁四 | 蜜柚×1斤",
            "#8 鲁四 | 蜜柚×1斤 | 改天送 | [repeat_name]",
            "#10 退休李阿姨 | 葡萄×1斤",
            "SET 鲁四 蜜柚×3",
            "SET 钟三 雪梨×3",
            "CANCEL 钟三 葡萄",
            "CANCEL 鲁四 all",
            "CANCEL 钟三 all",
            "CANCEL 鲁四 all",
            "SET 钟三 雪梨×2",
            "SET 路人 蜜柚×2 [check]",
        ],
        id="the ways to change one's mind",
    ),
    pytest.param(
        "1. 钟三 雪梨2斤\n2. 鲁四 雪梨1斤 蜜柚1斤\n钟三改成3份\n鲁四改成3斤",
        [
            "#1 钟三 | 雪梨×2斤",
            "#2 鲁四 | 雪梨×1斤 | 蜜柚×1斤",
            "SET 钟三 雪梨×3 [check]",
            "SET 鲁四 all×3 [needs_product]",
        ],
        id="a change without a product means the one thing they have, or is asked",
    ),
    pytest.param(
        "1. 钟三 雪梨2斤\n2. 鲁四 跟1号一样 6-1203\n3. 白五 和9号一样",
        [
            "#1 钟三 | 雪梨×2斤",
            "#2 鲁四 @6-1203 | 雪梨×2斤 | [same_as_above]",
            "#3 白五 | [needs_product same_as_above]",
        ],
        id="the same as another entry",
    ),
    pytest.param(
        "1. 钟三 4-301 雪梨2斤\n2. 钟三 6-1203 雪梨1斤",
        ["#1 钟三 @4-301 | 雪梨×2斤", "#2 钟三 @6-1203 | 雪梨×1斤"],
        id="one name at two doors is two people",
    ),
    pytest.param(
        "@全体成员 周日#接龙\n6月26日水果\n例 钟三 雪梨\n数量：2斤\n\n1. Kevin 雪梨2斤",
        ["#1 Kevin | 雪梨×2斤", "SKIP header", "SKIP header", "SKIP example", "SKIP example"],
        id="an example of two lines",
    ),
    pytest.param(
        "#接龙\n雪梨 9元/斤\n1. 钟三 雪梨1/2斤\n2. 鲁四 雪梨1/2斤",
        [
            "#1 钟三 | 雪梨×?斤 | [ambiguous]",
            "#2 鲁四 | 雪梨×?斤 | [ambiguous]",
            "SKIP header",
            "SKIP menu",
        ],
        id="1/2斤 is a quantity to ask about and no price",
    ),
    pytest.param(
        "雪梨 9元/斤\n钟三 雪梨2斤 18元\n鲁四 蜜柚1斤 5元",
        [
            "#- 钟三 | 雪梨×2斤 | [price_in_line check]",
            "#- 鲁四 | 蜜柚×1斤 | [price_in_line check]",
            "SKIP menu",
        ],
        id="a line with a name before the product is no menu, whatever it costs",
    ),
    pytest.param(
        "1. 钟三 雪梨2斤 18元\n1. 鲁四 蜜柚1斤",
        ["#1 钟三 | 雪梨×2斤 | [both_numbered_1 price_in_line check]", "#1 鲁四 | 蜜柚×1斤 | [both_numbered_1]"],
        id="an earlier run of entries with prices is no menu",
    ),
    pytest.param(
        "#团购\n1. 钟三 雪梨2斤 18元\n2. 鲁四 蜜柚 5元",
        [
            "#1 钟三 | 雪梨×2斤 | [price_in_line check]",
            "#2 鲁四 | 蜜柚×1斤 | [price_in_line check default_qty]",
            "SKIP header",
        ],
        id="entries with prices under #团购 are no menu",
    ),
    pytest.param(
        "海南雪梨 9元/斤\n精品 蜜柚 5元/斤", ["SKIP menu", "SKIP menu"], id="where goods come from is nobody's name"
    ),
    pytest.param(
        "1. 鲁四 蜜柚1斤\n2. ❌钟三 雪梨2斤\n3. 白五 葡萄1斤（取消）\n4. ~~邱六 雪梨2斤~~\n5. 王姐 取消\n"
        "6. 退 方姐 雪梨2斤\n7. （取消）冷姐 雪梨2斤 蜜柚1斤\n8. 取消 温姐 雪梨2斤 蜜柚1斤\n贺七不要了\n❌贺七 雪梨2斤",
        [
            "#1 鲁四 | 蜜柚×1斤",
            "CANCEL 钟三 all [check]",
            "CANCEL 白五 all [check]",
            "CANCEL 邱六 all [check]",
            "CANCEL 王姐 all [check]",
            "CANCEL 方姐 all [check]",
            "CANCEL 冷姐 all [check]",
            "CANCEL 温姐 all [check]",
            "CANCEL 贺七 all [check]",
            "SKIP unknown_name",
        ],
        id="a struck entry of somebody unknown is shown, a chat line is skipped",
    ),
    pytest.param(
        "1. 钟三 雪梨2斤\n好的收到\n2. 鲁四 蜜柚1斤\n谢谢大家🌹\n3. 白五 葡萄1斤\n团长辛苦了\n今天的新鲜吗\n"
        "4. 邱六 葡萄1斤\n好的\n再来雪梨2斤",
        [
            "#1 钟三 | 雪梨×2斤",
            "#2 鲁四 | 蜜柚×1斤",
            "#3 白五 | 葡萄×1斤",
            "#4 邱六 | 葡萄×1斤 | 雪梨×2斤 | [ambiguous]",
            "SKIP chatter",
            "SKIP chatter",
            "SKIP chatter",
            "SKIP chatter",
            "SKIP chatter",
        ],
        id="talk below an entry is no note of it, and goods below talk are asked about",
    ),
    pytest.param("大家好 今天水果新鲜\n明天3点到货", ["SKIP chatter", "SKIP chatter"], id="talk only"),
    pytest.param("1.\n2.", ["SKIP blank", "SKIP blank"], id="numbers only"),
    pytest.param("", [], id="nothing"),
    pytest.param(" \n\t\n", [], id="blank lines"),
]


@pytest.mark.parametrize(("text", "expected"), CHAINS)
def test_a_text_is_sorted_into_orders_changes_and_skipped_lines(text, expected):
    parsed = parse(text, FRUIT)

    assert tell(parsed) == expected


def test_a_door_right_behind_the_number_is_no_decimal():
    parsed = parse("1.4-301 钟三 雪梨2斤\n2.5栋602 鲁四 雪梨1斤", FRUIT)

    assert tell(parsed) == ["#1 钟三 @4-301 | 雪梨×2斤", "#2 鲁四 @5-602 | 雪梨×1斤"]


def test_a_decimal_at_the_beginning_of_a_line_is_no_entry_number():
    parsed = parse("1. 钟三\n2.5斤雪梨", FRUIT)

    assert tell(parsed) == ["#1 钟三 | 雪梨×2.5斤"]


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("#接龙\n周五水果\n1. 钟三 雪梨2斤", "周五水果"),
        ("#接龙 周五水果\n1. 钟三 雪梨2斤", "周五水果"),
        ("接龙：周五水果（自提）\n1. 钟三 雪梨2斤", "周五水果（自提）"),
        ("#开团 限量25份\n端午预订\n1. 钟三 雪梨2斤", "端午预订"),
        ("#接龙\n雪梨 9元/斤\n1. 钟三 雪梨2斤", "雪梨 9元/斤"),
        ("1. 钟三 雪梨2斤", ""),
    ],
)
def test_the_title_is_the_first_line_that_says_what_it_is_about(text, title):
    assert parse(text, FRUIT).title == title


def test_a_row_knows_its_lines_and_its_words():
    source = parse("#接龙\n\n1. 钟三 4-301\n雪梨2斤\n2. 鲁四 蜜柚1斤", FRUIT).rows[0].source

    assert (source.start, source.end, source.text) == (3, 4, "1. 钟三 4-301\n雪梨2斤")


def test_a_sender_line_dates_the_entry_below_it():
    rows = parse("钟三 11-2 8:05\n17. 钟三 雪梨2斤\n18. 鲁四 雪梨1斤", FRUIT).rows

    assert [row.sent_at for row in rows] == ["11-02 08:05", ""]


def test_a_key_tells_the_second_entry_of_a_person_from_the_first():
    rows = parse("1. 钟三 4-301 雪梨2斤\n2. 鍾三 4棟301 蜜柚1斤", FRUIT).rows

    assert [row.key for row in rows] == ["钟三|4-301#1", "钟三|4-301#2"]


def test_without_a_default_quantity_none_is_assumed():
    parsed = parse("1. 钟三 雪梨", FRUIT, Options(default_quantity=False))

    assert tell(parsed) == ["#1 钟三 | 雪梨×?斤 | [default_qty]"]


def test_a_place_the_group_knows_is_a_place():
    parsed = parse("1. 钟三 老码头 雪梨2斤", FRUIT, Options(places=("老码头",)))

    assert tell(parsed) == ["#1 钟三 @老码头 | 雪梨×2斤"]


def test_500_lines_are_read():
    text = "\n".join(f"{number}. 钟三 雪梨2斤" for number in range(1, 501))

    assert len(parse(text, FRUIT).rows) == 500


@pytest.mark.parametrize(
    ("text", "lines", "characters"),
    [("钟三\n" * 501, 501, 1503), ("钟" * 50_001, 1, 50_001)],
    ids=["501 lines", "50 001 characters"],
)
def test_a_longer_text_is_refused_whole(text, lines, characters):
    with pytest.raises(TextTooLong, match="Nothing was read") as refused:
        parse(text, FRUIT)

    assert (refused.value.lines, refused.value.characters) == (lines, characters)
