"""Reads an .xlsx answer back without a spreadsheet program: it is XML in a zip file."""

import re
from io import BytesIO
from xml.etree import ElementTree
from zipfile import ZipFile

from django.http import HttpResponse

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def sheets_of(answer: HttpResponse) -> dict[str, list[list[str | float | None]]]:
    """Every sheet of an answer by its name."""
    return sheets_in(answer.content)


def sheets_in(file: bytes) -> dict[str, list[list[str | float | None]]]:
    """Every sheet by its name, in order: rows of texts and numbers, None where a cell is empty.

    A formula fails: what people typed must never become one.
    """
    with ZipFile(BytesIO(file)) as book:
        names = [sheet.get("name", "") for sheet in read(book, "xl/workbook.xml").iter(f"{MAIN}sheet")]
        shared = "xl/sharedStrings.xml"  # not there when every text stands in its cell
        texts = [
            "".join(part.text or "" for part in one.iter(f"{MAIN}t"))
            for one in (read(book, shared).iter(f"{MAIN}si") if shared in book.namelist() else [])
        ]
        pages = [read(book, f"xl/worksheets/sheet{number}.xml") for number in range(1, len(names) + 1)]
    assert not [formula for page in pages for formula in page.iter(f"{MAIN}f")], "the workbook has a formula"
    return {name: rows_of(page, texts) for name, page in zip(names, pages, strict=True)}


def read(book: ZipFile, path: str) -> ElementTree.Element:
    return ElementTree.fromstring(book.read(path))  # noqa: S314 our own answer


def rows_of(page: ElementTree.Element, texts: list[str]) -> list[list[str | float | None]]:
    rows = []
    for row in page.iter(f"{MAIN}row"):
        cells: list[str | float | None] = []
        for cell in row.iter(f"{MAIN}c"):
            cells += [None] * (column_of(cell.get("r", "")) - len(cells))
            value = cell.findtext(f"{MAIN}v") or ""
            match cell.get("t"):
                case "s":
                    cells.append(texts[int(value)])
                case "inlineStr":
                    cells.append("".join(part.text or "" for part in cell.iter(f"{MAIN}t")))
                case _:
                    cells.append(float(value))
        rows.append(cells)
    return rows


def column_of(reference: str) -> int:
    """Where a cell stands in its row, counted from 0: B7 → 1."""
    column = 0
    for letter in re.sub(r"\d", "", reference):
        column = column * 26 + ord(letter) - ord("A") + 1
    return column - 1
