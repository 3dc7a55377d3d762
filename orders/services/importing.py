"""A file brought in as a draft: its table, what its columns are, what its goods are. Nothing is taken in here."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from community.models import Group
from core.errors import DomainError
from core.models import User
from core.tables import MOST_ROWS, NotATable, read_table
from orders.enums import ImportKind, ImportState
from orders.models import Campaign, ColumnMapping, Import
from orders.rules.imports.columns import ORDER_WORDS, PRODUCT_WORDS, folded, guess, header_at
from orders.services.pasting import StrangeGroup
from orders.services.placing import CampaignClosed, closed_sentence

WORDS = {ImportKind.ORDERS: ORDER_WORDS, ImportKind.PRODUCTS: PRODUCT_WORDS}
REASON = gettext_noop("Why it was not taken in")
"""The last column of the rows that were not taken in; it is left out when they come back, whatever its language."""
ROWS_KEPT = timedelta(days=30)


class NoDraft(DomainError):
    """The import has been confirmed or undone before."""


@transaction.atomic
def start_import(
    *,
    kind: ImportKind,
    file_name: str,
    data: bytes,
    campaign: Campaign | None = None,
    group: Group | None = None,
    by: User,
    now: datetime,
) -> Import:
    """Keep a file's table as a draft, its columns as this person said of the last file with the same headers.

    Raises NotATable, CampaignClosed, StrangeGroup; then nothing was kept.
    """
    if campaign is not None and group is not None:
        if not campaign.groups.filter(pk=group.pk).exists():
            raise StrangeGroup(_("“%(campaign)s” does not run in this group.") % {"campaign": campaign.title})
        if not campaign.takes_orders(now):
            raise CampaignClosed(closed_sentence(campaign, now))
    table = read_table(data)
    start = header_at(table, WORDS[kind])
    place = next((table[start].index(name) for name in reasons() if name in table[start]), None)
    if place is not None:
        table = [row[:place] + row[place + 1 :] for row in table]
    header, rows = table[start], [row for row in table[start + 1 :] if any(row)]
    if not rows:
        raise NotATable(_("This file has a header and no rows."))
    if len(rows) > MOST_ROWS:
        raise NotATable(
            _("A file may have %(rows)s rows. Nothing was read; bring it in in parts.") % {"rows": MOST_ROWS}
        )
    return Import.objects.create(
        kind=kind,
        campaign=campaign,
        group=group,
        file_name=file_name.replace("\0", "")[-120:],
        digest=hashlib.sha256(data).hexdigest(),
        header=header,
        rows=rows,
        columns=remembered_columns(by, kind, header) or guess(header, WORDS[kind]),
        brought_by=by,
        brought_at=now,
    )


def reasons() -> list[str]:
    """The header of the column of reasons in every language."""
    said = []
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            said.append(_(REASON))
    return said


def headers_digest(header: Sequence[str]) -> str:
    return hashlib.sha256("\n".join(sorted({folded(one) for one in header})).encode()).hexdigest()


def remembered_columns(user: User, kind: ImportKind, header: Sequence[str]) -> dict[str, int]:
    """What this person said of a file with the same headers, wherever they stand now."""
    kept = ColumnMapping.objects.filter(user=user, kind=kind, headers=headers_digest(header)).first()
    if kept is None:
        return {}
    places = {name: place for place, name in reversed(list(enumerate(header)))}
    return {field: places[name] for field, name in kept.columns.items() if name in places}


@transaction.atomic
def map_columns(*, brought_in: Import, columns: Mapping[str, int], by: User) -> Import:
    """Keep which column is what, for this file and the next with the same headers. Raises NoDraft."""
    brought_in = locked_draft(brought_in)
    brought_in.columns = dict(columns)
    brought_in.save(update_fields=["columns"])
    ColumnMapping.objects.update_or_create(
        user=by,
        kind=brought_in.kind,
        headers=headers_digest(brought_in.header),
        defaults={"columns": {field: brought_in.header[place] for field, place in columns.items()}},
    )
    return brought_in


@transaction.atomic
def answer_goods(*, brought_in: Import, answers: Mapping[str, int]) -> Import:
    """Keep which offers some goods of the file are, LEAVE_OUT for none of them. Raises NoDraft."""
    brought_in = locked_draft(brought_in)
    brought_in.answers |= dict(answers)
    brought_in.save(update_fields=["answers"])
    return brought_in


def locked_draft(brought_in: Import) -> Import:
    """The import as it is now, locked. Raises NoDraft."""
    of_now = Import.objects.select_for_update(of=("self",)).select_related("campaign", "group").get(pk=brought_in.pk)
    if of_now.state != ImportState.DRAFT:
        raise NoDraft(_("This file has been taken in already. Bring in the next one."))
    return of_now


def taken_in_before(brought_in: Import) -> Import | None:
    """The last time this very file was taken in for the same campaign, if it was and still is."""
    same = Import.objects.filter(digest=brought_in.digest, kind=brought_in.kind, campaign=brought_in.campaign_id)
    return same.filter(state__in=[ImportState.APPLYING, ImportState.APPLIED]).order_by("-pk").first()


@transaction.atomic
def forget_imports(*, now: datetime) -> int:
    """Delete drafts of 30 days ago, and the rows of files taken in then: what they did is kept, not who was in them."""
    old = Import.objects.filter(brought_at__lt=now - ROWS_KEPT)
    drafts, _of_kinds = old.filter(state=ImportState.DRAFT).delete()
    rest = list(old.filter(state__in=[ImportState.APPLIED, ImportState.UNDONE]).exclude(rows=[]))
    for one in rest:
        one.rows, one.answers, one.outcome = [], {}, one.outcome | {"bad": []}
    Import.objects.bulk_update(rest, ["rows", "answers", "outcome"], batch_size=100)
    return drafts + len(rest)
