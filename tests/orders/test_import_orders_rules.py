"""How the rows of an exported order list read, without a database."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orders.rules.chain.people import Directory, Person
from orders.rules.imports.columns import ORDER_WORDS, guess, header_at
from orders.rules.imports.orders import Goods, Known, door_of, group_rows, quantity_of, read_orders
from orders.rules.imports.outcome import Standing, Why

BERRIES = Goods(1, "红颜草莓", ("草莓", "A"), "盒", 2990, counted=True)
APPLES = Goods(2, "苹果", (), "斤", 599, counted=False)
PEOPLE = [Person(11, "王芳", "3-1701"), Person(12, "刘畅", "9-301")]
COLUMNS = {"number": 0, "name": 1, "phone": 2, "door": 3, "goods": 4, "quantity": 5, "price": 6, "state": 7, "note": 8}


def row(number="", name="", phone="", door="", goods="", quantity="", price="", state="", note=""):
    return [number, name, phone, door, goods, quantity, price, state, note]


def read(*rows, columns=COLUMNS, **known):
    fields = {"phones": {"13800000011": (11, "王芳")}, "taken": {}, "answers": {}, **known}
    people = Directory(PEOPLE, {})
    drafts = group_rows(rows, columns, group_id=5)
    return read_orders(drafts, Known(goods=[BERRIES, APPLES], people=people, group_id=5, **fields))


def whys(one):
    return [remark.why for remark in one.remarks]


# columns


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (
            [
                "跟团号",
                "下单人",
                "收货人",
                "联系电话",
                "详细地址",
                "商品",
                "规格",
                "数量",
                "金额",
                "团员备注",
                "订单状态",
            ],
            {
                "number": 0,
                "nickname": 1,
                "name": 2,
                "phone": 3,
                "door": 4,
                "goods": 5,
                "spec": 6,
                "quantity": 7,
                "amount": 8,
                "note": 9,
                "state": 10,
            },
        ),
        (
            ["序号", "昵称", "姓名", "手机号", "地址", "商品名称", "数量", "备注"],
            {"number": 0, "nickname": 1, "name": 2, "phone": 3, "door": 4, "goods": 5, "quantity": 6, "note": 7},
        ),
        (["乱", "七", "八"], {}),
        (["数量（件）", "单价(元)"], {"quantity": 0, "price": 1}),
    ],
)
def test_columns_are_guessed_by_the_words_their_headers_are_known_by(header, expected):
    assert guess(header, ORDER_WORDS) == expected


def test_the_header_is_found_below_a_title():
    rows = [
        ["周五鲜果团 订单", "", ""],
        ["导出时间", "2026-11-20", ""],
        ["姓名", "商品", "数量"],
        ["王芳", "草莓", "1"],
    ]

    assert header_at(rows, ORDER_WORDS) == 2


# which rows are one order


def test_rows_of_one_number_are_one_order_and_merged_cells_are_filled_down():
    found = read(
        row("1", "王芳", "", "3-1701", "草莓", "2"),
        row("", "", "", "", "苹果", "1.5"),
        row("2", "刘畅", "", "9-301", "草莓", "1"),
        row("1", "王芳", "", "3-1701", "草莓", "1"),
    )

    assert [one.rows for one in found] == [(0, 1, 3), (2,)]
    assert found[0].quantities == {1: Decimal(3), 2: Decimal("1.5")}


def test_without_a_number_the_phone_then_name_and_door_say_which_rows_are_one_order():
    found = read(
        row("", "王芳", "138 0000 0011", "", "草莓", "1"),
        row("", "王芳芳", "13800000011", "", "苹果", "1"),
        row("", "刘畅", "", "9号楼301室", "苹果", "1"),
        row("", "刘畅", "", "9-301", "草莓", "1"),
    )

    assert [one.rows for one in found] == [(0, 1), (2, 3)]


# where rows land


@pytest.mark.parametrize("state", ["已取消", "退款成功", "已退款", "交易关闭"])
def test_what_was_called_off_is_set_aside_with_its_state(state):
    (one,) = read(row("1", "王芳", "", "3-1701", "草莓", "1", state=state))

    assert (one.standing, whys(one), one.remarks[0].words) == (Standing.ASIDE, [Why.CANCELLED], {"state": state})


@pytest.mark.parametrize("state", ["已支付", "未退款", "退款失败", "待发货", ""])
def test_what_still_stands_is_taken(state):
    (one,) = read(row("1", "王芳", "", "3-1701", "草莓", "1", state=state))

    assert one.standing is Standing.GOOD


def test_a_state_that_begins_with_not_yet_does_not_hide_a_refund():
    (one,) = read(row("1", "王芳", "", "3-1701", "草莓", "1", state="未发货，已退款"))

    assert one.standing is Standing.ASIDE


def test_what_was_called_off_of_an_order_does_not_take_the_rest_of_it_along():
    found = read(
        row("1", "王芳", "", "3-1701", "草莓", "1", state="已退款"),
        row("1", "王芳", "", "3-1701", "苹果", "2", state="已支付"),
        row("1", "王芳", "", "3-1701", "草莓", "4", state="已取消"),
    )

    assert [(one.rows, one.standing, one.quantities) for one in found] == [
        ((0,), Standing.ASIDE, {}),
        ((1,), Standing.GOOD, {2: Decimal(2)}),
        ((2,), Standing.ASIDE, {}),
    ]


def test_what_is_refunded_in_part_is_for_a_person_to_decide():
    (one,) = read(row("1", "王芳", "", "3-1701", "草莓", "3", state="部分退款"))

    assert (one.standing, whys(one)) == (Standing.BAD, [Why.PARTLY_REFUNDED])


@pytest.mark.parametrize(
    ("text", "quantity"),
    [("2", "2"), ("2盒", "2"), ("x2", "2"), ("２", "2"), ("1.5", "1.5"), ("2.0", "2"), ("0", None), ("-1", None)]
    + [("若干", None), ("", None), ("1.2345", None), ("1 2", None), ("1-2", None)],
)
def test_a_quantity_is_read_or_asked_about(text, quantity):
    assert quantity_of(text) == (None if quantity is None else Decimal(quantity))


@pytest.mark.parametrize(
    ("cells", "why"),
    [
        ({"goods": "榴莲"}, Why.UNKNOWN_GOODS),
        ({"goods": ""}, Why.NO_GOODS),
        ({"quantity": "若干"}, Why.NO_QUANTITY),
        ({"quantity": "1.5"}, Why.WHOLE_PIECES),
        ({"quantity": "100000"}, Why.TOO_MUCH),
        ({"name": "", "number": "7"}, Why.NO_NAME),
        ({"phone": "12345"}, Why.BAD_PHONE),
    ],
)
def test_a_row_that_cannot_be_read_is_bad_and_says_why(cells, why):
    (one,) = read(row(**{"name": "王芳", "door": "3-1701", "goods": "草莓", "quantity": "1", **cells}))

    assert (one.standing, whys(one)) == (Standing.BAD, [why])


@pytest.mark.parametrize(
    ("cells", "why"),
    [
        ({"price": "19.9"}, Why.OTHER_PRICE),
        ({"door": "8-801"}, Why.OTHER_DOOR),
        ({"name": "新邻居"}, Why.DOOR_OF_OTHERS),
        ({"name": "新邻居", "door": ""}, Why.NEW_WITHOUT_DOOR),
        ({"name": "小王", "phone": "13800000011"}, Why.NAME_OF_PHONE),
        ({"state": "待付款"}, Why.NOT_PAID),
    ],
)
def test_a_row_that_deserves_a_look_is_doubtful_and_says_why(cells, why):
    (one,) = read(row(**{"name": "王芳", "door": "3-1701", "goods": "草莓", "quantity": "1", **cells}))

    assert (one.standing, whys(one)) == (Standing.DOUBTFUL, [why])


def test_the_price_of_the_campaign_in_the_file_is_no_doubt():
    (one,) = read(row("1", "王芳", "", "3-1701", "草莓", "2", "¥29.90"))

    assert one.standing is Standing.GOOD


def test_a_known_phone_is_that_member_whatever_the_door_and_an_unknown_one_is_somebody_new():
    known, new = read(
        row("1", "王芳", "13800000011", "8-801", "草莓", "1"), row("2", "陈静", "13900000000", "5-501", "草莓", "1")
    )

    assert (known.member_id, known.standing, known.door) == (11, Standing.GOOD, "8-801")
    assert (new.member_id, new.standing, new.phone) == (None, Standing.GOOD, "13900000000")


def test_nothing_is_told_about_a_member_outside_the_group():
    (one,) = read(row("1", "陈静", "13900000000", "5-501", "草莓", "1"), phones={"13900000000": (99, "陈小静")})

    assert (one.member_id, one.joins, one.remarks) == (99, True, ())


@pytest.mark.parametrize(
    "text", ["草莓x2; 苹果x1.5", "红颜草莓*2\n苹果×1.5斤", "草莓 X 2盒，苹果 x1.5", "草莓2盒 苹果1.5斤"]
)
def test_a_cell_of_several_goods_is_read(text):
    columns = {"name": 0, "door": 1, "goods": 2}

    (one,) = read(["王芳", "3-1701", text], columns=columns)

    assert one.quantities == {1: Decimal(2), 2: Decimal("1.5")}


def test_a_cell_of_goods_without_a_clear_quantity_is_asked_about():
    (one,) = read(["王芳", "3-1701", "草莓若干"], columns={"name": 0, "door": 1, "goods": 2})

    assert one.standing is Standing.BAD


def test_an_answer_says_what_unknown_goods_are_or_leaves_them_out():
    rows = [row("1", "王芳", "", "3-1701", "草莓礼盒", "1"), row("2", "刘畅", "", "9-301", "榴莲", "1")]

    first, second = read(*rows, answers={"草莓礼盒": 1, "榴莲": 0})

    assert (first.standing, first.quantities) == (Standing.GOOD, {1: Decimal(1)})
    assert (second.standing, whys(second)) == (Standing.ASIDE, [Why.LEFT_OUT])


def test_what_is_in_already_is_set_aside_and_what_changed_since_is_bad():
    rows = [row("1", "王芳", "", "3-1701", "草莓", "1"), row("2", "刘畅", "", "9-301", "草莓", "2")]

    same, other = read(*rows, taken={"#1": (11, {1: Decimal(1)}), "#2": (12, {1: Decimal(1)})})

    assert (same.standing, whys(same)) == (Standing.ASIDE, [Why.TAKEN_BEFORE])
    assert (other.standing, whys(other)) == (Standing.BAD, [Why.OTHER_GOODS_BEFORE])


def test_a_number_that_was_somebody_elses_before_is_bad():
    """Programs that number rows give the numbers out anew in the next export."""
    (one,) = read(row("1", "刘畅", "", "9-301", "草莓", "1"), taken={"#1": (11, {1: Decimal(1)})})

    assert (one.standing, whys(one)) == (Standing.BAD, [Why.OTHER_GOODS_BEFORE])


def test_a_number_several_people_share_is_no_order_number():
    (one,) = read(row("团1", "王芳", "", "3-1701", "草莓", "1"), row("团1", "刘畅", "", "9-301", "草莓", "1"))

    assert (one.standing, whys(one)) == (Standing.BAD, [Why.SEVERAL_IN_ONE])


@pytest.mark.parametrize(
    ("address", "door"),
    [
        ("田林路12弄锦绣华城3号楼1701室", "3-1701"),
        ("锦绣华城6号楼2单元301", "6-2-301"),
        ("3-1701", "3-1701"),
        ("锦绣华城 3栋1701", "3-1701"),
        ("上海市徐汇区 5-2-501室", "5-2-501"),
        ("H区", "H区"),
        ("", ""),
        ("很长的地址" * 20, ""),
    ],
)
def test_a_door_is_found_at_the_end_of_an_address(address, door):
    assert door_of(address) == door


cells = st.sampled_from(
    [
        "",
        "1",
        "2",
        "王芳",
        "刘畅",
        "13800000011",
        "3-1701",
        "草莓",
        "榴莲",
        "草莓x2；苹果x1",
        "1.5",
        "已退款",
        "合计",
        "x",
    ]
)


@settings(max_examples=300)
@given(st.lists(st.lists(cells, min_size=9, max_size=9), max_size=12))
def test_every_row_lands_in_exactly_one_place(rows):
    found = read(*rows)

    assert sorted(place for one in found for place in one.rows) == list(range(len(rows)))
    for one in found:
        takes = one.standing in {Standing.GOOD, Standing.DOUBTFUL}
        assert not takes or (one.quantities and all(q > 0 for q in one.quantities.values()) and not one.unknown)
        assert one.remarks or one.standing is Standing.GOOD


@given(st.lists(st.lists(cells, min_size=9, max_size=9), min_size=1, max_size=12), st.randoms())
def test_an_order_read_alone_reads_as_among_the_others(rows, random):
    """A job reads the file part by part."""
    drafts = group_rows(rows, COLUMNS, group_id=5)
    known = Known(goods=[BERRIES, APPLES], people=Directory(PEOPLE, {}), phones={}, taken={}, answers={}, group_id=5)
    whole, place = read_orders(drafts, known), random.randrange(len(drafts))

    assert read_orders(drafts[place : place + 1], known) == [whole[place]]
