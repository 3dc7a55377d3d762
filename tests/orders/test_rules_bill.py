"""Reading a WeChat bill and putting it beside orders; the examples stand in docs/algorithms/bill.md."""

import csv
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.rules.bill import (
    AsideReason,
    Confidence,
    Incoming,
    Match,
    NotABill,
    OpenOrder,
    Packet,
    Problem,
    Reason,
    match_rows,
    read_bill,
)
from orders.rules.bill.reading import SHANGHAI
from orders.rules.jielong import same_name_key
from tests.orders.bill_files import PREAMBLE, Line, bill_file, bill_text, number

CERTAIN, LIKELY, DOUBTFUL, NONE = Confidence
NOON = datetime(2026, 11, 20, 12, 0, tzinfo=SHANGHAI)


class TestReading:
    def test_a_line_of_money_that_came_in_says_all_that_matters(self):
        line = Line(number(1), "王芳", "1,259.80", goods="收款方备注:二维码收款", remark="3-1701", kind="微信红包")

        bill = read_bill(bill_file(line))

        (row,) = bill.incoming
        assert (row.external_id, row.fen, row.payer, row.red_packet) == (number(1), 125980, "王芳", True)
        assert row.at == datetime(2026, 11, 20, 12, 30, tzinfo=SHANGHAI)
        assert row.text == "收款方备注:二维码收款 3-1701"
        assert (bill.account, bill.begins) == ("周敏", "2026-11-14 00:00:00 – 2026-11-20 23:59:59")

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
    def test_it_is_read_in_the_encodings_it_is_met_in(self, encoding):
        bill = read_bill(bill_file(Line(number(1), "王芳"), encoding=encoding))

        assert [row.payer for row in bill.incoming] == ["王芳"]

    @pytest.mark.parametrize(
        ("line", "reason"),
        [
            (Line(number(1), way="支出", state="支付成功"), AsideReason.SPENT),
            (Line(number(1), way="/", kind="零钱提现", state="提现已到账"), AsideReason.NEITHER),
            (Line(number(1), state="已全额退款"), AsideReason.RETURNED),
            (Line(number(1), state="已退款(￥5.00)"), AsideReason.RETURNED),
            (Line(number(1), kind="京东-退款", state="已到账"), AsideReason.RETURNED),
            (Line(number(1), state="待收款"), AsideReason.UNKNOWN_STATE),
            (Line("1.00005E+27"), AsideReason.SHORTENED_NUMBER),
            (Line(""), AsideReason.UNREADABLE),
            (Line(number(1), yuan="0.00"), AsideReason.UNREADABLE),
            (Line(number(1), yuan="很多"), AsideReason.UNREADABLE),
            (Line(number(1), at="昨天"), AsideReason.UNREADABLE),
            (Line(number(1), way="收"), AsideReason.UNREADABLE),
            ("2026-11-20 12:30:00,转账", AsideReason.UNREADABLE),
        ],
    )
    def test_what_is_no_money_that_came_in_is_set_aside_with_its_reason(self, line, reason):
        bill = read_bill(bill_file(line))

        assert bill.incoming == ()
        assert [one.reason for one in bill.aside] == [reason]

    def test_a_transaction_counts_once_in_a_file(self):
        bill = read_bill(bill_file(Line(number(1), "王芳"), Line(number(1), "王芳")))

        assert [row.line for row in bill.incoming] == [18]
        assert [(one.line, one.reason) for one in bill.aside] == [(19, AsideReason.TWICE)]

    def test_a_quote_that_is_never_closed_spoils_its_own_line_only(self):
        bill = read_bill(bill_file('2026-11-20 12:30:00,转账,"王芳,/,收入', Line(number(2), "李雷")))

        assert [row.payer for row in bill.incoming] == ["李雷"]

    @pytest.mark.parametrize(
        ("data", "problem"),
        [
            (b"PK\x03\x04", Problem.ZIPPED),
            (b"\xff\xfe\x00\x01", Problem.NOT_TEXT),
            ("姓名,金额".encode(), Problem.NO_HEADER),
            (bill_file(*["x"] * 5001), Problem.TOO_LONG),
        ],
    )
    def test_a_file_that_is_no_bill_says_what_it_is(self, data, problem):
        with pytest.raises(NotABill) as raised:
            read_bill(data)

        assert raised.value.problem == problem

    @given(
        st.lists(
            st.one_of(
                st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r\n"), max_size=40),
                st.builds(
                    Line,
                    number=st.sampled_from([number(1), number(2), "", "1E+27"]),
                    yuan=st.sampled_from(["1.00", "0", "x", "-1.00"]),
                    at=st.sampled_from(["2026-11-20 12:30:00", "2026/11/20 12:30", "?"]),
                    way=st.sampled_from(["收入", "支出", "/", "?"]),
                    state=st.sampled_from(["已存入零钱", "已全额退款", "?"]),
                ).map(str),
            ),
            max_size=12,
        )
    )
    def test_every_line_that_is_not_blank_is_in_exactly_one_place(self, lines):
        head = PREAMBLE.count("\n")
        bill = read_bill(bill_text(*lines).encode())

        cut = [next(csv.reader([line]), []) for line in lines]
        filled = [n for n, cells in enumerate(cut, head + 1) if any(cell.strip() for cell in cells)]
        assert sorted([row.line for row in bill.incoming] + [one.line for one in bill.aside]) == filled
        assert len({row.external_id for row in bill.incoming}) == len(bill.incoming)
        assert all(row.fen > 0 for row in bill.incoming)


