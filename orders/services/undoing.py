"""Taking a confirmed paste back, for half an hour."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from core.errors import DomainError
from core.models import User
from orders.enums import CampaignState, PasteState
from orders.models import UNDO_WITHIN, ChainEntry, Paste, PasteChange
from orders.services.entry_changes import EntryChange, place_moves, recalled, take_back_doors, take_back_notes
from orders.services.pasting import AlreadyApplied, as_json
from orders.services.room import locked_offers


class TooLateToUndo(DomainError):
    """The half hour is over, the campaign is cut off, or a later paste built on this one."""


@transaction.atomic
def undo_paste(*, paste: Paste, by: User, now: datetime) -> None:
    """Take a whole batch back within half an hour, as long as orders are still taken and nothing was built on it."""
    paste = Paste.objects.select_for_update(of=("self",)).select_related("campaign", "group").get(pk=paste.pk)
    if paste.state != PasteState.APPLIED or paste.applied_at is None:
        raise AlreadyApplied(_("There is nothing to undo: this paste is not applied."))
    if now - paste.applied_at > UNDO_WITHIN:
        raise TooLateToUndo(_("A batch can be undone for 30 minutes. Correct the orders one by one instead."))
    locked_offers(
        paste.campaign_id
    )  # Another paste is confirmed before this, and is seen, or after it; so is a cut-off.
    paste.campaign.refresh_from_db()
    if paste.campaign.state != CampaignState.OPEN or not paste.campaign.takes_orders(now):
        raise TooLateToUndo(_("The campaign is cut off, so the batch stays. Record what is missing as a shortage."))
    kept = list(paste.changes.select_related("entry").order_by("entry__key"))
    # Later by the change: a draft may be older than a paste and confirmed after it.
    last = max((change.pk for change in kept), default=0)
    later = PasteChange.objects.filter(entry__in=[change.entry_id for change in kept], pk__gt=last)
    if later.exclude(paste__state=PasteState.UNDONE).exists():
        raise TooLateToUndo(_("A later paste changed the same entries. Undo that one first."))
    back = [EntryChange(one.entry.key, before=recalled(one.after), after=recalled(one.before)) for one in kept]
    place_moves(back, paste=paste, by=by, now=now, reason=_("batch undone"))
    restore_entries(kept, back)
    take_back_notes(back, paste=paste)
    take_back_doors(paste)
    paste.state, paste.undone_at = PasteState.UNDONE, now
    paste.save(update_fields=["state", "undone_at"])


def restore_entries(kept: Sequence[PasteChange], back: Sequence[EntryChange]) -> None:
    for one, change in zip(kept, back, strict=True):
        entry, side = one.entry, change.after
        entry.lines, entry.live = as_json(side.quantities), bool(side.quantities)
        entry.member_id, entry.order_id = side.member_id, side.order_id or entry.order_id
        entry.raw, entry.content = side.raw, side.content
        entry.signature, entry.author, entry.note = side.signature, side.author, side.note
    fields = ["lines", "live", "member", "order", "raw", "content", "signature", "author", "note"]
    ChainEntry.objects.bulk_update([one.entry for one in kept], fields)
