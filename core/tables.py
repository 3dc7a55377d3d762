"""Reading the tables people bring in: a workbook or a CSV file as rows of text, within what a server can take."""

import csv
import re
from datetime import date, datetime, time
from io import BytesIO, StringIO
from zipfile import BadZipFile, ZipFile

from django.utils.translation import gettext as _
from python_calamine import CalamineError, load_workbook

from core.errors import DomainError

MOST_BYTES = 5_000_000
MOST_ROWS = 5_000
MOST_COLUMNS = 40
LONGEST_CELL = 500
MOST_UNPACKED = 60_000_000
"""Bytes a workbook may unpack to; it is read in memory."""
DELIMITERS = ",;\t"
ENCODINGS = ("utf-8-sig", "gb18030")
"""Excel writes CSV in the second one on a Chinese Windows; text in it is rarely valid in the first."""

_CELL = re.compile(rb'<(?:\w+:)?c\b[^>]*?\sr="([A-Z]+)(\d+)"')
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\ud800-\udfff]")

Rows = list[list[str]]


class NotATable(DomainError):
    """The file is none that is read here, or too large. Nothing was kept."""


def read_table(data: bytes) -> Rows:
    """The rows of a CSV file or of a workbook's first sheet with anything in it, all of one width; empty rows left out.

    Raises NotATable with a sentence.
    """
    if len(data) > MOST_BYTES:
        raise NotATable(_("The file is larger than 5 MB. Nothing was read; bring it in in parts."))
    cells = _workbook(data) if data.startswith(b"PK") else _comma_separated(data)
    rows = [tidy for row in cells if any(tidy := [_text(cell) for cell in row])]
    width = max((_width(row) for row in rows), default=0)
    if not rows:
        raise NotATable(_("There is nothing in this file."))
    # The header and what stands above it come on top.
    if len(rows) > MOST_ROWS + 10 or width > MOST_COLUMNS:
        raise NotATable(
            _("A file may have %(rows)s rows and %(columns)s columns. Nothing was read; bring it in in parts.")
            % {"rows": MOST_ROWS, "columns": MOST_COLUMNS}
        )
    return [(row + [""] * width)[:width] for row in rows]


def _workbook(data: bytes) -> list[list[object]]:
    """A sheet that names a cell far out would be laid out up to there, so that is looked at first."""
    unreadable = NotATable(_("This workbook cannot be read. Save it as .xlsx or CSV and bring it in again."))
    try:
        with ZipFile(BytesIO(data)) as book:
            sheets = [name for name in book.namelist() if name.startswith("xl/worksheets/") and name.endswith(".xml")]
            if not sheets or sum(one.file_size for one in book.infolist()) > MOST_UNPACKED:
                raise unreadable
            if any(_reaches_far(book.read(name)) for name in sheets):
                raise unreadable
        loaded = load_workbook(BytesIO(data))
        for name in loaded.sheet_names:
            cells = loaded.get_sheet_by_name(name).to_python()
            if any(any(cell != "" for cell in row) for row in cells):
                return [list(row) for row in cells]
    except (BadZipFile, CalamineError, NotImplementedError, RuntimeError) as error:
        raise unreadable from error
    return []


def _reaches_far(sheet: bytes) -> bool:
    return any(
        len(column) > 2 or (len(column) == 2 and column > b"CZ") or len(row) > 5 or int(row) > 2 * MOST_ROWS
        for column, row in _CELL.findall(sheet)
    )


def _comma_separated(data: bytes) -> Rows:
    text = _decoded(data)
    beginning = text.splitlines()[:10]
    delimiter = max(DELIMITERS, key=lambda mark: sum(line.count(mark) for line in beginning))
    try:
        return list(csv.reader(StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise NotATable(_("This file cannot be read as CSV. Save it as .xlsx and bring it in again.")) from error


def _decoded(data: bytes) -> str:
    if b"\0" not in data:
        for encoding in ENCODINGS:
            try:
                return data.decode(encoding)
            except UnicodeDecodeError:
                continue
    raise NotATable(
        _("This is neither a workbook (.xlsx) nor a CSV file. Save it as one of them and bring it in again.")
    )


def _text(cell: object) -> str:
    match cell:
        case bool():
            return "1" if cell else "0"
        case float() if cell.is_integer() and abs(cell) < 10**15:
            return str(int(cell))  # A phone number is a number to a spreadsheet.
        case datetime() | date() | time():
            return cell.isoformat(" ", "minutes") if isinstance(cell, datetime) else cell.isoformat()
        case _:
            return _UNSEEN.sub("", str(cell)).strip()[:LONGEST_CELL]


def _width(row: list[str]) -> int:
    return max((place for place, cell in enumerate(row, start=1) if cell), default=0)
