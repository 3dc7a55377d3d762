"""Each shape of chain that was found in the field, in words of our own, and what it means."""

import pytest

from orders.rules.jielong import Offer, Options, PlusOne, parse
from tests.orders.jielong_telling import tell

LUNCHBOX = (Offer("牛肉饭", "份"), Offer("鸡腿饭", "份"))
MARKET = (
    Offer("皇帝柑", "斤"),
    Offer("脆柿", "斤"),
    Offer("老脆柿", "斤"),
    Offer("羊角蜜", "个"),
    Offer("鲜羊腿切块", "斤"),
    Offer("崂山矿泉水550ml*24瓶", "箱", aliases=("矿泉水",)),
    Offer("玉泉清爽12罐装", "箱"),
    Offer("巨峰葡萄", "串"),
    Offer("剁椒酱", "瓶"),
    Offer("蛏子", "斤"),
)
SET_MEAL = (Offer("双拼饭", "份"),)
FRUIT = (Offer("雪梨", "斤"), Offer("蜜柚", "斤"), Offer("葡萄", "斤"))
NEW_YEAR = (Offer("韭菜盒子（20個裝）", "袋"), Offer("藥膳羊肉爐", "份"), Offer("蘿蔔糕", "條"), Offer("芋頭糕", "條"))
CITRUS = (Offer("沃柑", "箱", aliases=("沃",)), Offer("橘", "箱"))
FREE_CHOICE = (Offer("自选60元内", "份", code="H"),)

