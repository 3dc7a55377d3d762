"""A chain put beside the orders and what was settled: who each row is, what differs. Nothing is applied yet."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial

from orders.rules.chain.branches import Branch, Continued, Entry, continue_branch
from orders.rules.chain.decisions import NEW_MEMBER, NOTHING_DECIDED, Decision
from orders.rules.chain.notes import LONGEST
from orders.rules.chain.people import Directory, Match
from orders.rules.chain.reading import (
    ChainOffer,
    LiveEntry,
    OpenChange,
    Reading,
    Row,
    RowState,
    SettledLine,
    Vanished,
)
from orders.rules.jielong.flags import ChangeKind, Flag
from orders.rules.jielong.parsed import Change, Line, OrderRow, Parsed
from orders.rules.jielong.text import same_name_key

KEY_LENGTH = 200
"""A longer signature is nobody's name; such a row is never taken."""
QUIET = frozenset({Flag.CLAIMS_PAID, Flag.NUMBER_GAP, Flag.SAME_ITEM_TWICE, Flag.ODD_NAME})
"""Flags that are shown beside a row without asking for a look."""
BLOCKING = frozenset({Flag.IMPLAUSIBLE_QTY, Flag.NEGATIVE, Flag.AMBIGUOUS, Flag.SAME_AS_ABOVE, Flag.PASTED_TWICE})
"""Flags a row does not count with until somebody has looked."""


@dataclass(frozen=True, slots=True)
class Menu:
    """The offers of the campaign, and which of them (by id) an unknown word means: what was answered for this paste."""

    by_name: Mapping[str, ChainOffer]
    by_id: Mapping[int, ChainOffer]
    answered: Mapping[str, int]

    @classmethod
    def of(cls, offers: Sequence[ChainOffer], answers: Iterable[tuple[OrderRow, Decision]]) -> "Menu":
        """One answer counts for every row that says the same; a line dropped in one row is dropped there only."""
        by_name = {offer.name: offer for offer in offers}
        answered = {
            same_name_key(line.text): decided.offers[index]
            for row, decided in answers
            for index, line in enumerate(row.lines)
            if line.offer not in by_name and decided.offers.get(index)
        }
        return cls(by_name, {offer.offer_id: offer for offer in offers}, answered)

    def offer_of(self, line: Line) -> ChainOffer | None:
        """What the line's words mean."""
        return self.by_name.get(line.offer or "")

    def answer_for(self, line: Line) -> ChainOffer | None:
        """What was answered elsewhere for the words of a line that nobody understands."""
        return self.by_id.get(self.answered.get(same_name_key(line.text), 0))


def read(
    parsed: Parsed,
    *,
    offers: Sequence[ChainOffer],
    directory: Directory,
    live: Sequence[LiveEntry],
    decisions: Mapping[str, Decision],
    branches: Sequence[Branch] = (),
) -> Reading:
    """Put a parsed chain beside the people, the offers, the earlier pastes (newest first) and what was settled."""
    beside = continue_branch(parsed.rows, live, branches, partial(same_person, directory))
    asked = entry_keys(parsed.rows, beside.before, live)
    not_gone = settle_moved(beside, {key: decisions.get(asked[key], NOTHING_DECIDED) for key in beside.moved})
    keys = entry_keys(parsed.rows, beside.before, live)
    decided = {
        row.key: decided_last(*(decisions.get(of[row.key], NOTHING_DECIDED) for of in (asked, keys)))
        for row in parsed.rows
    }
    menu = Menu.of(offers, ((row, decided[row.key]) for row in parsed.rows))
    rows = [
        read_row(row, keys[row.key], beside.before.get(row.key), decided[row.key], directory, menu)
        for row in parsed.rows
    ]
    rows, open_changes = apply_changes(rows, parsed.changes, menu.by_name)
    said = {keys[key]: entry for key, entry in beside.said.items()}
    decided_of = {keys[key]: one for key, one in decided.items()}
    rivals = {
        keys[key]: entry
        for key, entry in beside.rivals.items()
        # Once the other one goes, this one counts.
        if not decisions.get(entry.key, NOTHING_DECIDED).cancels(entry.order_id, entry.content)
    }
    rows = [
        beside_the_orders(
            replace(row, rival=rivals.get(row.key)),
            decided_of.get(row.key, NOTHING_DECIDED),
            said.get(row.key),
            cut_short=beside.cut_short,
        )
        for row in rows
    ]
    gone = [(entry, False) for entry in beside.withdrawn] + [(entry, True) for entry in beside.elsewhere]
    return Reading(
        title=parsed.title,
        rows=tuple(rows),
        vanished=tuple(
            Vanished.of(entry, decisions.get(entry.key, NOTHING_DECIDED), elsewhere=elsewhere)
            for entry, elsewhere in (gone if parsed.rows else ())
            if entry.key not in not_gone
        ),
        open_changes=tuple(open_changes),
        skipped=tuple((line.text, line.reason.value) for line in parsed.skipped),
    )


