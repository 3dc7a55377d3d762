"""A chain copied as WeChat's own message: authors and times come with it, and nothing of it is trusted."""

import html
import json
import time
from contextlib import suppress

import pytest

from orders.rules.jielong import MessageUnreadable, Offer, TextTooLong, parse, visible_text
from tests.orders.chain_message import as_message
from tests.orders.jielong_telling import tell

FRUIT = (Offer("雪梨", "斤"), Offer("蜜柚", "斤"))

ENTRIES = [("wxid_one", 1_700_000_001, "钟三 2斤雪梨"), ("wxid_two", 1_700_000_002, "🍀鲁四&家人 蜜柚1斤")]
MESSAGE = as_message(ENTRIES, title="#接龙\n雪梨9元/斤 🍐")
READ = [("钟三", "wxid_one", 1_700_000_001), ("🍀鲁四&家人", "wxid_two", 1_700_000_002)]

AS_ELEMENTS = MESSAGE.replace("<![CDATA[", "").replace("]]>", "")
AS_ENTITIES = AS_ELEMENTS.replace(
    AS_ELEMENTS[AS_ELEMENTS.index("<solitaire>") : AS_ELEMENTS.index("</solitaire_info>")],
    html.escape(AS_ELEMENTS[AS_ELEMENTS.index("<solitaire>") : AS_ELEMENTS.index("</solitaire_info>")]),
)
IN_JSON = json.dumps({"nickname": "周敏", "type": 49, "msgContent": f"wxid_sender:\n{MESSAGE}"}, ensure_ascii=False)


def read(pasted):
    return [(row.name, row.author, row.sent_unix) for row in parse(pasted, FRUIT).rows]


@pytest.mark.parametrize(
    "pasted",
    [
        MESSAGE,
        f"wxid_sender:\n{MESSAGE}",
        html.escape(MESSAGE),
        AS_ELEMENTS,
        AS_ENTITIES,
        IN_JSON,
        json.dumps({"data": [{"id": 7}, {"raw": html.escape(MESSAGE), "content": html.escape(MESSAGE)}]}),
        IN_JSON.replace("<", r"\u003c").replace(">", r"\u003e"),
        f"{json.dumps({'content': '好的'})}\n{IN_JSON}\n",
        f'"msgContent": {json.dumps(MESSAGE)},',
    ],
    ids=[
        "as it is",
        "behind its sender",
        "escaped",
        "authors as elements",
        "authors as entities",
        "in a line of JSON",
        "twice in one record",
        "signs escaped by JSON",
        "among other lines",
        "a line without its braces",
    ],
)
def test_each_entry_has_its_author_and_time(pasted):
    assert read(pasted) == READ


def test_an_author_belongs_to_what_they_wrote_whatever_else_stands_in_the_text():
    message = MESSAGE.replace(
        "<i><u>wxid_one", "<i><u>wxid_starter</u><h>0</h><s>.</s><t>1</t><r>4-3</r></i><i><u>wxid_one"
    )

    assert read(message) == READ


def test_where_the_message_does_not_say_who_wrote_what_the_order_tells_if_the_numbers_are_equal():
    bare = as_message(ENTRIES).replace("<r>", "<x>").replace("</r>", "</x>")
    one_less = bare.replace("</i><i>", "</i></content><content><j>").replace(
        "</i></content></solitaire>", "</j></content></solitaire>"
    )

    assert [author for _name, author, _time in read(bare)] == ["wxid_one", "wxid_two"]
    assert [author for _name, author, _time in read(one_less)] == [None, None]


def test_the_author_is_the_identity_whatever_the_name_and_the_signature_is_kept_beside_it():
    row = parse(MESSAGE, FRUIT).rows[0]

    assert (row.identity, row.signature) == ("@wxid_one", "钟三|")


def test_what_people_see_is_the_text_alone():
    assert visible_text(MESSAGE).splitlines()[-1] == "2. 🍀鲁四&家人 蜜柚1斤"
    assert visible_text("1. 钟三 雪梨2斤") == "1. 钟三 雪梨2斤"


