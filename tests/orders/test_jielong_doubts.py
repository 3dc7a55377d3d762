"""Chains that try to be misread. What is plain is read; what is not plain is flagged, and never guessed in silence."""

import pytest

from orders.rules.jielong import Offer, parse
from tests.orders.jielong_telling import tell

GOODS = (
    Offer("苹果", "斤"),
    Offer("红苹果", "斤"),
    Offer("苹果醋", "瓶"),
    Offer("香蕉", "斤"),
    Offer("包子", "个", counted=True),
    Offer("豆腐", "块", counted=True),
    Offer("丹东草莓", "盒", aliases=("草莓",)),
    Offer("草莓酸奶", "瓶", counted=True),
    Offer("冰糖橙5斤装", "箱"),
    Offer("冰糖橙10斤装", "箱"),
    Offer("七喜330ml*24罐", "箱"),
    Offer("A4纸", "包", counted=True),
    Offer("土鸡", "只", counted=True),
)
MEAL = (Offer("套餐", "份"),)

PLAIN = [
    ("Lily2020 3-201 苹果2斤", "Lily2020 @3-201 | 苹果×2斤"),
    ("Mary Wang 3-303 苹果2斤", "Mary Wang @3-303 | 苹果×2斤"),
    ("Coco-101 苹果2斤", "Coco-101 | 苹果×2斤"),
    ("A小陈 3-303 苹果2斤", "A小陈 @3-303 | 苹果×2斤"),
    ("个个好 香蕉2斤", "个个好 | 香蕉×2斤"),
    ("苹果妈妈 香蕉2斤", "苹果妈妈 | 香蕉×2斤"),
    ("王姐 3号1201室 苹果2斤", "王姐 @3-1201 | 苹果×2斤"),
    ("小陈3-303苹果2斤", "小陈 @3-303 | 苹果×2斤"),
    ("3-303小陈 苹果2斤", "小陈 @3-303 | 苹果×2斤"),
    ("小陈三栋303 苹果2斤", "小陈 @3-303 | 苹果×2斤"),
    ("小陈/3-303/苹果2斤", "小陈 @3-303 | 苹果×2斤"),
    ("小陈：3-303：苹果：2斤", "小陈 @3-303 | 苹果×2斤"),
    ("小陈\t3-303\t苹果2斤\t香蕉1斤", "小陈 @3-303 | 苹果×2斤 | 香蕉×1斤"),
    ("小陈（3-303）苹果2斤", "小陈 @3-303 | 苹果×2斤"),
    ("阳光花园3-303 小陈 苹果2斤", "小陈 @阳光花园3-303 | 苹果×2斤"),
    ("小陈 二期3-303 苹果2斤", "小陈 @二期3-303 | 苹果×2斤"),
    ("小陈 H区 3-303 苹果2斤", "小陈 @H区3-303 | 苹果×2斤"),
    ("李哥 13812345678 苹果2斤", "李哥 | 苹果×2斤"),
    ("李哥 苹果2斤 9:41取", "李哥 | 苹果×2斤 | 9:41 取"),
    ("李哥 苹果：2斤，香蕉：3", "李哥 | 苹果×2斤 | 香蕉×3斤"),
    ("李哥 苹果x2 香蕉*3 豆腐×1", "李哥 | 苹果×2斤 | 香蕉×3斤 | 豆腐×1块"),
    ("李哥 2x苹果", "李哥 | 苹果×2斤"),
    ("李哥 苹果2斤+香蕉1斤", "李哥 | 苹果×2斤 | 香蕉×1斤"),
    ("李哥 1斤苹果2斤香蕉3块豆腐", "李哥 | 苹果×1斤 | 香蕉×2斤 | 豆腐×3块"),
    ("李哥 苹果1斤香蕉2斤豆腐3块", "李哥 | 苹果×1斤 | 香蕉×2斤 | 豆腐×3块"),
    ("李哥 2斤 苹果 3块 豆腐", "李哥 | 苹果×2斤 | 豆腐×3块"),
    ("李哥 苹果2公斤", "李哥 | 苹果×4斤"),
    ("李哥 500g苹果", "李哥 | 苹果×1斤"),
    ("李哥 苹果一斤二两", "李哥 | 苹果×1.2斤"),
    ("李哥 3包子", "李哥 | 包子×3个"),
    ("李哥 3-101包子2个", "李哥 @3-101 | 包子×2个"),
    ("李哥 苹果醋2瓶", "李哥 | 苹果醋×2瓶"),
    ("李哥 草莓2盒 草莓酸奶1瓶", "李哥 | 丹东草莓×2盒 | 草莓酸奶×1瓶"),
    ("李哥 A4纸2包", "李哥 | A4纸×2包"),
    ("李哥 七喜330ml*24罐2箱", "李哥 | 七喜330ml*24罐×2箱"),
    ("李哥 七喜2箱", "李哥 | 七喜330ml*24罐×2箱"),
    ("李哥 冰糖橙5斤装2箱", "李哥 | 冰糖橙5斤装×2箱"),
    ("李哥要苹果2斤", "李哥 | 苹果×2斤"),
    ("王姐苹果2斤", "王姐 | 苹果×2斤"),
    ("李哥 草莓2盒\u200b 土鸡１只", "李哥 | 丹东草莓×2盒 | 土鸡×1只"),
    ("鄒哥 草莓兩盒 土雞1隻", "鄒哥 | 丹东草莓×2盒 | 土鸡×1只"),
    ("帮李姐带 苹果2斤", "李姐 | 苹果×2斤"),
    ("李哥 草莓2盒，谢谢团长🌹", "李哥 | 丹东草莓×2盒 | 团长"),
    ("李哥 苹果2斤 不要辣", "李哥 | 苹果×2斤 | 不要辣"),
    ("李哥 苹果2斤 不要袋子", "李哥 | 苹果×2斤 | 不要袋子"),
    ("李哥 苹果2斤（不要太熟）", "李哥 | 苹果×2斤 | 不要太熟"),
    ("李哥 苹果2斤，小的不要", "李哥 | 苹果×2斤 | 小的不要"),
    ("李哥 苹果2斤 不用敲门", "李哥 | 苹果×2斤 | 不用敲门"),
    ("李哥 苹果2斤（放门口或前台）", "李哥 | 苹果×2斤 | 放门口或前台"),
    ("李哥 苹果2斤（苹果要甜的）", "李哥 | 苹果×2斤 | 苹果要甜的"),
    ("李哥 苹果 × 2 香蕉×三斤", "李哥 | 苹果×2斤 | 香蕉×3斤"),
    ("李哥 苹果✖️2", "李哥 | 苹果×2斤"),
    ("李** 苹果2斤", "李** | 苹果×2斤"),
    ("李哥~ 苹果2斤~ 谢谢~", "李哥 | 苹果×2斤"),
    ("～小雨～ 苹果2斤", "小雨 | 苹果×2斤"),
    ("李哥 苹果2️⃣斤 香蕉3\u20e3斤", "李哥 | 苹果×2斤 | 香蕉×3斤"),
    ("李哥 3️⃣栋201 苹果2斤", "李哥 @3-201 | 苹果×2斤"),
    ("=SUM(A1) 3-303 苹果2斤", "=SUM(A1) @3-303 | 苹果×2斤"),
    ("=cmd 苹果2斤", "=cmd | 苹果×2斤"),
    ("+王姐 苹果2斤", "+王姐 | 苹果×2斤"),
    ("-老王 3-303 苹果2斤", "-老王 @3-303 | 苹果×2斤"),
    ("-王姐苹果2斤", "-王姐 | 苹果×2斤"),
]


