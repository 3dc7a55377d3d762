"""Tables people open in a spreadsheet program."""

import csv
from collections.abc import Iterable, Sequence

from django.http import HttpResponse

FORMULA_BEGINNINGS = ("=", "+", "-", "@", "\t", "\r")
BYTE_ORDER_MARK = "\ufeff"


def csv_answer(file_name: str, header: Sequence[object], rows: Iterable[Sequence[object]]) -> HttpResponse:
    """A CSV file to keep. It begins with a byte order mark: Excel would read Chinese as mojibake without."""
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{file_name}"'
    answer.write(BYTE_ORDER_MARK)
    writer = csv.writer(answer)
    writer.writerow([harmless(cell) for cell in header])
    writer.writerows([harmless(cell) for cell in row] for row in rows)
    return answer


def harmless(cell: object) -> object:
    """Text that a spreadsheet would take for a formula gets an apostrophe in front; numbers stay numbers.

    A member may call themselves =HYPERLINK(…): whoever opens the file must not run it.
    """
    return f"'{cell}" if isinstance(cell, str) and cell.lstrip(" ").startswith(FORMULA_BEGINNINGS) else cell
