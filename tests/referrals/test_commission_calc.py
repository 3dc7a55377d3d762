"""`commission_calc`: JSON in, JSON out; anything else is one sentence that says where."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

ROOT = Path(__file__).parents[2]
PLAN = {
    "leader_ppm": 40_000,
    "delivery_fee_fen": 200,
    "delivery_cap_fen": 6_000,
    "referral_ppm": [20_000],
    "pool_cap_ppm": None,
}
ORDER = {
    "id": "o1",
    "household": "h1",
    "round": "r1",
    "leader": "L",
    "referrers": ["A"],
    "lines": [{"id": "l1", "base_fen": 1299}],
    "refunds": [{"line": "l1", "base_fen": 333}],
}


@pytest.fixture
def calculate(monkeypatch, capsys):
    def run(document):
        raw = document if isinstance(document, bytes) else json.dumps(document).encode()
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(raw)))
        call_command("commission_calc")
        return json.loads(capsys.readouterr().out)

    return run


def test_the_entries_are_printed_in_the_order_things_happen_with_totals(calculate):
    """12.99 at 4 % is 0.5196, at 2 % 0.2598; 3.33 of it refunded takes back 0.1333 of 0.52 and 0.0667 of 0.26."""
    answer = calculate({"plan": PLAN, "orders": [ORDER]})

    assert [tuple(entry.values()) for entry in answer["entries"]] == [
        ("o1", "l1", "L", "leader_rate", 0, 52, "earned"),
        ("o1", None, "L", "delivery_fee", 0, 200, "earned"),
        ("o1", "l1", "A", "referral", 1, 26, "earned"),
        ("o1", "l1", "L", "leader_rate", 0, -13, "reversed"),
        ("o1", "l1", "A", "referral", 1, -7, "reversed"),
    ]
    assert list(answer["entries"][0]) == ["order", "line", "beneficiary", "rule", "level", "amount_fen", "kind"]
    assert answer["totals"] == {"L": 239, "A": 19}


def test_every_term_and_everything_known_of_an_order_can_be_said(calculate):
    """30 000 of plan goods: 3 % and, above 20 000, 1 % more; two leaders share 60/40, the volume is the leader's own.

    100.00 of tea at its 10 %; 1 % for the seed user of 30 100.00.
    """
    plan = {
        "leader_ppm": 30_000,
        "seed_ppm": 10_000,
        "product_ppm": {"tea": 100_000},
        "group_ppm": {"h": 20_000},
        "person_ppm": {"N": 20_000},
        "volume": {"kind": "marginal", "bounds_fen": [2_000_000], "rates_ppm": [40_000]},
    }
    order = {
        "id": "o1",
        "leader": "L",
        "group": "g",
        "month": "2026-03",
        "seed": "S",
        "co_leaders": [{"member": "M", "share_ppm": 400_000}],
        "lines": [{"id": "l1", "base_fen": 3_000_000}, {"id": "l2", "base_fen": 10_000, "product": "tea"}],
    }

    assert calculate({"plan": plan, "orders": [order]})["totals"] == {
        "L": 54_000 + 600 + 10_000,
        "M": 36_000 + 400,
        "S": 30_100,
    }


def test_totals_stand_in_the_order_of_first_appearance(calculate):
    orders = [{"id": id, "leader": id, "lines": [{"id": "l", "base_fen": 100}]} for id in ("Z", "A", "M")]

    assert list(calculate({"plan": PLAN, "orders": orders})["totals"]) == ["Z", "A", "M"]


def test_what_may_be_left_out_is_left_out(calculate):
    answer = calculate({"plan": {"leader_ppm": 40_000}, "orders": [{"id": "o1", "lines": []}]})

    assert answer == {"entries": [], "totals": {}}


def test_chinese_names_come_out_as_they_went_in(calculate, monkeypatch, capsys):
    document = json.dumps({"plan": PLAN, "orders": [ORDER | {"leader": "王　姐"}]}, ensure_ascii=False)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(document.encode("utf-8-sig"))))

    call_command("commission_calc")

    assert '"王　姐": 239' in capsys.readouterr().out


def plan(**changed):
    return {"plan": PLAN | changed, "orders": []}


def sale(**changed):
    return {"plan": PLAN, "orders": [ORDER | changed]}


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        (b"", "input: is not JSON: Expecting value: line 1 column 1 (char 0)"),
        (b"{", "input: is not JSON: "),
        (b"\xff\xfe\xff", "input: is not JSON: "),
        (b"[" * 100_000, "input: is not JSON: "),
        (b'{"plan": {"leader_ppm": 1, "leader_ppm": 2}}', "input: is not JSON: a key stands twice"),
        (b'{"plan": {"leader_ppm": NaN}, "orders": []}', "input: is not JSON: NaN is no JSON number"),
        ([], "input: must be an object, is a list"),
        ({"plan": PLAN}, "orders: is missing"),
        ({"plan": {}, "orders": []}, "plan.leader_ppm: is missing"),
        ({"plan": None, "orders": []}, "plan: must be an object, is null"),
        (plan(leader_ppm=0.04), "plan.leader_ppm: must be a whole number, is 0.04"),
        (plan(leader_ppm=40_000.0), "plan.leader_ppm: must be a whole number, is 40000.0"),
        (plan(leader_ppm=True), "plan.leader_ppm: must be a whole number, is true"),
        (plan(leader_ppm="四"), 'plan.leader_ppm: must be a whole number, is "四"'),
        (plan(leader_ppm=1_000_001), "plan.leader_ppm: a rate lies between 0 and 1000000 parts per million"),
        (plan(leader_ppm=-1), "plan.leader_ppm: a rate lies between 0 and 1000000 parts per million"),
        (plan(pool_cap_ppm=1_000_001), "plan.pool_cap_ppm: a rate lies between 0 and 1000000 parts per million"),
        (plan(referral_ppm=[0, 1_000_001]), "plan.referral_ppm[1]: a rate lies between 0 and 1000000"),
        (plan(referral_ppm=[1, 1, 1]), "plan.referral_ppm: 3 levels, at most 2"),
        (plan(referral_ppm=20_000), "plan.referral_ppm: must be a list, is 20000"),
        (plan(delivery_fee_fen=-1), "plan.delivery_fee_fen: an amount cannot be negative here, this is -1"),
        (plan(delivery_cap_fen=-1), "plan.delivery_cap_fen: an amount cannot be negative here, this is -1"),
        (plan(delivery_fee_fen=None), "plan.delivery_fee_fen: must be a whole number, is null"),
        (plan(leader_rate=1), "plan.leader_rate: is not known here"),
        ({"plan": PLAN, "orders": [ORDER], "order": []}, "order: is not known here, known are plan, orders"),
        ({"plan": PLAN, "orders": [ORDER, ORDER]}, 'orders[1].id: "o1" stands here twice'),
        (sale(id=1), "orders[0].id: must be a text, is 1"),
        (sale(id=" "), 'orders[0].id: must be a text, is " "'),
        (sale(leader="\ud800"), "orders[0].leader: must be a text"),
        (sale(buyer="A"), "orders[0].buyer: is not known here"),
        (sale(referrers=["A", None]), "orders[0].referrers[1]: must be a text, is null"),
        (sale(lines=[{"id": "l1", "base_fen": -5}]), "orders[0].lines[0].base_fen: an amount cannot be negative"),
        (
            sale(lines=[{"id": "l1", "base_fen": 2**63}]),
            "orders[0].lines[0].base_fen: must be at most 9223372036854775",
        ),
        (sale(lines=[{"id": "l1"}]), "orders[0].lines[0].base_fen: is missing"),
        (sale(lines=["l1"]), 'orders[0].lines[0]: must be an object, is "l1"'),
        (sale(lines=ORDER["lines"] * 2), 'orders[0].lines[1].id: "l1" stands here twice'),
        (
            sale(refunds=[*ORDER["refunds"], {"line": "l9", "base_fen": 1}]),
            'orders[0].refunds[1].line: no line "l9" in order "o1"',
        ),
        (
            sale(refunds=ORDER["refunds"] * 4),
            'orders[0].refunds[3].base_fen: line "l1" of order "o1" has 300 fen left, 333 cannot be refunded',
        ),
        (sale(refunds=[{"line": "l1", "base_fen": -1}]), "orders[0].refunds[0].base_fen: an amount cannot be negative"),
    ],
)
def test_what_is_not_as_it_should_be_is_told_with_its_place(calculate, capsys, document, sentence):
    with pytest.raises(CommandError) as refused:
        calculate(document)

    assert str(refused.value).startswith(sentence)
    assert "\n" not in str(refused.value)
    assert refused.value.returncode == 2
    assert capsys.readouterr().out == ""


def test_it_runs_without_a_database_and_a_refusal_leaves_with_2():
    """As a person calls it: nothing on stdout, the sentence on stderr."""
    nowhere = os.environ | {"DATABASE_URL": "postgres://nobody@127.0.0.1:1/nothing"}
    command = [sys.executable, "manage.py", "commission_calc"]

    good, bad = (
        subprocess.run(command, cwd=ROOT, env=nowhere, input=document, capture_output=True, check=False)
        for document in (json.dumps(sale()).encode(), json.dumps(sale(lines=[])).encode())
    )

    assert (good.returncode, json.loads(good.stdout)["totals"]) == (0, {"L": 239, "A": 19})
    assert (bad.returncode, bad.stdout) == (2, b"")
    assert b'orders[0].refunds[0].line: no line "l1" in order "o1"' in bad.stderr


def test_a_closed_stdin_gets_its_sentence(monkeypatch):
    monkeypatch.setattr("sys.stdin", None)

    with pytest.raises(CommandError, match="stdin is closed") as refused:
        call_command("commission_calc")

    assert refused.value.returncode == 2