@pytest.mark.parametrize(("entry", "expected"), PLAIN)
def test_a_plain_entry_is_read_without_a_flag(entry, expected):
    parsed = parse(f"1. {entry}", GOODS)

    assert tell(parsed) == [f"#1 {expected}"]


def test_a_text_pasted_twice_is_told_from_two_people_with_one_number():
    once = "1. 王姐 3-201 苹果2斤\n2. 李哥 4-301 香蕉1斤\n"

    assert tell(parse(once + once, GOODS)) == [
        "#1 王姐 @3-201 | 苹果×2斤",
        "#2 李哥 @4-301 | 香蕉×1斤",
        "#1 王姐 @3-201 | 苹果×2斤 | [pasted_twice]",
        "#2 李哥 @4-301 | 香蕉×1斤 | [pasted_twice]",
    ]
    assert tell(parse(once + "2. 小陈 5-101 香蕉1斤\n3. 王姐 3-201 苹果2斤\n", GOODS)) == [
        "#1 王姐 @3-201 | 苹果×2斤",
        "#2 李哥 @4-301 | 香蕉×1斤 | [both_numbered_2]",
        "#2 小陈 @5-101 | 香蕉×1斤 | [both_numbered_2]",
        "#3 王姐 @3-201 | 苹果×2斤 | [repeat_name]",
    ]


