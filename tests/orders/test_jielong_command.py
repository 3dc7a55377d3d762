"""`manage.py jielong`: a text on stdin, a reading as JSON on stdout."""

import io
import json
import sys

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

OFFERS = [
    {"name": "雪梨", "unit": "斤", "aliases": ["酥梨"], "counted": False, "code": "S"},
    {"name": "粽子", "unit": "个", "aliases": [], "counted": True, "code": None},
]


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def read(monkeypatch, tmp_path):
    """Runs the command over a text, with the offers above or others; answers its JSON."""

    def run(text, *arguments, offers=OFFERS):
        file = tmp_path / "offers.json"
        file.write_text(offers if isinstance(offers, str) else json.dumps(offers), encoding="utf-8")
        stdin = io.TextIOWrapper(io.BytesIO(text if isinstance(text, bytes) else text.encode()))
        monkeypatch.setattr(sys, "stdin", stdin)
        out = io.StringIO()
        call_command("jielong", "--offers", str(file), *arguments, stdout=out)
        return json.loads(out.getvalue())

    return run


def test_it_prints_the_whole_contract(read):
    told = read("#接龙\n端午\n\n1. 钟三 4栋301 酥梨2.50斤，放门口 13800000000\n2. 粽子3个\n3. 钟三 雪梨改成半斤\n4.")

    assert told == {
        "title": "端午",
        "orders": [
            {
                "number": 1,
                "name": "钟三",
                "door": "4-301",
                "lines": [{"offer": "雪梨", "text": "酥梨", "quantity": "2.5", "unit": "斤"}],
                "note": "放门口",
                "flags": [],
            },
            {
                "number": 2,
                "name": None,
                "door": "",
                "lines": [{"offer": "粽子", "text": "粽子", "quantity": "3", "unit": "个"}],
                "note": "",
                "flags": ["no_name"],
            },
        ],
        "changes": [
            {"kind": "set", "name": "钟三", "door": "", "offer": "雪梨", "quantity": "0.5", "flags": []},
        ],
        "skipped": [
            {"text": "#接龙", "reason": "header"},
            {"text": "端午", "reason": "header"},
            {"text": "4.", "reason": "blank"},
        ],
    }


@pytest.mark.parametrize(
    ("meaning", "quantity", "flags"),
    [("add", "1", ["plus_one"]), ("guest", "2", []), ("item", "1", [])],
)
def test_plus_one_means_what_the_campaign_says(read, meaning, quantity, flags):
    order = read("1. 钟三 +1", "--plus-one", meaning, offers=OFFERS[:1])["orders"][0]

    assert (order["lines"][0]["quantity"], order["flags"]) == (quantity, flags)


def test_a_code_stands_for_its_offer(read):
    order = read("1. 钟三 S2")["orders"][0]

    assert order["lines"] == [{"offer": "雪梨", "text": "S", "quantity": "2", "unit": "斤"}]


def test_it_asks_no_database(read):
    told = read("1. 钟三 雪梨2斤")  # without the db fixture a query would fail

    assert told["orders"]


@pytest.mark.parametrize(
    ("offers", "sentence"),
    [
        ("{", "is not JSON"),
        ('{"name": "雪梨"}', "must be a JSON list"),
        ('[{"unit": "斤"}]', "Offer 1 must be an object with a name"),
        ('[{"name": "雪梨", "aliases": "酥梨"}]', "Offer 1: aliases has a value of the wrong kind"),
        ('[{"name": "雪梨", "aliases": [1]}]', "Offer 1: every alias must be a text"),
        (r'[{"name": "\ud800苹果"}]', "Offer 1: a text has half a character"),
        (r'[{"name": "苹果", "aliases": ["\udfff"]}]', "Offer 1: a text has half a character"),
    ],
)
def test_unreadable_offers_get_their_sentence(read, offers, sentence):
    with pytest.raises(CommandError, match=sentence) as refused:
        read("1. 钟三 雪梨2斤", offers=offers)

    assert refused.value.returncode == 2


def test_a_message_that_is_no_chain_gets_its_sentence(read):
    with pytest.raises(CommandError, match="another kind of WeChat message") as refused:
        read("<msg><appmsg><title>看这个</title><type>5</type></appmsg></msg>")

    assert refused.value.returncode == 2


def test_a_missing_offers_file_gets_its_sentence(tmp_path):
    with pytest.raises(CommandError, match="cannot be read") as refused:
        call_command("jielong", "--offers", str(tmp_path / "nowhere.json"))

    assert refused.value.returncode == 2


@pytest.mark.parametrize(
    ("text", "sentence"),
    [("钟" * 50_001, "Nothing was read"), (b"\xff\xfe\x00", "not UTF-8")],
    ids=["too long", "not text"],
)
def test_an_unreadable_text_gets_its_sentence(read, text, sentence):
    with pytest.raises(CommandError, match=sentence) as refused:
        read(text)

    assert refused.value.returncode == 2


def test_a_closed_stdin_gets_its_sentence(monkeypatch, tmp_path):
    file = tmp_path / "offers.json"
    file.write_text(json.dumps(OFFERS), encoding="utf-8")
    monkeypatch.setattr(sys, "stdin", None)

    with pytest.raises(CommandError, match="it is closed") as refused:
        call_command("jielong", "--offers", str(file))

    assert refused.value.returncode == 2
