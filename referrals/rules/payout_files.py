"""Files for the bank and what comes back: their layouts as data, reading and writing them.

A layout names its columns by header and by what stands there; the file that comes back has the same number column, one
that says the outcome, and may say why. A word nobody knows is no outcome: the transfer is unknown, and not sent again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

PAID, FAILED, UNKNOWN = "paid", "failed", "unknown"


@dataclass(frozen=True, slots=True)
class Line:
    """One transfer as a file says it: fen, and text as it is kept."""

    number: str
    holder: str
    bank: str
    account: str
    net_fen: int
    gross_fen: int
    withheld_fen: int
    purpose: str

    @property
    def net(self) -> str:
        return _yuan(self.net_fen)

    @property
    def gross(self) -> str:
        return _yuan(self.gross_fen)

    @property
    def withheld(self) -> str:
        return _yuan(self.withheld_fen)


@dataclass(frozen=True, slots=True)
class Layout:
    """`columns` are headers and fields of Line; the others name the returned file's number, outcome and reason."""

    columns: Sequence[tuple[str, str]]
    encoding: str
    needs_account: bool
    number: str
    amount: str
    outcome: str
    reason: str
    outcomes: Mapping[str, str]


WORDS = {
    "成功": PAID,
    "交易成功": PAID,
    "已入账": PAID,
    "paid": PAID,
    "success": PAID,
    "失败": FAILED,
    "交易失败": FAILED,
    "退票": FAILED,
    "failed": FAILED,
    "returned": FAILED,
}
LAYOUTS = {
    "generic": Layout(
        columns=[
            ("number", "number"),
            ("name", "holder"),
            ("bank", "bank"),
            ("account", "account"),
            ("gross", "gross"),
            ("withheld", "withheld"),
            ("net", "net"),
            ("purpose", "purpose"),
        ],
        encoding="utf-8-sig",
        needs_account=False,
        number="number",
        amount="net",
        outcome="outcome",
        reason="reason",
        outcomes=WORDS,
    ),
    "bank": Layout(
        columns=[
            ("收款账号", "account"),
            ("收款户名", "holder"),
            ("收款银行", "bank"),
            ("金额", "net"),
            ("用途", "purpose"),
            ("业务参考号", "number"),
        ],
        encoding="gb18030",
        needs_account=True,
        number="业务参考号",
        amount="金额",
        outcome="处理结果",
        reason="失败原因",
        outcomes=WORDS,
    ),
}


class NotReturns(ValueError):
    """The table has no column for the number or the outcome; the text names the missing header."""


@dataclass(frozen=True, slots=True)
class Returned:
    """What a returned file says of one transfer; `amount` is text as written, empty where the file has none."""

    number: str
    outcome: str
    amount: str
    said: str


def written(layout: Layout, lines: Sequence[Line]) -> list[list[str]]:
    """The file's rows, its header first."""
    header = [title for title, _field in layout.columns]
    return [header, *([getattr(line, field) for _title, field in layout.columns] for line in lines)]


def read_returns(layout: Layout, rows: Sequence[Sequence[str]]) -> list[Returned]:
    """What each row under the header says; rows without a number are left out. Raises NotReturns."""
    header = next((place for place, row in enumerate(rows) if layout.number in row), None)
    if header is None or layout.outcome not in rows[header]:
        raise NotReturns(layout.number if header is None else layout.outcome)
    places = {title: place for place, title in enumerate(rows[header])}

    def cell(row: Sequence[str], title: str) -> str:
        return row[places[title]].strip() if title in places else ""

    found = []
    for row in rows[header + 1 :]:
        if number := cell(row, layout.number):
            word = cell(row, layout.outcome)
            said = " ".join(part for part in (word, cell(row, layout.reason)) if part)
            outcome = layout.outcomes.get(word.lower(), UNKNOWN)
            found.append(Returned(number, outcome, cell(row, layout.amount), said[:200]))
    return found


def _yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02}"