SHAPES = [
    pytest.param(
        LUNCHBOX,
        "#接龙\n3.2号星期一鸡腿饭接龙（28元）\n  1.清炒藕片\n  2.冬瓜汤\n例 厨娘  1份牛肉饭鸡腿饭\n\n"
        "1. 厨娘   6份鸡腿饭\n2. coco   1份鸡腿饭\n3. 邱阿姨 鸡腿饭一份",
        [
            "#1 厨娘 | 鸡腿饭×6份",
            "#2 coco | 鸡腿饭×1份",
            "#3 邱阿姨 | 鸡腿饭×1份",
            "SKIP header",
            "SKIP header",
            "SKIP menu",
            "SKIP menu",
            "SKIP example",
        ],
        id="J01 a numbered menu above the example is no order",
    ),
    pytest.param(
        LUNCHBOX,
        "#接龙\n3.3号星期二牛肉饭接龙\n  1.土豆丝\n3.3号星期二鸡腿饭接龙\n  1.炒豆芽\n例 厨娘 1份牛肉饭\n\n"
        "1. 厨娘  5份鸡腿饭\n2. 余小莉  一份牛肉饭\n3. 厨娘   1份牛肉饭\n4. nina 牛肉饭一份",
        [
            "#1 厨娘 | 鸡腿饭×5份",
            "#2 余小莉 | 牛肉饭×1份",
            "#3 厨娘 | 牛肉饭×1份 | [repeat_name_different_product]",
            "#4 nina | 牛肉饭×1份",
            "SKIP header",
            "SKIP header",
            "SKIP menu",
            "SKIP header",
            "SKIP menu",
            "SKIP example",
        ],
        id="J02 two menus, and one person twice for two products",
    ),
    pytest.param(
        LUNCHBOX,
        "#接龙\n3.4号星期三两餐接龙\n 1.小炒肉\n例 厨娘 1份牛肉饭鸡腿饭\n\n1. 厨娘 4份鸡腿饭\n2. 邱阿姨 一份",
        [
            "#1 厨娘 | 鸡腿饭×4份",
            "#2 邱阿姨 | ?×1份 | [needs_product]",
            "SKIP header",
            "SKIP header",
            "SKIP menu",
            "SKIP example",
        ],
        id="J04 one menu for two products: a bare portion needs a product",
    ),
    pytest.param(
        MARKET,
        "1. 段师傅 皇帝柑5斤，脆柿（软一点）2斤，巨峰葡萄3串，羊角蜜2个，鲜羊腿切块1斤，"
        "崂山矿泉水550ml*24瓶3箱，蛏子4斤，",
        [
            "#1 段师傅 | 皇帝柑×5斤 | 脆柿×2斤 | 巨峰葡萄×3串 | 羊角蜜×2个 | 鲜羊腿切块×1斤 "
            "| 崂山矿泉水550ml*24瓶×3箱 | 蛏子×4斤 | 软一点"
        ],
        id="J05 a size in the name is not the quantity",
    ),
    pytest.param(
        MARKET,
        "3. 电工贺师傅 皇帝柑2斤，脆柿3斤玉泉清爽12罐装一箱",
        ["#3 电工贺师傅 | 皇帝柑×2斤 | 脆柿×3斤 | 玉泉清爽12罐装×1箱"],
        id="J07 two items without a separator",
    ),
    pytest.param(MARKET, "4. 大副 矿泉水三箱", ["#4 大副 | 崂山矿泉水550ml*24瓶×3箱"], id="J08 a job for a name"),
    pytest.param(
        MARKET,
        "6. 三副  皇帝柑2斤   鲜羊腿切块3斤  脆柿4斤（硬）  剁椒酱2瓶",
        ["#6 三副 | 皇帝柑×2斤 | 鲜羊腿切块×3斤 | 脆柿×4斤 | 剁椒酱×2瓶 | 硬"],
        id="J10 a note behind the quantity",
    ),
    pytest.param(
        MARKET,
        "7. 电工方师傅 老脆柿2斤，红皇帝柑3斤。",
        ["#7 电工方师傅 | 老脆柿×2斤 | 皇帝柑×3斤 | 红 | [fuzzy_product]"],
        id="J11 a quality before the product",
    ),
    pytest.param(
        SET_MEAL,
        "7. 珂，C区西门，少油少盐",
        ["#7 珂 @C区西门 | 双拼饭×1份 | 少油少盐 | [default_qty]"],
        id="J13 commas between name, place and wish",
    ),
    pytest.param(
        SET_MEAL,
        "9. 江岸-D区 3份（1自带碗）",
        ["#9 江岸 @D区 | 双拼饭×3份 | 1自带碗"],
        id="J14 name-place, and a note on a part",
    ),
    pytest.param(
        SET_MEAL,
        "12. 。 橡湾，米饭换馒头🥟",
        ["#12 。 @橡湾 | 双拼饭×1份 | 米饭换馒头 | [odd_name default_qty]"],
        id="J16 a full stop for a name",
    ),
    pytest.param(
        SET_MEAL,
        "15. 🌵 严小禾B区 3份，其中2份米饭换面，另1份少油",
        ["#15 🌵 严小禾 @B区 | 双拼饭×3份 | 2: 米饭换面; 1: 少油"],
        id="J17 parts of the quantity are not added to it",
    ),
    pytest.param(
        SET_MEAL,
        "20. 橡谷C座 14份.",
        ["#20 ? @橡谷C座 | 双拼饭×14份 | [no_name large_qty]"],
        id="J19 only a place, and a large quantity",
    ),
    pytest.param(
        SET_MEAL,
        "22. 若兰 G2份 土豆换藕片",
        ["#22 若兰 @G? | 双拼饭×2份 | 土豆换藕片 | [ambiguous]"],
        id="J20 a place's letter glued to the quantity",
    ),
    pytest.param(
        SET_MEAL,
        "5. K d区 2份\n21. K D区 +1\n22. Z d区 +1",
        [
            "#5 K @D区 | 双拼饭×2份",
            "#22 Z @D区 | 双拼饭×1份 | [plus_one]",
            "ADD K @D区 双拼饭×1",
        ],
        id="J22 +1 of somebody on the list, and of somebody who is not",
    ),
    pytest.param(
        SET_MEAL,
        "26. 圆圆-E区 少少菜 已支付",
        ["#26 圆圆 @E区 | 双拼饭×1份 | 少少菜 | [claims_paid default_qty]"],
        id="J23 已支付 is a claim",
    ),
    pytest.param(FRUIT, "2、5栋孟姐 2", ["#2 孟姐 @5栋 | ?×2 | [needs_product]"], id="J25 the number and the building"),
    pytest.param(FRUIT, "3)温迪", ["#3 温迪 | ?×1 | [needs_product default_qty]"], id="J26 only a name"),
    pytest.param(
        FRUIT,
        "1. 简一 雪梨2斤\n2. 白露 葡萄1斤\n简一改成5斤\n白露不要了\n陌生人不要了",
        ["#1 简一 | 雪梨×2斤", "#2 白露 | 葡萄×1斤", "SET 简一 雪梨×5", "CANCEL 白露 all", "SKIP unknown_name"],
        id="J28 changes as chat lines",
    ),
    pytest.param(
        FRUIT,
        "7栋1203 孟姐 1份",
        ["#- 孟姐 @7-1203 | ?×1份 | [needs_product]"],
        id="J29 building and room without a hyphen",
    ),
    pytest.param(
        FRUIT, "@店主 我要3份", ["#- ? | ?×3份 | [no_name needs_product]"], id="J31 a mention is not the buyer"
    ),
    pytest.param(
        NEW_YEAR,
        "#開團 限量30組\n過年預購\n1) 韭菜盒子（20個裝）180元／3袋500元\n(2)藥膳羊肉爐\n一份350元\n"
        "(3)蘿蔔糕 , 一條120元",
        ["SKIP header", "SKIP header", "SKIP menu", "SKIP menu", "SKIP menu", "SKIP menu"],
        id="J32 the campaign's own text orders nothing",
    ),
    pytest.param(
        CITRUS,
        "1. 阿坤 某某街7号3栋501，收件人：13900000000（2沃1橘）\n2. （1沃1橘）阿坤\n3. 阿坤嫂 0橘",
        [
            "#1 阿坤 @某某街7号3栋501 | 沃柑×2箱 | 橘×1箱",
            "#2 阿坤 | 沃柑×1箱 | 橘×1箱 | [repeat_name]",
            "#3 阿坤嫂 | [zero_qty]",
        ],
        id="J37 J38 J40 short products in brackets, before the name, and withdrawn",
    ),
    pytest.param(
        FRUIT,
        "#接龙\n傍晚6.15左右到\n\n1. B理工学院鲜果团购\n2. lulu 葡萄4斤",
        ["#2 lulu | 葡萄×4斤", "SKIP header", "SKIP header", "SKIP organiser_entry"],
        id="J41 the organiser's own entry",
    ),
    pytest.param(
        (),
        "#接龙\n\n1. X\n4. Y",
        [
            "#1 X | ?×1 | [needs_product default_qty]",
            "#4 Y | ?×1 | [number_gap needs_product default_qty]",
            "SKIP header",
        ],
        id="J44 a gap in the numbers",
    ),
    pytest.param(
        FREE_CHOICE,
        "1. We.Go\n2. 雪❄️sing🎈 香辣鸡排 + 薯条 + 柠檬茶",
        [
            "#1 We.Go | [needs_product]",
            "#2 雪❄️sing🎈 | 自选60元内×1份 | 香辣鸡排 + 薯条 + 柠檬茶 | [free_text check_price]",
        ],
        id="J46 J47 free choice: the text is the order; a name alone is none",
    ),
    pytest.param(
        SET_MEAL,
        "#接龙<br/>周日爬山<br/>1. Sam<br/>2.  郝六 +1",
        ["#1 Sam | 双拼饭×1份 | [default_qty]", "#2 郝六 | 双拼饭×1份 | [plus_one]", "SKIP header", "SKIP header"],
        id="J49 line breaks of a structured message",
    ),
    pytest.param(
        SET_MEAL, "#Group Note\n1. Joe 3", ["#1 Joe | 双拼饭×3份", "SKIP header"], id="J50 the English client"
    ),
    pytest.param(
        FRUIT,
        "#接龙\n雪梨 9元/斤\n1. 钟三 4-301 3斤雪梨\n2. 鲁四 6-1203 雪梨2斤 蜜柚4斤",
        ["#1 钟三 @4-301 | 雪梨×3斤", "#2 鲁四 @6-1203 | 雪梨×2斤 | 蜜柚×4斤", "SKIP header", "SKIP menu"],
        id="J53 quantity before product and behind it",
    ),
    pytest.param(
        FRUIT,
        "5. 阿琴8#703 各三斤",
        ["#5 阿琴 @8-703 | 雪梨×3斤 | 蜜柚×3斤 | 葡萄×3斤 | [各 check]"],
        id="J55 some of each",
    ),
    pytest.param(
        FRUIT,
        "6. 小骆 4-1-902 半斤雪梨，两斤半葡萄，三两蜜柚",
        ["#6 小骆 @4-1-902 | 雪梨×0.5斤 | 葡萄×2.5斤 | 蜜柚×0.3斤"],
        id="J56 halves and 两",
    ),
    pytest.param(
        FRUIT,
        "7. 邵七 5-401 雪梨2斤\n8. 同上 6-402",
        ["#7 邵七 @5-401 | 雪梨×2斤", "#8 ? @6-402 | 雪梨×2斤 | [same_as_above]"],
        id="J58 the same as above is a proposal",
    ),
    pytest.param(
        FRUIT, "9. 代方奶奶（2-101） 葡萄1斤", ["#9 方奶奶 @2-101 | 葡萄×1斤"], id="J59 on behalf of somebody"
    ),
    pytest.param(FRUIT, "11. ❌冷伟 雪梨2斤", ["CANCEL 冷伟 all"], id="J61 struck out"),
    pytest.param(
        FRUIT,
        "3. 改：鲁四 6-1203 雪梨1斤（原来2斤）",
        ["SET 鲁四 @6-1203 雪梨×1"],
        id="J62 the old quantity in brackets",
    ),
    pytest.param(
        FRUIT,
        "13. 汤姐 特价雪梨8.8/3斤 来三份",
        ["#13 汤姐 | 雪梨×3份 | [price_in_line check]"],
        id="J64 a price inside an entry",
    ),
    pytest.param(
        FRUIT,
        "14. \n15. 小岳 葡萄1斤\n15. 小齐 葡萄1斤\n19. 小康 葡萄1斤",
        [
            "#15 小岳 | 葡萄×1斤 | [both_numbered_15]",
            "#15 小齐 | 葡萄×1斤 | [both_numbered_15]",
            "#19 小康 | 葡萄×1斤 | [number_gap]",
            "SKIP blank",
        ],
        id="J65 blank, doubled and jumping numbers",
    ),
    pytest.param(
        FRUIT,
        "钟三 11-2 8:05\n17. 钟三 4-301 雪梨2斤\n鲁四 11-2 8:07\n18. 鲁四 6-1203 雪梨1箱（12斤）",
        ["#17 钟三 @4-301 | 雪梨×2斤", "#18 鲁四 @6-1203 | 雪梨×1箱 | 12斤 | [check]", "SKIP sender", "SKIP sender"],
        id="J67 lines of sender and time; a box of what is sold by weight",
    ),
    pytest.param(
        FRUIT,
        "19. 4-301 钟三 雪梨2斤，多挑点脆的，放门卫那就行，家里没人不用敲门",
        ["#19 钟三 @4-301 | 雪梨×2斤 | 多挑点脆的; 放门卫那就行; 家里没人不用敲门"],
        id="J68 a long note with commas",
    ),
    pytest.param(
        FRUIT,
        "22. 钟三 雪梨88888888斤\n23. 鲁四 雪梨-2斤",
        ["#22 钟三 | 雪梨×?斤 | [implausible_qty]", "#23 鲁四 | 雪梨×?斤 | [negative]"],
        id="J70 beyond belief, and below nothing",
    ),
    pytest.param(
        FRUIT,
        "24. 小路（楼下陈阿姨代收） 葡萄2斤 葡萄1斤",
        ["#24 小路 | 葡萄×3斤 | 楼下陈阿姨代收 | [same_item_twice]"],
        id="J71 one product twice on a line",
    ),
]