def settle_moved(beside: Continued[LiveEntry], answers: Mapping[str, Decision]) -> set[str]:
    """Let rows that may have moved continue the entry whose member was named (`answers` by row key).

    Returns the keys of the entries that are not gone from the text: those, and those still to be answered.
    """
    not_gone = set()
    for key, entry in beside.moved.items():
        answer = answers[key]
        if answer.member_id == entry.member_id:
            beside.before[key] = entry
        if answer.member_id == entry.member_id or (answer.member_id is None and not answer.skip):
            not_gone.add(entry.key)
    return not_gone


def decided_last(first: Decision, then: Decision) -> Decision:
    """What was decided about a row: under the key it had before its member was named, and since under its entry's."""
    if then == NOTHING_DECIDED:
        return first
    return replace(then, member_id=first.member_id if then.member_id is None else then.member_id)


def same_person(directory: Directory, row: OrderRow, entry: LiveEntry) -> bool | None:
    """Whether a row is of the member of an entry; None asks: the name is at another door."""
    name, door = row.signature.rpartition("|")[::2]
    old_name, old_door = entry.signature.rpartition("|")[::2]
    if name == old_name and (not (door and old_door) or door == old_door):
        return True
    match = directory.match(row.name, row.door)
    if match.person:
        return match.person.member_id == entry.member_id
    if name != old_name:
        return not (row.name and row.door and entry.door and row.door != entry.door)
    if row.author and row.author == entry.author:
        return True
    return None if entry.member_id in {one.member_id for one in match.candidates} else False


def entry_keys(rows: Sequence[OrderRow], before: Mapping[str, LiveEntry], live: Sequence[LiveEntry]) -> dict[str, str]:
    """The key each row is kept under: that of the entry it continues, or one that nothing in the orders has."""
    taken = {entry.key for entry in live}
    keys = {}
    for row in rows:
        entry = before.get(row.key)
        key, occurrence = (entry.key if entry else row.key), 1
        while entry is None and key in taken:
            occurrence += 1
            key = f"{row.identity}#{occurrence}"
        taken.add(key)
        keys[row.key] = key
    return keys


def read_row(
    row: OrderRow,
    key: str,
    entry: LiveEntry | None,
    decided: Decision,
    directory: Directory,
    menu: Menu,
) -> Row:
    """One entry with its member and lines as far as they are known or settled."""
    match = directory.match(row.name, decided.door or row.door)
    member = directory.by_id.get(decided.member_id or 0)
    if member is None and decided.member_id != NEW_MEMBER:
        # Who wrote it is who they were, however they sign now.
        by_author = entry.member_id if entry and entry.author and entry.author == row.author else 0
        member = match.person or directory.by_id.get(by_author)
    lines = tuple(settle_line(index, line, decided, menu) for index, line in enumerate(row.lines))
    name = decided.name or row.name or (member.name if member else "")
    answered = member is not None or (bool(name) and (decided.member_id == NEW_MEMBER or not match.asks))
    answered = answered and max(len(key), len(row.signature)) <= KEY_LENGTH
    return Row(
        key=key,
        number=row.number,
        name=name,
        door=decided.door or row.door or (member.door if member else ""),
        written_door=row.door,
        raw=row.source.text,
        note=row.note[:LONGEST],
        flags=row.flags,
        match=match,
        lines=lines,
        state=state_of(row, lines, decided, answered=answered, match=match),
        content=row.content,
        member=member,
        is_new=answered and member is None,
        entry=entry,
        signature=row.signature,
        author=row.author,
        sent_unix=row.sent_unix,
        sent_at=row.sent_at,
    )


def settle_line(index: int, line: Line, decided: Decision, menu: Menu) -> SettledLine:
    known = menu.offer_of(line)
    offer = menu.by_id.get(decided.offers[index]) if index in decided.offers else known or menu.answer_for(line)
    written = line.quantity if offer is None or offer.is_sold_by(line.unit) else None
    return SettledLine(
        index=index,
        text=line.text,
        offer=offer,
        quantity=decided.quantities.get(index, written),
        unit=offer.unit if offer else line.unit,
        flags=line.flags,
        candidates=line.candidates,
        dropped=decided.offers.get(index) == 0,
        asked=offer is not None and offer != known,
    )