def test_the_end_of_one_offers_name_is_proposed_even_where_it_begins_with_another_name():
    goods = (Offer("卤牛腱子", "斤", aliases=("牛腱",)), Offer("卤鸡爪", "斤"))

    assert tell(parse("1. 李哥 牛腱子3斤", goods)) == ["#1 李哥 | 卤牛腱子×3斤 | [fuzzy_product]"]
    assert tell(parse("1. 李哥 牛腱肉3斤", goods)) == ["#1 李哥 | ?牛腱肉×3斤 | [needs_product]"]


DOUBTFUL = [
    ("王姐 31201 苹果2斤", "王姐 @31201 | 苹果×2斤 | [ambiguous]"),
    ("张三苹果2斤", "张三 | 苹果×2斤 | [ambiguous]"),
    ("Lily2020苹果2斤", "Lily2020 | 苹果×2斤 | [ambiguous]"),
    ("小三斤 香蕉1斤", "小三斤 | 香蕉×1斤 | [ambiguous]"),
    ("三个娃他爸 香蕉2斤", "三个娃他爸 | 香蕉×2斤 | [ambiguous]"),
    ("代丽 苹果2斤", "丽 | 苹果×2斤 | [ambiguous]"),
    ("苹果 香蕉2斤", "苹果 | 香蕉×2斤 | [ambiguous]"),
    ("苹果2斤", "? | 苹果×2斤 | [no_name]"),
    ("苹果2斤 小陈 3-303", "小陈 @3-303 | 苹果×2斤 | [check]"),
    ("李哥 苹果 20", "李哥 | 苹果×20斤 | [large_qty]"),
    ("李哥 苹果2-3斤", "李哥 | 苹果×?斤 | [ambiguous]"),
    ("李哥 苹果几斤", "李哥 | ?苹果几斤×1 | [needs_product default_qty]"),
    ("李哥 苹果两斤多", "李哥 | 苹果×2斤 | 多 | [check]"),
    ("李哥 苹果1箱", "李哥 | 苹果×1箱 | [check]"),
    ("李哥 苹果2个", "李哥 | 苹果×2个 | [check]"),
    ("李哥 包子2.5个", "李哥 | 包子×?个 | [implausible_qty]"),
    ("李哥 草莓一盒半", "李哥 | 丹东草莓×1.5盒 | [check]"),
    ("李哥 苹果汁2瓶", "李哥 | ?苹果汁×2瓶 | [needs_product]"),
    ("李哥 红苹果醋2瓶", "李哥 | ?红苹果醋×2瓶 | [needs_product]"),
    ("李哥 青苹果醋2瓶", "李哥 | 苹果醋×2瓶 | 青 | [fuzzy_product]"),
    ("李哥 冰糖橙2箱", "李哥 | ?冰糖橙×2箱 | [needs_product ambiguous]"),
    ("李哥 七喜12罐装2箱", "李哥 | 七喜330ml*24罐×2箱 | [fuzzy_product]"),
    ("李哥 苹果2斤樱桃3斤", "李哥 | 苹果×2斤 | ?樱桃×3斤 | [needs_product]"),
    ("李哥 苹果2斤 樱桃", "李哥 | 苹果×2斤 | 樱桃 | [check]"),
    ("李哥 苹果香蕉2斤", "李哥 | 苹果×1斤 | 香蕉×2斤 | [ambiguous default_qty]"),
    ("李哥 苹果、香蕉各2斤", "李哥 | 苹果×2斤 | 香蕉×2斤 | [各]"),
    ("李哥 苹果，2斤", "李哥 | 苹果×2斤 | [ambiguous]"),
    ("李哥 苹果2斤 5斤", "李哥 | 苹果×2斤 | ?×5斤 | [ambiguous needs_product]"),
    ("李哥 苹果2斤+1", "李哥 | 苹果×2斤 | ?×1 | [plus_one ambiguous needs_product]"),
    ("李哥 苹果¥12.8/斤 2斤", "李哥 | 苹果×2斤 | [price_in_line check]"),
    ("李哥 苹果2斤20元 已转", "李哥 | 苹果×2斤 | [price_in_line check claims_paid]"),
    ("李哥 苹果2斤 10-1", "李哥 @10-1 | 苹果×2斤 | [ambiguous]"),
    ("李哥 苹果2斤 大周 香蕉3斤", "李哥 | 苹果×2斤 | 香蕉×3斤 | 大周 | [check]"),
    ("李哥 苹果2斤；王姐 香蕉3斤", "李哥 | 苹果×2斤 | 香蕉×3斤 | 王姐 | [ambiguous check]"),
    ("李哥 苹果2斤 王姐香蕉3斤", "李哥 | 苹果×2斤 | 香蕉×3斤 | 王姐 | [ambiguous fuzzy_product]"),
    ("李哥 苹果 9.9", "李哥 | 苹果×9.9斤 | [check]"),
    ("李哥 苹果2斤*2", "李哥 | 苹果×2斤 | ?×2 | [ambiguous needs_product]"),
    ("李哥 苹果2斤送1斤", "李哥 | 苹果×2斤 | ?×1斤 | 送 | [ambiguous needs_product]"),
    ("李哥 苹果2斤，香蕉2斤，共4斤", "李哥 | 苹果×2斤 | 香蕉×2斤 | ?×4斤 | [ambiguous needs_product]"),
    ("李哥 苹果~2斤", "李哥 | 苹果×?斤 | [negative]"),
    ("李哥 老样子 3-201", "李哥 @3-201 | ?老样子×1 | [needs_product default_qty]"),
    ("李哥 地址改3-201 苹果2斤", "李哥 @3-201 | 苹果×2斤 | 地址改 | [ambiguous check]"),
    ("李哥 不要苹果 香蕉2斤", "李哥 | 苹果×1斤 | 香蕉×2斤 | 不要 | [ambiguous fuzzy_product default_qty]"),
    ("李哥 苹果换成香蕉2斤", "李哥 | 苹果×1斤 | 香蕉×2斤 | 换成 | [ambiguous default_qty fuzzy_product]"),
    ("李哥 退苹果2斤", "李哥 | 苹果×2斤 | 退 | [ambiguous fuzzy_product]"),
    ("李哥 苹果2. 5斤", "李哥 | 苹果×2斤 | ?×5斤 | [ambiguous needs_product]"),
    ("@张三 苹果2斤", "? | 苹果×2斤 | [no_name]"),
    ("=1+1 苹果2斤", "? | 苹果×2斤 | ?×1 | ?×1 | [ambiguous no_name needs_product]"),
    ("8888 苹果2斤", "? @8888 | 苹果×2斤 | [ambiguous no_name]"),
    ("这一次的苹果到底甜不甜啊大家觉得怎么样要不要买 苹果2斤", None),
]


