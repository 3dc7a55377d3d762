"""Tables people open in a spreadsheet program."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from io import BytesIO
from itertools import chain

from django.http import HttpResponse, StreamingHttpResponse
from xlsxwriter import Workbook

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SHEET_NAME_LENGTH = 31
NOT_IN_A_SHEET_NAME = str.maketrans(dict.fromkeys("[]:*?/\\", " "))
FORMULA_BEGINNINGS = ("=", "+", "-", "@", "\t", "\r")
BYTE_ORDER_MARK = "\ufeff"


@dataclass(frozen=True, slots=True)
class Yuan:
    """An amount in fen that a workbook shows in yuan, and adds up as a number."""

    fen: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """One page of a workbook. Cells are text, numbers, `Yuan`, or None for nothing."""

    name: str
    header: Sequence[object]
    rows: Iterable[Sequence[object]]


def csv_answer(file_name: str, header: Sequence[object], rows: Iterable[Sequence[object]]) -> HttpResponse:
    """A CSV file to keep. It begins with a byte order mark: Excel would read Chinese as mojibake without."""
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{file_name}"'
    answer.write(BYTE_ORDER_MARK)
    writer = csv.writer(answer)
    writer.writerow([harmless(cell) for cell in header])
    writer.writerows([harmless(cell) for cell in row] for row in rows)
    return answer


def csv_stream(file_name: str, header: Sequence[object], rows: Iterable[Sequence[object]]) -> StreamingHttpResponse:
    """The same, however long: it is sent while it is read. Amounts are in yuan, as numbers."""
    writer = csv.writer(_Line())
    lines = (writer.writerow([_plain(cell) for cell in row]) for row in chain([header], rows))
    answer = StreamingHttpResponse(chain([BYTE_ORDER_MARK], lines), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{file_name}"'
    return answer


class _Line:
    """A file that gives back what is written: a line is sent as soon as it is there."""

    def write(self, line: str) -> str:
        return line


def _plain(cell: object) -> object:
    return f"{Decimal(cell.fen) / 100:.2f}" if isinstance(cell, Yuan) else harmless(cell)


def xlsx_answer(file_name: str, sheets: Sequence[Sheet]) -> HttpResponse:
    """An Excel workbook to keep."""
    answer = HttpResponse(workbook(sheets), content_type=XLSX)
    answer["Content-Disposition"] = f'attachment; filename="{file_name}"'
    return answer


def workbook(sheets: Sequence[Sheet], *, as_it_comes: bool = False) -> bytes:
    """An Excel workbook. Text is stored as text, so nothing in it is ever run, whatever it looks like.

    `as_it_comes` is for many rows: none is kept in memory, and so no column is made as wide as its longest cell.
    """
    file = BytesIO()
    with Workbook(file, {"constant_memory": True} if as_it_comes else {"in_memory": True}) as book:
        heading, money = book.add_format({"bold": True}), book.add_format({"num_format": "#,##0.00"})
        for name, sheet in zip(sheet_names(one.name for one in sheets), sheets, strict=True):
            page = book.add_worksheet(name)
            page.freeze_panes(1, 0)
            for column, cell in enumerate(sheet.header):
                page.write_string(0, column, str(cell), heading)
            for row, cells in enumerate(sheet.rows, start=1):
                for column, cell in enumerate(cells):
                    match cell:
                        case None:
                            pass
                        case Yuan(fen):
                            page.write_number(row, column, Decimal(fen) / 100, money)
                        case int() | Decimal():
                            page.write_number(row, column, cell)
                        case _:
                            page.write_string(row, column, str(cell))
            if not as_it_comes:
                page.autofit()
    return file.getvalue()


def sheet_names(names: Iterable[str]) -> Iterator[str]:
    """The names as Excel takes them: short, without []:*?/\\, without quotes at the ends, none twice."""
    taken = {"", "history"}  # Excel keeps this one for itself.
    for name in names:
        plain = "".join(letter for letter in name.translate(NOT_IN_A_SHEET_NAME) if letter.isprintable()).strip("' ")
        short, number = plain[:SHEET_NAME_LENGTH].rstrip("' "), 1
        while short.lower() in taken:
            number += 1
            end = f" {number}"
            short = plain[: SHEET_NAME_LENGTH - len(end)].rstrip("' ") + end
        taken.add(short.lower())
        yield short


def harmless(cell: object) -> object:
    """Text that a spreadsheet would take for a formula gets an apostrophe in front; numbers stay numbers.

    A member may call themselves =HYPERLINK(…): whoever opens the file must not run it.
    """
    return f"'{cell}" if isinstance(cell, str) and cell.lstrip(" ").startswith(FORMULA_BEGINNINGS) else cell
