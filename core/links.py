"""Short links: a code nobody has yet, and openings counted by day. A number is kept, nobody's traces."""

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import connection, models
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from core.errors import DomainError
from core.rules.links import ALPHABET, CODE_LENGTH, is_persons_click
from core.sql import statement
from core.violations import refusing

COUNT_CLICK = statement(__file__, "count_click")
CODES_TRIED = 5


class CodeTaken(DomainError):
    """Another link has this code: draw again."""


def new_code(length: int = CODE_LENGTH) -> str:
    """A code for a short link, by chance."""
    return "".join(secrets.choice(ALPHABET) for _place in range(length))


def save_under_a_free_code(link: Any, *, refusals: Mapping[str, DomainError], length: int = CODE_LENGTH) -> None:
    """Save a new row, which has a unique `code`, under one that is free. Raises CodeTaken and what `refusals` says."""
    taken = CodeTaken(_("No free short link was found. Try again."))
    refusals = {**refusals, f"{link._meta.db_table}_code_key": taken}
    for tries_left in reversed(range(CODES_TRIED)):
        link.code = new_code(length)
        try:
            with refusing(refusals):
                link.save(force_insert=True)
            return
        except CodeTaken:
            if not tries_left:
                raise


def is_opened_by_a_person(request: HttpRequest) -> bool:
    """Whether opening a link counts: HEAD, link previews, crawlers and prefetching browsers do not look."""
    return is_persons_click(
        method=request.method or "",
        user_agent=request.headers.get("User-Agent", ""),
        purpose=request.headers.get("Sec-Purpose", request.headers.get("Purpose", "")),
    )


def count_click(
    days: type[models.Model], *, link: str, code: str, now: datetime, answer: str = "id"
) -> tuple[Any, ...] | None:
    """Count one opening of the link with this code on its day in Shanghai, in one statement; None for an unknown one.

    `days` has a row for each link (its field `link`) and day. `answer` is what to tell of the row of the link, which
    is called `followed`: SQL of the app that asks. No address, no cookie, no time of day is kept.
    """
    to: Any = days._meta.get_field(link)
    name = connection.ops.quote_name
    tables = {"links": name(to.related_model._meta.db_table), "days": name(days._meta.db_table)}
    with connection.cursor() as cursor:
        cursor.execute(
            COUNT_CLICK.format(**tables, link=name(to.column), answer=answer),
            {"code": code, "day": timezone.localdate(now)},
        )
        row: tuple[Any, ...] | None = cursor.fetchone()
    return row