@pytest.mark.parametrize(("entry", "expected"), DOUBTFUL)
def test_a_doubtful_entry_says_what_is_doubtful(entry, expected):
    parsed = parse(f"1. {entry}", GOODS)

    if expected is None:
        assert "odd_name" in parsed.rows[0].flags
    else:
        assert tell(parsed) == [f"#1 {expected}"]


WITHDRAWN = [
    "苹果2斤不要",
    "苹果2斤别要",
    "苹果2斤香蕉2斤不要",
    "苹果2斤香蕉1斤 不要",
    "苹果2斤（不要）",
    "苹果2斤（不要）香蕉1斤",
    "苹果2斤 不要 香蕉1斤",
    "不要 苹果2斤",
    "苹果2斤 先不要",
    "苹果2斤 不用了",
    "苹果2斤，不用了谢谢",
    "苹果2斤，算了",
    "苹果2斤 [删除]",
    "苹果2斤 🙅",
    "苹果2斤 🙅\u200d♀️",
    "苹果2斤 ✖",
    "苹果2斤✖️",
    "苹果2斤 ✗",
    "苹果2斤 ✘",
    "苹果1斤 ×",
    "×苹果1斤",
    "~苹果2斤~",
    "～苹果2斤～ 香蕉1斤",
    "苹果2斤（或香蕉）",
    "苹果2斤（或樱桃）",
    "苹果2斤（没有就香蕉）",
    "苹果2斤（其中1斤给李姐 3-302）",
    "苹果2斤，其中1斤给李姐 3-302",
    "苹果2斤（其中1斤给李姐）",
    "苹果2斤（送3-302）",
    "苹果1/2斤",
    "1/2斤苹果",
]