@pytest.mark.parametrize(("offers", "text", "expected"), SHAPES)
def test_a_chain_of_this_shape_is_read_as(offers, text, expected):
    parsed = parse(text, offers)

    assert tell(parsed) == expected


ITEM_NUMBERS = [
    pytest.param("+1 小芸 4", ["#- 小芸 | 韭菜盒子（20個裝）×4袋"], id="J34 item 1, four of it"),
    pytest.param("+1 +3 小芸", ["#- 小芸 | 韭菜盒子（20個裝）×1袋 | 蘿蔔糕×1條"], id="J34 one each of items 1 and 3"),
    pytest.param("小芸|蘿蔔糕×2", ["#- 小芸 | 蘿蔔糕×2條"], id="J34 a bar between name and goods"),
    pytest.param("小芸\n蘿蔔糕+1\n芋頭糕+2", ["#- 小芸 | 蘿蔔糕×1條 | 芋頭糕×2條"], id="J34 a name above its goods"),
    pytest.param(
        "+1 6\n+1 2",
        ["#- ? | 韭菜盒子（20個裝）×6袋 | [no_name]", "SET ? 韭菜盒子（20個裝）×2 [replaces_6]"],
        id="J35 an explicit number replaces",
    ),
]


@pytest.mark.parametrize(("text", "expected"), ITEM_NUMBERS)
def test_where_plus_names_an_item_the_chain_is_read_as(text, expected):
    parsed = parse(text, NEW_YEAR, Options(plus_one=PlusOne.ITEM))

    assert tell(parsed) == expected


def test_where_plus_one_is_a_guest_the_person_counts_too():
    parsed = parse("1. Sam\n2. 郝六 +1", SET_MEAL, Options(plus_one=PlusOne.GUEST))

    assert tell(parsed) == ["#1 Sam | 双拼饭×1份 | [default_qty]", "#2 郝六 | 双拼饭×2份"]


@pytest.mark.parametrize("header", ["#接龍", "＃接龙", "接龙：", "#Group Note", "#接龙 "])
def test_every_clients_mark_opens_a_chain(header):
    parsed = parse(f"{header}\n1. Joe 3", SET_MEAL)

    assert tell(parsed) == ["#1 Joe | 双拼饭×3份", "SKIP header"]
