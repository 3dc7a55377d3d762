"""A chain copied as WeChat's own message: authors and times come with it."""

from orders.rules.jielong import Offer, parse

FRUIT = (Offer("雪梨", "斤"), Offer("蜜柚", "斤"))

MESSAGE = """<?xml version="1.0"?>
<msg><appmsg><title>#接龙
雪梨9元/斤

1. 钟三 2斤雪梨
2. 鲁四&amp;家人 蜜柚1斤</title><type>53</type>
<extinfo><solitaire_info><![CDATA[<solitaire><tt>0-10</tt><content><s>2</s>
<i><u>wxid_one</u><h>0</h><s>.</s><t>1700000001</t><r>14-8</r></i>
<i><u>wxid_two</u><h>0</h><s>.</s><t>1700000002</t><r>25-12</r></i>
</content></solitaire>]]></solitaire_info></extinfo></appmsg></msg>"""


def test_each_entry_has_its_author_and_time():
    rows = parse(MESSAGE, FRUIT).rows

    assert [(row.name, row.author, row.sent_unix) for row in rows] == [
        ("钟三", "wxid_one", 1_700_000_001),
        ("鲁四&家人", "wxid_two", 1_700_000_002),
    ]


def test_the_author_is_the_identity_whatever_the_name():
    rows = parse(MESSAGE, FRUIT).rows

    assert rows[0].identity == "@wxid_one"


def test_authors_that_do_not_match_the_entries_are_left_out():
    rows = parse(MESSAGE.replace("<i><u>wxid_two</u>", "<j>"), FRUIT).rows

    assert [row.author for row in rows] == [None, None]


def test_a_title_without_the_rest_is_read_as_its_text():
    rows = parse("<title>#接龙\n1. 钟三 2斤雪梨</title> …", FRUIT).rows

    assert [(row.name, row.lines[0].offer) for row in rows] == [("钟三", "雪梨")]


def test_an_entry_without_a_product_is_offered_the_only_one_the_header_prices():
    row = parse("#接龙\n雪梨9元/斤\n1. 钟三 2斤", FRUIT).rows[0]

    assert (row.lines[0].offer, row.flags) == ("雪梨", ("fuzzy_product",))
