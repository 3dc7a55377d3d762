"""Files too long to wait for: a job finds their rows part by part, its last part makes the file.

Which rows a file has is written down when somebody asks; what they say is read part by part, as whoever asked sees it
by then. The app declares the kind of job: its function hands the rows of its shard's `ids` to `keep_part`, and its
`finish` is `finish_export`, or for another kind of file one that calls `make_file`.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from core.errors import DomainError
from core.jobs.queue import enqueue
from core.jobs.registry import Work
from core.models import Export, ExportPart, Job, User
from core.spreadsheets import Sheet, Yuan, workbook

AT_ONCE = 5_000
"""Rows a page answers itself; a job makes what is longer."""
MOST = 200_000
"""Rows of one file."""
PART = 2_000
"""Rows of one shard: a few seconds of work."""
KEPT = timedelta(days=7)


class TooLong(DomainError):
    """More rows were asked for than a file takes."""


@transaction.atomic
def ask_for_export(
    *,
    kind: str,
    ids: Sequence[int],
    header: Sequence[object],
    arguments: dict[str, Any],
    file_name: str,
    by: User,
    now: datetime,
    part: int | None = None,
) -> Job:
    """Have a file made of the rows with these ids, in their order; asking twice within a minute is asking once.

    `part` is how many rows one shard reads, `PART` unless it says so. A file without a `header` is no table.

    The job's arguments are `arguments` and the `language` of who asks. Raises TooLong beyond `MOST` rows.
    """
    if len(ids) > MOST:
        raise TooLong(
            _("A workbook takes %(most)d rows. Choose fewer, by days or a campaign, or take the CSV file.")
            % {"most": MOST}
        )
    part = part or PART
    asked = hashlib.sha256(repr((sorted(arguments.items()), get_language())).encode()).hexdigest()[:16]
    job = enqueue(
        key=f"{kind}:{by.pk}:{now:%Y-%m-%dT%H:%M}:{asked}",
        kind=kind,
        arguments={**arguments, "language": get_language()},
        shards=[{"ids": list(ids[start : start + part])} for start in range(0, len(ids), part)],
        by=by,
    )
    wanted = {"owner": by, "file_name": file_name, "header": [str(cell) for cell in header], "expires_at": now + KEPT}
    Export.objects.get_or_create(job=job, defaults=wanted)
    return job


def keep_part(*, work: Work, rows: Iterable[Sequence[object]]) -> None:
    """Keep the rows of one shard until the file is made. Cells are text, whole numbers, `Yuan`, None, or lists."""
    kept = [[{"fen": cell.fen} if isinstance(cell, Yuan) else cell for cell in row] for row in rows]
    export = Export.objects.only("pk").get(job=work.job_id)
    ExportPart.objects.create(export=export, number=work.number, rows=kept)
    Export.objects.filter(pk=export.pk).update(rows=F("rows") + len(kept))


def finish_export(job: Job) -> dict[str, Any]:
    """Make a workbook of all parts, and forget them."""
    return make_file(job, _workbook)


def _workbook(export: Export, rows: Iterator[list[Any]]) -> bytes:
    return workbook([Sheet(export.file_name.removesuffix(".xlsx"), export.header, rows)], as_it_comes=True)


def make_file(job: Job, make: Callable[[Export, Iterator[list[Any]]], bytes]) -> dict[str, Any]:
    """Make the file of all parts as `make` does, and forget them."""
    export = Export.objects.get(job=job)
    Export.objects.filter(pk=export.pk).update(file=make(export, _rows_of(export)), made_at=Now())
    export.parts.all().delete()
    return {"exported": export.rows}


def _rows_of(export: Export) -> Iterator[list[Any]]:
    for part in export.parts.order_by("number").iterator(chunk_size=1):
        for row in part.rows:
            yield [Yuan(cell["fen"]) if isinstance(cell, dict) else cell for cell in row]


def forget_exports(*, now: datetime) -> int:
    """Files that have run out; how many."""
    _rows, forgotten = Export.objects.filter(expires_at__lte=now).delete()
    return forgotten.get("core.Export", 0)
