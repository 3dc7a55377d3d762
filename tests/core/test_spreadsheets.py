"""Workbooks: text stays text, numbers stay numbers, and Excel takes the sheets' names."""

from decimal import Decimal

import pytest

from core.spreadsheets import Sheet, Yuan, sheet_names, xlsx_answer
from tests.workbooks import sheets_of


def test_text_stays_text_and_numbers_stay_numbers():
    rows = [["=1+1", "https://example.com", "007", 3, Decimal("2.5"), Yuan(1980), None, "尾"]]

    answer = xlsx_answer("list.xlsx", [Sheet("甲", ["a"], rows)])

    assert sheets_of(answer) == {"甲": [["a"], ["=1+1", "https://example.com", "007", 3, 2.5, 19.8, None, "尾"]]}
    assert answer["Content-Disposition"] == 'attachment; filename="list.xlsx"'


@pytest.mark.parametrize(
    ("names", "taken"),
    [
        (["江桥果品", "崇明"], ["江桥果品", "崇明"]),
        (["a/b:c*d?[e]\\f"], ["a b c d  e  f"]),
        (["'老城隍'"], ["老城隍"]),
        (["Farm", "farm"], ["Farm", "farm 2"]),
        (["History"], ["History 2"]),
        (["", "///"], [" 2", " 3"]),
        (["果" * 40, "果" * 40], ["果" * 31, "果" * 29 + " 2"]),
        (["控\x01制"], ["控制"]),
    ],
)
def test_excel_takes_every_name(names, taken):
    assert list(sheet_names(names)) == taken

    xlsx_answer("list.xlsx", [Sheet(name, [], []) for name in names])  # XlsxWriter refuses what Excel would