def owes(order_id: int, name: str, door: str = "", *, fen: int = 5980, **fields) -> OpenOrder:
    """An order taken in at ten o'clock."""
    given_up = {"since": NOON - timedelta(hours=2), "placed_at": NOON - timedelta(hours=2), "pinyin": ""}
    return OpenOrder(
        order_id,
        **{"names": frozenset({same_name_key(name)}), "door": door, "due_fen": fen, **given_up, **fields},
    )


def came(payer: str, text: str = "", *, fen: int = 5980, at: datetime = NOON, which: int = 1, **fields) -> Incoming:
    return Incoming(which, number(which), at, fen, payer, text, **fields)


def match(row: Incoming, *orders: OpenOrder) -> Match:
    return match_rows([row], orders)[0]


def ids(match: Match) -> list[int]:
    return [one.order.order_id for one in match.candidates]


FANG, OTHER_FANG, LEI = owes(1, "王芳", "3-1701"), owes(2, "王芳", "9-101"), owes(3, "李雷", "5-602")


class TestMatching:
    @pytest.mark.parametrize(
        ("payer", "text", "confidence", "first"),
        [
            ("李雷", "", CERTAIN, [3]),
            ("小鹿", "5栋602", CERTAIN, [3]),
            ("王芳", "3-1701", CERTAIN, [1]),
            ("王芳", "", DOUBTFUL, [1, 2]),
            ("王芳", "5-602", LIKELY, [3]),
            ("小鹿", "", DOUBTFUL, [1, 2, 3]),
        ],
    )
    def test_the_table_of_the_document(self, payer, text, confidence, first):
        found = match(came(payer, text), FANG, OTHER_FANG, LEI)

        assert found.confidence == confidence
        assert sorted(ids(found)[: len(first)]) == first

    def test_two_rows_that_name_one_order_are_both_to_be_looked_at(self):
        found = match_rows([came("李雷"), came("李雷", which=2)], [LEI])

        assert [one.confidence for one in found] == [LIKELY, LIKELY]

    def test_a_row_that_names_nobody_does_not_disturb_one_that_does(self):
        found = match_rows([came("李雷"), came("小鹿", which=2)], [LEI])

        assert [one.confidence for one in found] == [CERTAIN, LIKELY]

    def test_an_order_that_is_certain_for_another_row_comes_last_and_says_so(self):
        _certain, open_one = match_rows([came("李雷"), came("小鹿", which=2)], [LEI, FANG])

        assert ids(open_one) == [1, 3]
        assert Reason.OTHER_ROW in open_one.candidates[1].reasons

    @pytest.mark.parametrize("payer", ["王芳", "3-1701王芳", " 王 芳 ", "王芳🌷", "王芳的手机"])
    def test_a_name_of_its_own_names_the_payer(self, payer):
        assert match(came(payer), FANG).confidence == CERTAIN

    @pytest.mark.parametrize("payer", ["王芳芳", "小王芳", "芳", "wangfang"])
    def test_a_part_of_a_longer_name_names_nobody(self, payer):
        assert match(came(payer), FANG).confidence == LIKELY

    @pytest.mark.parametrize(("payer", "confidence"), [("王芳1", CERTAIN), ("3-101王芳1", CERTAIN), ("王芳12", LIKELY)])
    def test_a_number_that_is_part_of_the_name_ends_with_it(self, payer, confidence):
        assert match(came(payer), owes(1, "王芳1", "3-101")).confidence == confidence

    def test_how_somebody_signs_in_the_chain_is_their_name(self):
        signs = replace(FANG, names=FANG.names | {same_name_key("小鹿妈妈")})

        assert match(came("小鹿妈妈"), signs, LEI).confidence == CERTAIN

    def test_pinyin_is_a_reason_and_not_a_name(self):
        found = match(came("WangFang"), replace(FANG, pinyin="wangfang wf"), LEI)

        assert (found.confidence, ids(found)[0]) == (DOUBTFUL, 1)
        assert found.candidates[0].reasons == (Reason.SPELLED,)

    @pytest.mark.parametrize("fen", [5979, 5981])
    def test_only_the_exact_amount_is_in_question(self, fen):
        assert match(came("李雷", fen=fen), LEI).confidence == NONE

    @pytest.mark.parametrize(
        ("after", "confidence"),
        [
            (timedelta(seconds=-1), NONE),
            (timedelta(0), CERTAIN),
            (timedelta(days=14), CERTAIN),
            (timedelta(days=14, seconds=1), NONE),
        ],
    )
    def test_money_comes_after_the_order_and_within_fourteen_days(self, after, confidence):
        assert match(came("李雷", at=LEI.placed_at + after), LEI).confidence == confidence

    def test_an_order_out_of_a_chain_may_be_paid_before_it_is_pasted(self):
        pasted = replace(LEI, since=NOON - timedelta(days=1))

        assert match(came("李雷", at=NOON - timedelta(hours=5)), pasted).confidence == CERTAIN

    @pytest.mark.parametrize(
        ("kind", "at", "confidence"),
        [
            (True, NOON, CERTAIN),
            (False, NOON, NONE),
            (True, NOON + timedelta(hours=25), NONE),
        ],
    )
    def test_a_red_packet_is_the_one_that_was_noted_if_it_came_in_time(self, kind, at, confidence):
        noted = replace(LEI, packets=(Packet(7, 2000, NOON + timedelta(hours=24)),))

        found = match(came("李雷", fen=2000, at=at, red_packet=kind), noted)

        assert found.confidence == confidence
        assert [one.packet.claim_id for one in found.candidates if one.packet] == [7] * (confidence == CERTAIN)

    def test_money_that_may_be_recorded_by_hand_already_is_not_certain(self):
        paid_before = replace(LEI, order_id=9, due_fen=0, by_hand=(5980,))

        found = match(came("李雷"), LEI, paid_before)

        assert (found.confidence, ids(found)) == (LIKELY, [3])
        assert [one.order_id for one in found.by_hand] == [9]

    def test_what_somebody_else_paid_by_hand_disturbs_nobody(self):
        assert match(came("李雷"), LEI, replace(FANG, due_fen=0, by_hand=(5980,))).confidence == CERTAIN

    @given(
        st.lists(
            st.tuples(st.sampled_from(["王芳", "李雷", "小鹿"]), st.sampled_from(["", "3-1701", "5-602"])), max_size=5
        )
    )
    def test_no_order_is_certain_for_two_rows(self, written):
        rows = [came(payer, text, which=which) for which, (payer, text) in enumerate(written)]

        found = match_rows(rows, [FANG, OTHER_FANG, LEI])

        certain = [ids(one)[0] for one in found if one.confidence == CERTAIN]
        assert len(certain) == len(set(certain))