@pytest.mark.parametrize(
    "pasted",
    [
        "<title>#接龙\n1. 钟三 2斤雪梨</title> …",
        "<title><![CDATA[#接龙\n1. 钟三 2斤雪梨]]></title>",
        MESSAGE[: MESSAGE.index("<extinfo>")],
        MESSAGE[: MESSAGE.index("\n2.")],
        MESSAGE.replace("</appmsg>", ""),
        MESSAGE.replace("<des />", "<des>&nobody;</des>"),
        MESSAGE.replace("<solitaire>", "<!DOCTYPE solitaire><solitaire>"),
    ],
    ids=["a title alone", "as CDATA", "cut off", "cut off in the text", "not closed", "undeclared", "a type inside"],
)
def test_what_is_broken_is_read_as_its_visible_text(pasted):
    assert read(pasted)[0] == ("钟三", None, None)


OTHER = json.dumps({"nickname": "鲁四", "msgContent": "好的"}, ensure_ascii=False)


@pytest.mark.parametrize(
    "pasted",
    [
        "{typed}\n{message}",
        "{message}\n{typed}",
        "{other}\n{typed}\n{json}",
        "{json}\n{typed}\n{other}",
        "{typed}\n{json}\n{other}",
        "{typed}\nwxid_sender:\n{message}",
        "{escaped}\n{typed}",
        "{broken}\n{typed}",
        "{typed}\n{broken}",
        "[\n{typed}\n{json},\n{other}\n]",
    ],
)
@pytest.mark.parametrize(
    ("typed", "read_as"),
    [
        ("3. 白五 6-1203 蜜柚1斤", "#3 白五 @6-1203 | 蜜柚×1斤"),
        ("白五 6-1203 蜜柚1斤", "#- 白五 @6-1203 | 蜜柚×1斤"),
        ("蜜柚1斤", "#- ? | 蜜柚×1斤 | [no_name]"),
        ("钟三改成3斤", "SET 钟三 雪梨×3"),
        ("好的收到", "SKIP chatter"),
        ("[玫瑰]谢谢", "SKIP chatter"),
    ],
)
def test_a_line_typed_beside_a_message_is_read_as_a_line_below_it(pasted, typed, read_as):
    text = pasted.format(
        typed=typed,
        message=MESSAGE,
        json=IN_JSON,
        other=OTHER,
        escaped=html.escape(MESSAGE),
        broken=MESSAGE.replace("</appmsg>", ""),
    )

    parsed = parse(text, FRUIT)

    brackets = ["SKIP other_message"] * text.count("\n]")
    others = [*brackets, *["SKIP other_message"] * text.count(OTHER), *brackets]
    told = tell(parsed)
    assert read_as in told
    assert sorted(told) == sorted(
        [read_as, "#1 钟三 | 雪梨×2斤", "#2 🍀鲁四&家人 | 蜜柚×1斤", "SKIP header", "SKIP menu", *others]
    )
    assert typed in visible_text(text)
    again = tell(parse(visible_text(text), FRUIT))
    assert sorted(again) == sorted([*(line for line in told if line != "SKIP other_message"), "SKIP chatter"])


@pytest.mark.parametrize(
    "pasted", ["{typed}\n{message}", "{message}\n{typed}", "{broken}\n{typed}", "{typed}\n{broken}"]
)
def test_a_line_beside_a_message_that_begins_like_a_tag_loses_nothing(pasted):
    typed = "<3 大家好\n白五 6-1203 蜜柚1斤"
    text = pasted.format(typed=typed, message=MESSAGE, broken=MESSAGE.replace("</appmsg>", ""))

    assert visible_text(text).splitlines()[-2:] == typed.splitlines()


def test_a_line_of_an_export_without_the_chain_is_shown_as_it_was_pasted():
    skipped = parse(f"{OTHER}\n{IN_JSON}\n", FRUIT).skipped

    assert [line.text for line in skipped if line.reason == "other_message"] == [OTHER]


def test_a_message_pasted_with_its_own_text_asks_before_it_counts_twice():
    rows = parse(f"{MESSAGE}\n{visible_text(MESSAGE)}", FRUIT).rows

    assert [("pasted_twice" in row.flags, row.author) for row in rows] == [
        (False, "wxid_one"),
        (False, "wxid_two"),
        (True, None),
        (True, None),
    ]