@pytest.mark.parametrize("goods", WITHDRAWN)
def test_goods_that_may_be_taken_back_swapped_or_shared_are_asked_about(goods):
    row = parse(f"1. 王姐 {goods}", GOODS).rows[0]

    assert row.name == "王姐"
    assert {"ambiguous", "check"} & set(row.flags)


@pytest.mark.parametrize(
    "entry", ["✖王姐 苹果2斤", "✗王姐 苹果2斤", "~王姐 苹果2斤~", "王姐 ❌苹果2斤", "王姐不要苹果2斤"]
)
def test_an_entry_that_is_struck_or_refuses_is_asked_about(entry):
    assert "ambiguous" in parse(f"1. {entry}", GOODS).rows[0].flags


ONE_PRODUCT = [
    ("小明2份", "小明 | 套餐×2份"),
    ("小明 2", "小明 | 套餐×2份"),
    ("小明2", "小明 | 套餐×2份 | [ambiguous]"),
    ("小明两份", "小明 | 套餐×2份 | [ambiguous]"),
    ("张三份", "张 | 套餐×3份 | [ambiguous]"),
    ("我要2份", "? | 套餐×2份 | [no_name]"),
    ("小明 少饭 2份", "小明 | 套餐×2份 | 少饭"),
    ("小明 鸡腿饭2份", "小明 | ?鸡腿饭×2份 | [needs_product]"),
    ("小明 2份不要辣", "小明 | 套餐×2份 | 不要辣"),
    ("小明 2份，另外1份少饭", "小明 | 套餐×2份 | 1: 少饭 | [ambiguous]"),
    ("小明 2份 3份", "小明 | 套餐×5份 | [ambiguous same_item_twice]"),
    ("小明（2份）", "小明 | 套餐×2份 | [check]"),
    ("小明 3份（2份不要辣）", "小明 | 套餐×3份 | 2份不要辣"),
    ("小明 0份", "小明 | [zero_qty]"),
    ("小明 2.5份", "小明 | 套餐×2.5份 | [check]"),
    ("小明-2份", "小明 | 套餐×2份 | [ambiguous]"),
    ("小明 -2份", "小明 | 套餐×?份 | [negative]"),
    ("小明 2份 18:30取", "小明 | 套餐×2份 | 18:30 取"),
    ("云谷 小明 2份", "小明 @云谷 | 套餐×2份"),
    ("mimi2份", "mimi | 套餐×2份 | [ambiguous]"),
    ("66", "66 | 套餐×1份 | [odd_name default_qty]"),
    ("🌸 2份", "🌸 | 套餐×2份 | [odd_name]"),
    ("X", "X | 套餐×1份 | [default_qty]"),
]


@pytest.mark.parametrize(("entry", "expected"), ONE_PRODUCT)
def test_where_one_product_is_sold_an_entry_is_read_as(entry, expected):
    parsed = parse(f"1. {entry}", MEAL)

    assert tell(parsed) == [f"#1 {expected}"]


def test_an_endless_entry_is_left_to_a_person():
    parsed = parse("1. 张三 " + "苹果2斤" * 200, GOODS)

    assert tell(parsed) == ["#1 ? | [ambiguous no_name needs_product]"]


def test_a_phone_is_kept_apart_from_the_note():
    row = parse("1. 李哥 电话：13812345678 苹果2斤，放门口", GOODS).rows[0]

    assert (row.phone, row.note) == ("13812345678", "放门口")


def test_an_unknown_product_comes_with_candidates_best_first():
    line = parse("1. 李哥 青苹果汁2瓶", GOODS).rows[0].lines[0]

    assert line.offer is None
    assert line.candidates[0] in {"苹果", "红苹果", "苹果醋"}
