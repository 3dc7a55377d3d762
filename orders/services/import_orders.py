"""The orders of a file: read beside what is known, taken in, and taken back for half an hour."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from community.enums import Channel
from community.models import Group, Member, Membership
from core.errors import DomainError
from core.jobs import enqueue
from core.models import User
from core.money import amount_of
from core.rules.pinyin import index_of
from core.violations import refusing
from orders.enums import ImportState, OrderSource
from orders.models import (
    UNDO_WITHIN,
    Campaign,
    Import,
    ImportedOrder,
    Offer,
    Order,
    ProductAlias,
)
from orders.rules.chain.notes import with_notes_of_entries
from orders.rules.imports.orders import Draft, Goods, Known, ReadOrder, group_rows, phone_of, read_orders
from orders.rules.imports.outcome import Standing
from orders.rules.jielong.text import same_name_key
from orders.services.entry_changes import said_in_notes
from orders.services.importing import NoDraft, locked_draft
from orders.services.learning import ALIAS_LENGTH
from orders.services.pasting import as_json, directory_of, quantities_of, rule_offers
from orders.services.placing import CampaignClosed, Wanted, closed_sentence, place
from orders.services.room import Room, locked_offers, room_for
from orders.services.undoing import TooLateToUndo

AT_ONCE = 200
"""Orders that are taken in while somebody waits, and in one shard of a job beyond that."""
JOB = "import_orders"


class NothingToTake(DomainError):
    """No row of the file can be taken in as it is."""


class SomebodyCame(DomainError):
    """A phone of the file was noted for somebody new in this moment."""


@dataclass(slots=True)
class Tally:
    """What taking in a part of a file did; `bad` are rows not taken, by their place, with why."""

    orders: int
    rows: int
    new_members: int
    amount_fen: int
    aside: int
    bad: list[dict[str, Any]]


def drafts_of(brought_in: Import) -> list[Draft]:
    return group_rows(brought_in.rows, brought_in.columns, group_id=brought_in.group_id or 0)


def read_import(brought_in: Import, drafts: Sequence[Draft] | None = None) -> list[ReadOrder]:
    """The file's orders as they read now; of some of them only, if given. Changes nothing."""
    drafts = drafts_of(brought_in) if drafts is None else drafts
    campaign, group = chain_of(brought_in)
    offers = list(campaign.offers.filter(called_off_at=None).select_related("product").order_by("position", "pk"))
    goods = [
        Goods(
            offer.pk,
            offer.name,
            (*known.aliases, *([offer.product.code] if offer.product.code else []), *spelled_out(offer)),
            offer.unit,
            offer.price_fen,
            offer.counted,
        )
        for offer, known in zip(offers, rule_offers(offers, group), strict=True)
    ]
    phones = {phone for draft in drafts for cells in draft.cells if (phone := phone_of(cells.get("phone", "")))}
    keys = {kept_key(draft.key): draft.key for draft in drafts}
    taken = ImportedOrder.objects.filter(campaign=campaign, key__in=list(keys), live=True)
    known = Known(
        goods=goods,
        people=directory_of(group),
        phones={
            phone: (pk, name)
            for phone, pk, name in Member.objects.filter(phone__in=phones).values_list("phone", "pk", "name")
        },
        taken={
            keys[key]: (member_id, quantities_of(lines))
            for key, member_id, lines in taken.values_list("key", "order__member", "lines")
        },
        answers=brought_in.answers,
        group_id=group.pk,
    )
    return read_orders(drafts, known)


def chain_of(brought_in: Import) -> tuple[Campaign, Group]:
    """Where the file's orders go in; an import of orders names both."""
    if brought_in.campaign is None or brought_in.group is None:
        raise ValueError(f"{brought_in.pk} brings in no orders")
    return brought_in.campaign, brought_in.group


