"""A pasted chain kept as a draft: read beside what is known, settled row by row. Nothing is ordered here."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from community.models import Group, Membership
from core.errors import DomainError
from core.models import User
from orders.enums import PasteState
from orders.models import Campaign, ChainEntry, MemberAlias, Offer, Paste, ProductAlias
from orders.rules.chain.branches import Pasted
from orders.rules.chain.comparing import read
from orders.rules.chain.decisions import Decision
from orders.rules.chain.people import Directory, Person
from orders.rules.chain.reading import ChainOffer, LiveEntry, Quantities, Reading
from orders.rules.jielong import given, parse
from orders.services.placing import CampaignClosed, closed_sentence

BRANCHES_KEPT = 20
"""Earlier pastes a text is compared with. A chain is pasted a handful of times."""


class NothingPasted(DomainError):
    """The text is empty."""


class AlreadyApplied(DomainError):
    """The paste has been confirmed or undone before."""


class StrangeGroup(DomainError):
    """The campaign does not run in this group."""


@transaction.atomic
def start_paste(*, campaign: Campaign, group: Group, text: str, by: User, now: datetime) -> Paste:
    """Keep a pasted text as a draft, with the answers of the last paste where its rows read the same.

    A row that was skipped stays skipped also if the last paste was of another branch. What the last paste was to cancel
    and is gone from this text, too, is to be cancelled still if that paste was not confirmed.

    Raises NothingPasted, TextTooLong, MessageUnreadable, StrangeGroup, CampaignClosed; the text is then not kept.
    """
    if not text.strip():
        raise NothingPasted(_("Paste the chain first: the text is empty."))
    if not campaign.groups.filter(pk=group.pk).exists():
        raise StrangeGroup(_("“%(campaign)s” does not run in this group.") % {"campaign": campaign.title})
    if not campaign.takes_orders(now):
        raise CampaignClosed(closed_sentence(campaign, now))
    paste = Paste(campaign=campaign, group=group, text=text.replace("\x00", ""), pasted_by=by, pasted_at=now)
    reading = read_paste(paste)
    rows = {row.key: row for row in reading.rows}
    last, skipped, cancelled = answers_before(campaign, group)
    answers = {key: kept for key, kept in skipped.items() if key in rows and rows[key].entry is None} | last
    paste.decisions = {
        key: kept
        for key, kept in answers.items()
        if kept.get("content") and key in rows and kept["content"] == rows[key].content and not kept.get("cancel")
    }
    gone = {one.entry.key: one.entry for one in reading.vanished}
    paste.decisions |= {
        key: kept
        for key, kept in cancelled.items()
        if key in gone and Decision.from_json(kept).cancels(gone[key].order_id, gone[key].content)
    }
    paste.save()
    return paste


Answers = dict[str, Any]
"""Decisions as a paste keeps them, by the key of a row or of a vanished entry."""


def answers_before(campaign: Campaign, group: Group) -> tuple[Answers, Answers, Answers]:
    """The decisions of the last paste; of the pastes before it those whose newest word is to skip; what the last was to
    cancel and did not, since it is a draft.
    """
    pastes = Paste.objects.filter(campaign=campaign, group=group).order_by("-pk")
    newest: list[tuple[Answers, str]] = list(pastes.values_list("decisions", "state")[:BRANCHES_KEPT])
    (last, state), *older = newest or [({}, PasteState.DRAFT)]
    said: Answers = {}
    for decisions, _state in reversed(older):
        said |= decisions
    cancelled = {key: kept for key, kept in last.items() if kept.get("cancel") and state == PasteState.DRAFT}
    return last, {key: kept for key, kept in said.items() if kept.get("skip")}, cancelled


def read_paste(paste: Paste) -> Reading:
    """The paste as it reads now, beside what earlier pastes put into the orders. Changes nothing."""
    offers = list(paste.campaign.offers.select_related("product").order_by("position", "pk"))
    known = [ChainOffer(offer.pk, offer.name, offer.unit, offer.price_fen, offer.counted) for offer in offers]
    return read(
        parse(paste.text, rule_offers(offers, paste.group), rule_options(paste.campaign)),
        offers=known,
        directory=directory_of(paste.group),
        live=live_entries(paste.campaign, paste.group),
        decisions={key: Decision.from_json(data) for key, data in paste.decisions.items()},
        branches=branches_of(paste.campaign, paste.group),
    )


def rule_offers(offers: Sequence[Offer], group: Group) -> list[given.Offer]:
    """The offers as the parser wants them, with what this group has taught."""
    learned: dict[int, list[str]] = defaultdict(list)
    aliases = ProductAlias.objects.filter(group=group, product__in=[offer.product_id for offer in offers])
    for product_id, text in aliases.values_list("product_id", "text"):
        learned[product_id].append(text)
    return [
        given.Offer(
            name=offer.name,
            unit=offer.unit,
            aliases=(*offer.product.aliases, *learned[offer.product_id]),
            counted=offer.counted,
            code=offer.product.code or None,
        )
        for offer in offers
    ]


def rule_options(campaign: Campaign) -> given.Options:
    return given.Options(plus_one=given.PlusOne(campaign.plus_one), default_quantity=campaign.default_quantity)


def directory_of(group: Group) -> Directory:
    """The group's current members and the signatures it has taught."""
    people = Membership.objects.filter(group=group).current().values_list("member_id", "member__name", "door")
    aliases = MemberAlias.objects.filter(group=group).values_list("text", "member_id")
    return Directory((Person(*row) for row in people), dict(aliases))