@pytest.mark.parametrize("beside", ["<br>\n" * 9, "[" * 9_000 + "\n", " " * 90_000 + "x", "{" * 90_000 + "x"])
def test_what_stands_beside_a_message_crashes_and_slows_nothing(beside):
    started = time.process_time()

    with suppress(TextTooLong):
        parse(f"{MESSAGE}\n{beside}", FRUIT)

    assert time.process_time() - started < 2


@pytest.mark.parametrize("sign", [r"\u0000", r"\ud83c"], ids=["NUL", "half a character"])
@pytest.mark.parametrize("end", ["</title></appmsg></msg>", ""], ids=["whole", "cut off"])
def test_what_json_can_spell_and_nobody_can_keep_is_no_part_of_the_text(sign, end):
    pasted = f'{{"content": "<msg><appmsg><title>#接龙\\n1. 钟三 雪梨2斤 放{sign}门口{end}"}}'

    (row,) = parse(pasted, FRUIT).rows

    assert row.source.text.encode().count(b"\0") == 0
    assert row.lines[0].quantity == 2


BOMB = '<!DOCTYPE msg [<!ENTITY a "雪梨雪梨"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>'
OUTSIDE = '<!DOCTYPE msg [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize(
    ("pasted", "reason"),
    [
        (BOMB + "<msg><appmsg><title>&c;</title><type>53</type></appmsg></msg>", "entities"),
        (OUTSIDE + "<msg><appmsg><title>&a;</title><type>53</type></appmsg></msg>", "entities"),
        (html.escape(OUTSIDE) + html.escape(MESSAGE), "entities"),
        ('<!DOCTYPE msg SYSTEM "http://127.0.0.1/x.dtd">' + MESSAGE, "entities"),
        (MESSAGE.replace("<type>53", "<type>57"), "other_kind"),
        (MESSAGE * 2, "several"),
        (f"{IN_JSON}\n{IN_JSON.replace('2斤雪梨', '3斤雪梨')}", "several"),
        ("<msg><appmsg><title></title><type>53</type></appmsg></msg>", "no_text"),
        ("<msg><appmsg><title> ", "no_text"),
        (f"{IN_JSON}\n白五 蜜柚1斤\n{MESSAGE}", "several"),
        (MESSAGE + " " * 5_000_000, "too_long"),
    ],
)
def test_a_hostile_or_foreign_message_is_refused_with_its_reason(pasted, reason):
    with pytest.raises(MessageUnreadable) as refused:
        parse(pasted, FRUIT)

    assert refused.value.reason == reason


@pytest.mark.parametrize(
    "pasted",
    [
        "<title>" * 50_000,
        "<msg><appmsg><title>" + "<a>" * 100_000,
        "<msg>" + "<i>" * 60_000 + "</i>" * 40_000 + "<title>x</title></msg>",
        MESSAGE.replace("<u>wxid_one", "<u>" + "a<!---->" * 30_000 + "wxid_one"),
        MESSAGE.replace("<content>", "<content>" + "<i><u>a</u><t>1</t><r>0-999999</r></i>" * 9_000),
        "[" * 200_000 + '"<title>"',
        '{"<title>": ' + "9" * 300_000 + "}",
        "<![CDATA[<title>" * 20_000,
        '["' + "\n" * 399_000 + "<title",
        "{<title\n" * 50_000,
    ],
    ids=[
        "titles",
        "deep and cut off",
        "deep",
        "a text in pieces",
        "authors",
        "deep JSON",
        "a long number",
        "CDATA",
        "blank lines",
        "lines of no JSON",
    ],
)
def test_nothing_makes_a_message_slow_to_read(pasted):
    started = time.process_time()

    with suppress(MessageUnreadable, TextTooLong):
        parse(pasted[:400_000], FRUIT)

    assert time.process_time() - started < 2


def test_an_entry_without_a_product_is_offered_the_only_one_the_header_prices():
    row = parse("#接龙\n雪梨9元/斤\n1. 钟三 2斤", FRUIT).rows[0]

    assert (row.lines[0].offer, row.flags) == ("雪梨", ("fuzzy_product",))
