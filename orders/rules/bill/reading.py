"""Reading the CSV that WeChat Pay exports: a preamble, a rule of dashes, a header, one line for each movement.

Every line under the header that is not blank is money that came in or is set aside with a reason; none is in both.
"""

import csv
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from core.money import NotAnAmount, parse_yuan

MOST_ROWS = 5_000
LONGEST_NUMBER = 40
SHANGHAI = ZoneInfo("Asia/Shanghai")
"""WeChat writes its times in Beijing time without saying so."""

TIME, KIND, PAYER, GOODS, WAY, AMOUNT, STATE, NUMBER = (
    "交易时间",
    "交易类型",
    "交易对方",
    "商品",
    "收/支",
    "金额(元)",
    "当前状态",
    "交易单号",
)
REMARK = "备注"
NEEDED = {TIME, KIND, PAYER, GOODS, WAY, AMOUNT, STATE, NUMBER}
MOMENTS = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M")
ARRIVED = ("已收钱", "已存入零钱", "已到账", "已转入零钱", "收款成功", "支付成功")
"""How the state of money begins that is there. A state that is not known is looked at by somebody."""
PREFACE = {"account": "微信昵称", "begins": "起始时间"}
ZIPPED, SPREADSHEET_NUMBER = b"PK\x03\x04", re.compile(r"[\d.]+E\+\d+", re.IGNORECASE)
LINE_BREAK = re.compile("\r\n|\r|\n")


class Problem(StrEnum):
    """Why a file is no bill that can be read."""

    ZIPPED = "zipped"
    NOT_TEXT = "not_text"
    NO_HEADER = "no_header"
    TOO_LONG = "too_long"


class NotABill(ValueError):
    """The file cannot be read as a bill, and why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem)
        self.problem = problem


class AsideReason(StrEnum):
    """Why a line is not looked for among the orders."""

    SPENT = "spent"
    NEITHER = "neither"
    RETURNED = "returned"
    UNKNOWN_STATE = "unknown_state"
    TWICE = "twice"
    SHORTENED_NUMBER = "shortened_number"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Incoming:
    """Money that came in: `fen`, when (with its time zone), from whom, and what was written with it."""

    line: int
    external_id: str
    at: datetime
    fen: int
    payer: str
    text: str
    red_packet: bool = False


@dataclass(frozen=True, slots=True)
class Aside:
    """A line that is not looked for, as it stands in the file."""

    line: int
    reason: AsideReason
    raw: str
    state: str = ""


@dataclass(frozen=True, slots=True)
class Bill:
    """What a file says: whose account, which span of time, what came in and what is set aside."""

    account: str
    begins: str
    incoming: tuple[Incoming, ...]
    aside: tuple[Aside, ...]


def read_bill(data: bytes) -> Bill:
    """Read the file. Raises NotABill: not text, without the header of a bill, or beyond MOST_ROWS."""
    lines = LINE_BREAK.split(text_of(data))
    heads = [cells(line) for line in lines]
    at = next((number for number, head in enumerate(heads) if set(map(column, head)) >= NEEDED), None)
    if at is None:
        raise NotABill(Problem.NO_HEADER)
    columns = [column(cell) for cell in heads[at]]
    rows = [(number, cut) for number, cut in enumerate(heads[at + 1 :], at + 2) if any(cut)]
    if len(rows) > MOST_ROWS:
        raise NotABill(Problem.TOO_LONG)
    incoming: list[Incoming] = []
    aside: list[Aside] = []
    seen: set[str] = set()
    for number, cut in rows:
        read = read_row(number, dict(zip(columns, cut, strict=False)), lines[number - 1].strip())
        if isinstance(read, Incoming) and read.external_id in seen:
            read = Aside(number, AsideReason.TWICE, lines[number - 1].strip())
        if isinstance(read, Incoming):
            seen.add(read.external_id)
            incoming.append(read)
        else:
            aside.append(read)
    preface = said_before(heads[:at])
    return Bill(preface["account"], preface["begins"], tuple(incoming), tuple(aside))


def text_of(data: bytes) -> str:
    """UTF-8, with or without its mark, or GB18030 as Excel saves it in China."""
    if data.startswith(ZIPPED):
        raise NotABill(Problem.ZIPPED)
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise NotABill(Problem.NOT_TEXT)


def cells(line: str) -> list[str]:
    """The cells of one line: WeChat ends some with a tab. A quote that is never closed ends with its line."""
    try:
        return [cell.strip() for cell in next(csv.reader([line]), [])]
    except csv.Error:  # a cell longer than anything WeChat writes
        return [line.strip()]


def column(head: str) -> str:
    """The name of a column, however its brackets are written."""
    return head.replace("（", "(").replace("）", ")")


def said_before(heads: Iterable[list[str]]) -> dict[str, str]:
    """What the preamble says: `微信昵称：[沈嘉宁],,,` → account 沈嘉宁."""
    said = dict.fromkeys(PREFACE, "")
    for head in heads:
        for key, word in PREFACE.items():
            if head and head[0].startswith(word):
                said[key] = " – ".join(re.findall(r"\[([^\]]*)\]", " ".join(head)))
    return said


def read_row(number: int, row: Mapping[str, str], raw: str) -> Incoming | Aside:
    """One line under the header; what it lacks decides nothing, it is set aside."""
    way, state, kind = row.get(WAY, ""), row.get(STATE, ""), row.get(KIND, "")

    def aside(reason: AsideReason) -> Aside:
        return Aside(number, reason, raw, state)

    if NUMBER not in row:
        return aside(AsideReason.UNREADABLE)
    if way == "支出":
        return aside(AsideReason.SPENT)
    if way in {"/", "中性交易"}:
        return aside(AsideReason.NEITHER)
    if "退" in state or "退款" in kind:
        return aside(AsideReason.RETURNED)
    if SPREADSHEET_NUMBER.fullmatch(row[NUMBER]):
        return aside(AsideReason.SHORTENED_NUMBER)
    moment, fen = moment_of(row[TIME]), fen_of(row[AMOUNT])
    if way != "收入" or moment is None or fen is None or not readable_number(row[NUMBER]):
        return aside(AsideReason.UNREADABLE)
    if not state.startswith(ARRIVED):
        return aside(AsideReason.UNKNOWN_STATE)
    written = (said(row[GOODS]), said(row.get(REMARK, "")))
    return Incoming(
        line=number,
        external_id=row[NUMBER],
        at=moment,
        fen=fen,
        payer=said(row[PAYER]),
        text=" ".join(filter(None, written)),
        red_packet="红包" in kind,
    )


def said(cell: str) -> str:
    """WeChat writes a slash where there is nothing."""
    return "" if cell == "/" else cell


def moment_of(text: str) -> datetime | None:
    for form in MOMENTS:
        try:
            return datetime.strptime(text, form).replace(tzinfo=SHANGHAI)
        except ValueError:
            continue
    return None


def fen_of(text: str) -> int | None:
    """`¥12.50` → 1250; None when it is no amount or nothing."""
    try:
        fen = parse_yuan(text.lstrip("¥￥"))
    except NotAnAmount:
        return None
    return fen if fen > 0 else None


def readable_number(text: str) -> bool:
    return text.isascii() and text.isalnum() and len(text) <= LONGEST_NUMBER