def live_entries(campaign: Campaign, group: Group) -> list[LiveEntry]:
    entries = ChainEntry.objects.filter(campaign=campaign, group=group, live=True).select_related("member", "order")
    return [
        LiveEntry(
            entry_id=entry.pk,
            key=entry.key,
            member_id=entry.member_id,
            member_name=entry.member.name,
            order_id=entry.order_id,
            door=entry.order.door,
            raw=entry.raw,
            content=entry.content,
            quantities=quantities_of(entry.lines),
            signature=entry.signature or entry.key.rpartition("#")[0],
            author=entry.author or None,
            note=entry.note,
        )
        for entry in entries.order_by("pk")
    ]


def branches_of(campaign: Campaign, group: Group) -> list[list[Pasted]]:
    """What earlier pastes said, the newest first; of equal ones the newest only."""
    kept = Paste.objects.filter(campaign=campaign, group=group, state=PasteState.APPLIED).exclude(entries=[])
    different: dict[tuple[tuple[str, ...], ...], list[list[str]]] = {}
    for entries in kept.order_by("-pk").values_list("entries", flat=True)[:BRANCHES_KEPT]:
        different.setdefault(tuple(tuple(entry[1:4]) for entry in entries), entries)
    return [[Pasted(*entry) for entry in entries] for entries in different.values()]


def as_branch(reading: Reading, ordered: Mapping[str, str]) -> list[list[str | None]]:
    """What a confirmed text says, as it is kept; `ordered` has the contents in the orders after it, by key."""
    return [
        [row.key if row.key in ordered else "", row.signature, row.author, row.content, ordered.get(row.key, "")]
        for row in reading.rows
    ]


def quantities_of(lines: Mapping[str, str]) -> Quantities:
    return {int(offer_id): Decimal(text) for offer_id, text in lines.items()}


def as_json(quantities: Quantities) -> dict[str, str]:
    return {str(offer_id): f"{quantity.normalize():f}" for offer_id, quantity in sorted(quantities.items())}


@transaction.atomic
def settle(*, paste: Paste, key: str, answer: Mapping[str, Any], content: str = "") -> Paste:
    """Keep what was decided about one row or vanished entry; later answers add to earlier ones.

    `content` is what the row says; of an entry it is kept as it stands in the orders.
    """
    paste = Paste.objects.select_for_update(of=("self",)).select_related("campaign", "group").get(pk=paste.pk)
    refuse_unless_draft(paste)
    kept = paste.decisions.get(key, {})
    for field in ("offers", "quantities"):
        if field in answer:
            kept[field] = {**kept.get(field, {}), **answer[field]}
    paste.decisions[key] = {**kept, **{k: v for k, v in answer.items() if k not in {"offers", "quantities"}}}
    paste.decisions[key]["content"] = content
    if "cancel" in answer:
        entry = ChainEntry.objects.filter(campaign=paste.campaign, group=paste.group, key=key, live=True).first()
        paste.decisions[key] |= words_of(entry) if entry else {}
    paste.save(update_fields=["decisions"])
    return paste


@transaction.atomic
def choose_branch(*, paste: Paste, alone: bool) -> Paste:
    """Let everything that is only in another branch of the chain go, so that this text counts `alone`; or keep both."""
    paste = Paste.objects.select_for_update(of=("self",)).select_related("campaign", "group").get(pk=paste.pk)
    refuse_unless_draft(paste)
    for gone in read_paste(paste).elsewhere:
        kept = paste.decisions.get(gone.entry.key, {})
        paste.decisions[gone.entry.key] = {**kept, **words_of(gone.entry), "cancel": alone}
    paste.save(update_fields=["decisions"])
    return paste


def words_of(entry: ChainEntry | LiveEntry) -> Answers:
    """What a choice to cancel an entry is about."""
    return {"order": entry.order_id, "content": entry.content, "raw": entry.raw}


def refuse_unless_draft(paste: Paste) -> None:
    if paste.state != PasteState.DRAFT:
        raise AlreadyApplied(_("This paste has already been confirmed. Paste the newer text to go on."))