def state_of(
    row: OrderRow, lines: Sequence[SettledLine], decided: Decision, *, answered: bool, match: Match
) -> RowState:
    """Whether confirming takes the row. A row without a line that counts is settled by being looked at."""
    if decided.skip:
        return RowState.SKIPPED
    flags = {Flag.of(flag) for flag in row.flags}
    nothing_left = bool(lines) and all(line.dropped for line in lines)
    withdrawn = Flag.ZERO_QTY in flags and not lines
    if not answered or any(line.open for line in lines) or nothing_left or not (lines or withdrawn):
        return RowState.BLOCKED
    if decided.seen:
        return RowState.READY
    if flags & BLOCKING and not decided.quantities and not decided.offers:
        return RowState.BLOCKED
    answered_elsewhere = {Flag.NEEDS_PRODUCT}  # no line is open, so another row's answer names the product
    return RowState.DOUBTFUL if flags - QUIET - answered_elsewhere or match.doubt else RowState.READY


def apply_changes(
    rows: Sequence[Row], changes: Sequence[Change], by_name: Mapping[str, ChainOffer]
) -> tuple[list[Row], list[OpenChange]]:
    """Carry changes in words ("张三改成3份") into the rows they mean; what is not clear stays an open change."""
    changed = list(rows)
    unclear: list[OpenChange] = []
    for change in changes:
        targets = [
            place
            for place, row in enumerate(changed)
            if change.name
            and same_name_key(row.name) == same_name_key(change.name)
            and (not change.door or change.door == row.door)
        ]
        after = changed_lines(changed[targets[0]], change, by_name) if len(targets) == 1 else None
        if after is None:
            unclear.append(OpenChange(change.kind, change.source.text, change.name or ""))
            continue
        row = changed[targets[0]]
        changed[targets[0]] = replace(
            row,
            lines=after,
            content=f"{row.content} {same_name_key(change.source.text)}",
            raw=f"{row.raw}\n{change.source.text}",
            changes=(*row.changes, change.source.text),
            state=RowState.DOUBTFUL if row.state == RowState.READY else row.state,
        )
    return changed, unclear


def changed_lines(row: Row, change: Change, by_name: Mapping[str, ChainOffer]) -> tuple[SettledLine, ...] | None:
    """The row's lines after a change; None when it is not clear which line is meant."""
    if change.kind == ChangeKind.CANCEL and not change.offer:
        return tuple(replace(line, quantity=Decimal(), dropped=False) for line in row.lines)
    meant = [line for line in row.lines if not change.offer or (line.offer and line.offer.name == change.offer)]
    offer = by_name.get(change.offer or "")
    if not meant and offer and change.quantity is not None:
        added = SettledLine(len(row.lines), change.source.text, offer, change.quantity, offer.unit, (), ())
        return (*row.lines, added)
    if len(meant) != 1 or meant[0].quantity is None:
        return None
    quantity = {
        ChangeKind.SET: change.quantity,
        ChangeKind.ADD: meant[0].quantity + (change.quantity or Decimal()),
        ChangeKind.CANCEL: Decimal(),
    }[change.kind]
    if quantity is None:
        return None
    return tuple(replace(line, quantity=quantity) if line is meant[0] else line for line in row.lines)


def beside_the_orders(row: Row, decided: Decision, said: Entry | None, *, cut_short: bool) -> Row:
    """A row whose text is in the orders needs no second look; one that another branch contradicts waits for an answer.

    `said` is what the branch said of it in the paste this text continues; if the end of that one is missing here
    (`cut_short`), what differs may be older than what is in the orders.
    """
    entry = row.entry
    if row.state == RowState.SKIPPED:
        return row
    if entry is None:
        waits = row.rival is not None and not decided.seen
        return replace(row, state=RowState.BLOCKED) if waits else row
    if row.raw == entry.raw or (row.counts and row.asks_the_same and not row.says_another):
        return replace(row, state=RowState.UNCHANGED)
    moves_back = said is not None and row.changes_door and row.signature == said.signature
    repeats = said is not None and row.content == said.content and (entry.content != said.ordered or moves_back)
    overtaken = (row.content != entry.content or row.changes_door) and (cut_short or repeats)
    if overtaken and not decided.seen:
        return replace(row, state=RowState.BLOCKED, overtaken=True)
    return replace(row, state=RowState.DOUBTFUL if row.state == RowState.READY else row.state, overtaken=overtaken)