def spelled_out(offer: Offer) -> list[str]:
    """The name with the product's spec, as exporting programs write it."""
    return [f"{offer.product.name}{offer.product.spec}"] if offer.product.spec else []


def kept_key(key: str) -> str:
    """How an order is recognised, without who it is of: a key may hold a phone or a door."""
    return salted_hmac("orders.imports", key, algorithm="sha256").hexdigest()


def counts(one: ReadOrder, *, with_doubtful: bool) -> bool:
    return one.standing is Standing.GOOD or (with_doubtful and one.standing is Standing.DOUBTFUL)


@transaction.atomic
def confirm_orders(*, brought_in: Import, with_doubtful: bool, by: User, now: datetime) -> Import:
    """Take a draft's orders in: up to 200 at once, more by a job of several parts.

    What does not fit into the stock or a limit stays out with its sentence. Raises NoDraft, CampaignClosed,
    NothingToTake; then nothing was taken.
    """
    brought_in = locked_draft(brought_in)
    refuse_if_closed(brought_in, now)
    drafts = drafts_of(brought_in)
    if not any(counts(one, with_doubtful=with_doubtful) for one in read_import(brought_in, drafts)):
        raise NothingToTake(_("No row of this file can be taken in as it is."))
    brought_in.state, brought_in.applied_at = ImportState.APPLYING, now
    brought_in.outcome = asdict(Tally(0, 0, 0, 0, 0, [])) | {"left": -(-len(drafts) // AT_ONCE)}
    if len(drafts) > AT_ONCE:
        brought_in.job = enqueue(
            key=f"{JOB}:{brought_in.pk}",
            kind=JOB,
            arguments={"import": brought_in.pk, "with_doubtful": with_doubtful, "by": by.pk},
            shards=[{"start": start} for start in range(0, len(drafts), AT_ONCE)],
            by=by,
        )
    brought_in.save(update_fields=["state", "applied_at", "outcome", "job"])
    if brought_in.job is None:
        take_part(brought_in=brought_in, start=0, with_doubtful=with_doubtful, by=by, now=now)
        brought_in.refresh_from_db()
    return brought_in


@transaction.atomic
def take_part(*, brought_in: Import, start: int, with_doubtful: bool, by: User, now: datetime) -> None:
    """Take in 200 orders of the file from the `start`-th on; after the last part it is applied."""
    brought_in = (
        Import.objects.select_for_update(of=("self",)).select_related("campaign", "group").get(pk=brought_in.pk)
    )
    if brought_in.state != ImportState.APPLYING:
        return
    part = drafts_of(brought_in)[start : start + AT_ONCE]
    try:
        with transaction.atomic():
            tally = take_in(brought_in, part, with_doubtful=with_doubtful, by=by, now=now)
    except DomainError as error:
        if brought_in.job_id is None:
            raise
        # Cut off meanwhile: the rows are kept to be looked at, the other parts stand.
        tally = Tally(0, 0, 0, 0, 0, [{"row": row, "said": str(error)} for draft in part for row in draft.rows])
    for name, figure in asdict(tally).items():
        brought_in.outcome[name] += figure
    brought_in.outcome["left"] -= 1
    if not brought_in.outcome["left"]:
        brought_in.state = ImportState.APPLIED
    brought_in.save(update_fields=["outcome", "state"])


def take_in(brought_in: Import, part: Sequence[Draft], *, with_doubtful: bool, by: User, now: datetime) -> Tally:
    """Place what fits of some of the file's orders in one statement, and remember it."""
    # Locked in id order: what fits now still fits when it is placed, and the same file waits here for its twin.
    offers = locked_offers(brought_in.campaign_id)
    read = read_import(brought_in, part)
    wanted = [one for one in read if counts(one, with_doubtful=with_doubtful)]
    members_known = {one.member_id for one in wanted if one.member_id}
    room = room_for(offers, group_id=brought_in.group_id, member_ids=members_known)
    kept, left_out = keep_what_fits(wanted, room)
    members, newcomers = take_in_people(brought_in, kept, now=now)
    keep_orders(brought_in, kept, members, by=by, now=now)
    learn_goods(brought_in, kept, offers)
    waiting = [one for one in read if one.standing is Standing.BAD]
    waiting += [] if with_doubtful else [one for one in read if one.standing is Standing.DOUBTFUL]
    bad = [{"row": row, "said": said} for one, said in left_out for row in one.rows]
    bad += [
        {"row": row, "remarks": [[remark.why, remark.words] for remark in one.remarks]}
        for one in waiting
        for row in one.rows
    ]
    return Tally(
        orders=len(kept),
        rows=sum(len(one.rows) for one in kept),
        new_members=newcomers,
        amount_fen=sum(amount_of(q, offers[o].price_fen) for one in kept for o, q in one.quantities.items()),
        aside=sum(len(one.rows) for one in read if one.standing is Standing.ASIDE),
        bad=bad,
    )


def keep_what_fits(wanted: Sequence[ReadOrder], room: Room) -> tuple[list[ReadOrder], list[tuple[ReadOrder, str]]]:
    """First come, first served, in the order of the file: who asks for more than is left stays out altogether."""
    kept, left_out = [], []
    for one in wanted:
        who = one.member_id or one.person
        why = room.admit({(who, offer_id): quantity for offer_id, quantity in one.quantities.items()})
        if why:
            left_out.append((one, why))
        else:
            kept.append(one)
    return kept, left_out


def take_in_people(
    brought_in: Import, kept: Sequence[ReadOrder], *, now: datetime
) -> tuple[dict[tuple[object, ...], int], int]:
    """Member ids by person, newcomers made members first; and how many those were. Raises SomebodyCame."""
    today = timezone.localdate(now)
    new = {one.person: one for one in kept if one.member_id is None}
    came = SomebodyCame(_("A phone number of the file has just been noted for somebody else. Confirm once more."))
    with refusing({"phone_belongs_to_one_member": came}):
        made = Member.objects.bulk_create(
            Member(
                name=one.name,
                pinyin=index_of(one.name)[:400],
                channel=Channel.CHAIN,
                phone=one.phone,
                joined_on=today,
            )
            for one in new.values()
        )
    ids = dict(zip(new, (member.pk for member in made), strict=True))
    ids |= {one.person: one.member_id for one in kept if one.member_id is not None}
    _campaign, group = chain_of(brought_in)
    joining = {one.person: one for one in kept if one.member_id is None or one.joins}
    Membership.objects.bulk_create(
        [
            Membership(group=group, member_id=ids[person], door=one.door, joined_on=today)
            for person, one in joining.items()
        ],
        ignore_conflicts=True,
    )
    return ids, len(made)


def keep_orders(
    brought_in: Import,
    kept: Sequence[ReadOrder],
    members: Mapping[tuple[object, ...], int],
    *,
    by: User,
    now: datetime,
) -> None:
    """Place everything in one statement, and remember what each order of the file came to."""
    if not kept:
        return
    asked: dict[int, dict[int, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    said: dict[int, list[ReadOrder]] = defaultdict(list)
    for one in kept:
        said[members[one.person]].append(one)
        for offer_id, quantity in one.quantities.items():
            asked[members[one.person]][offer_id] += quantity
    campaign, group = chain_of(brought_in)
    before = notes_of(brought_in, members.values())
    placed = place(
        campaign=campaign,
        group=group,
        wanted=[
            Wanted(
                member_id,
                quantities,
                next((one.door for one in said[member_id] if one.door), ""),
                "; ".join(dict.fromkeys(one.note for one in said[member_id] if one.note))[:300],
            )
            for member_id, quantities in asked.items()
        ],
        source=OrderSource.IMPORT,
        by=by,
        now=now,
    )
    order_of = {line.member_id: line.order_id for line in placed}
    grown = {
        member_id: note.removeprefix(before.get(member_id, ""))
        for member_id, note in notes_of(brought_in, members.values()).items()
    }
    ImportedOrder.objects.bulk_create(
        ImportedOrder(
            brought_in=brought_in,
            campaign=campaign,
            key=kept_key(one.key),
            order_id=order_of[members[one.person]],
            lines=as_json(one.quantities),
            note=grown.pop(members[one.person], ""),
        )
        for one in kept
    )


def notes_of(brought_in: Import, members: Any) -> dict[int, str]:
    orders = Order.objects.filter(campaign=brought_in.campaign_id, group=brought_in.group_id, member__in=list(members))
    return dict(orders.values_list("member_id", "note"))


def learn_goods(brought_in: Import, kept: Sequence[ReadOrder], offers: Mapping[int, Offer]) -> None:
    """Remember how goods were written in the file, as a chain's answers are."""
    taken = {offer_id for one in kept for offer_id in one.quantities}
    written = {
        same_name_key(text)[:ALIAS_LENGTH]: offers[offer_id].product_id
        for text, offer_id in brought_in.answers.items()
        if offer_id in taken and same_name_key(text)
    }
    ProductAlias.objects.bulk_create(
        [ProductAlias(group_id=brought_in.group_id, text=text, product_id=pk) for text, pk in written.items()],
        update_conflicts=True,
        unique_fields=["group", "text"],
        update_fields=["product"],
    )


def refuse_if_closed(brought_in: Import, now: datetime) -> None:
    campaign, _group = chain_of(brought_in)
    if not campaign.takes_orders(now):
        raise CampaignClosed(closed_sentence(campaign, now))


@transaction.atomic
def undo_orders(*, brought_in: Import, by: User, now: datetime) -> None:
    """Take out of the orders exactly what the file put in, within half an hour and while orders are taken.

    Newcomers stay members. Raises NoDraft, TooLateToUndo, and what `place` raises; then nothing was taken back.
    """
    brought_in = (
        Import.objects.select_for_update(of=("self",)).select_related("campaign", "group").get(pk=brought_in.pk)
    )
    if brought_in.state != ImportState.APPLIED or brought_in.applied_at is None:
        raise NoDraft(_("There is nothing to undo: this file is not taken in."))
    if now - brought_in.applied_at > UNDO_WITHIN:
        raise TooLateToUndo(_("An import can be undone for 30 minutes. Correct the orders one by one instead."))
    campaign, group = chain_of(brought_in)
    if not campaign.takes_orders(now):
        raise TooLateToUndo(_("The campaign is cut off, so the batch stays. Record what is missing as a shortage."))
    entries = list(brought_in.orders.filter(live=True).select_related("order").order_by("pk"))
    back: dict[int, dict[int, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for entry in entries:
        for offer_id, quantity in quantities_of(entry.lines).items():
            back[entry.order.member_id][offer_id] -= quantity
    if back:
        place(
            campaign=campaign,
            group=group,
            wanted=[Wanted(member_id, quantities) for member_id, quantities in back.items()],
            source=OrderSource.IMPORT,
            by=by,
            now=now,
            reason=_("batch undone"),
        )
    withdraw_notes(entries)
    brought_in.orders.update(live=False)
    brought_in.state, brought_in.undone_at = ImportState.UNDONE, now
    brought_in.save(update_fields=["state", "undone_at"])


def withdraw_notes(entries: Sequence[ImportedOrder]) -> None:
    """Take the file's notes off the orders again, unless something was written behind them or a chain says it, too."""
    changed = []
    said = said_in_notes([entry.order_id for entry in entries])
    for entry in entries:
        if entry.note and entry.order.note.endswith(entry.note):
            note = entry.order.note.removesuffix(entry.note)
            entry.order.note = with_notes_of_entries(note, said[entry.order_id])
            changed.append(entry.order)
    Order.objects.bulk_update(changed, ["note"])
