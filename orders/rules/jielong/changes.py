"""Entries that change an earlier order: 改成3份, 不要了, ❌张三, 改：李四 苹果2斤."""

import re
from dataclasses import dataclass, field, replace
from decimal import Decimal

from orders.rules.jielong.draft import Draft
from orders.rules.jielong.entry import LONGEST_ENTRY, EntryReader
from orders.rules.jielong.flags import ChangeKind, Flag
from orders.rules.jielong.parsed import Line
from orders.rules.jielong.text import Span

# Every alternative begins with a letter of its own: the search then skips all letters that begin none.
_SPEAKS = re.compile(r"改|取消|不要|不订|不买|不来了|退|撤|作废|算了|更正|变更|删除|❌|❎|🚫|~~|\u0336")
_SPEAKS_PLAINLY = re.compile(
    r"改[成为到\d一二两三四五六七八九十]|取消|不要了|不订了|不买了|退(?!休)|撤销|作废|❌|❎|🚫|~~|\u0336"
)
_STRUCK = re.compile(r"^\s*[❌❎🚫]+\s*(?P<rest>.*)$|^\s*~~(?P<between>[^~]+)~~\s*$", re.DOTALL)
_CANCELLED = re.compile(r"[(\[]?\s?(?<!不)(?<!别)(?:已经?)?(?:取消|退出|作废|退)了?\s?[)\]]\s*$")
_SET_FIRST = re.compile(r"^\s*(?:改单?|更正|修改|变更|更改)\s?[:,\s]\s*(?P<rest>.+)$", re.DOTALL)
_CANCEL_FIRST = re.compile(r"^\s*(?:取消|撤销|退掉)\s?:?\s*(?P<rest>\S.*)$", re.DOTALL)
_TAKEN_BACK = re.compile(
    r"^\s*(?:\(\s?已?经?(?:取消|退[掉单订出]?|作废|删除)了?\s?\)\s*|(?:退[单订货]?|删除|作废)(?:\s*:|\s)\s*)(?P<rest>\S.*)$",
    re.DOTALL,
)
_STRUCK_SIGNS = re.compile(r"[❌❎🚫\u0336]|~~|\(\s?(?:取消|退|作废)")
_CANCEL_LAST = re.compile(
    r"^(?P<rest>.*?)(?:都|全部?|先|就|的)?\s?(?:不要了|取消了?|不订了|不买了|不来了|退了|退单|撤销了?|作废|退出了?|算了)[吧啊呢哈!。.~\s]*$",
    re.DOTALL,
)
_SET_BETWEEN = re.compile(
    r"^(?P<left>.*?)(?:改成|改为|改到|更正为|变更为|变成|改(?![天日时地为成到单]))\s*:?(?P<right>.+)$", re.DOTALL
)
_CLAUSE = re.compile(r"[^,;。\n]+")
_SELF = ("我", "我的")
_DROPPED = (Flag.NO_NAME, Flag.DEFAULT_QTY, Flag.PLUS_ONE, Flag.ODD_NAME)


@dataclass(frozen=True, slots=True)
class ChangeDraft:
    """A change as read, before it is known whose order it changes."""

    kind: ChangeKind
    name: str | None
    door: str = ""
    offer: str | None = None
    quantity: Decimal | None = None
    unit: str = ""
    text: str = ""
    flags: tuple[str, ...] = ()
    candidates: tuple[str, ...] = field(default=())


def speaks_of_change(folded: str) -> bool:
    """Whether the words of a change occur and no plain reading of them was found: the row is asked about."""
    return bool(_SPEAKS_PLAINLY.search(folded))


def is_struck(folded: str) -> bool:
    """Whether an entry is plainly struck out: ❌, ~~…~~, （取消）."""
    return bool(_STRUCK_SIGNS.search(folded))


def read_changes(text: Span, reader: EntryReader) -> list[ChangeDraft]:
    """The changes an entry makes; none if it is an order. Every clause must be a change, or it is read as an order."""
    if len(text.folded) > LONGEST_ENTRY or not _SPEAKS.search(text.folded):
        return []
    whole = _whole(text, reader)
    if whole:
        return whole
    changes: list[ChangeDraft] = []
    for clause in _CLAUSE.finditer(text.folded):
        if not clause[0].strip():
            continue
        found = _clause(text.part(*clause.span()), reader)
        if not found:
            return []
        changes += found
    return _named_by_first(changes)


def _whole(text: Span, reader: EntryReader) -> list[ChangeDraft]:
    """Changes marked at the beginning or end of the entry: ❌…, ~~…~~, …（取消）, 改：…, 取消…."""
    struck = _STRUCK.match(text.folded)
    if struck:
        group = "rest" if struck["rest"] is not None else "between"
        return _cancel_everything(text.part(*struck.span(group)), reader)
    if "\u0336" in text.folded:
        plain = text.shown.replace("\u0336", "")
        return _cancel_everything(Span(plain, text.folded.replace("\u0336", "")), reader)
    cancelled = _CANCELLED.search(text.folded[-12:])
    if cancelled:
        return _cancel_everything(text.part(0, len(text.folded) - len(cancelled[0])), reader)
    first = _SET_FIRST.match(text.folded)
    if first:
        return _set(reader, reader.read(text.part(*first.span("rest"))))
    first = _CANCEL_FIRST.match(text.folded)
    if first:
        rest = text.part(*first.span("rest"))
        return _cancel(rest, reader) or _cancel_everything(rest, reader, Flag.CHECK)
    first = _TAKEN_BACK.match(text.folded)
    if first:
        return _cancel_everything(text.part(*first.span("rest")), reader, Flag.CHECK)
    return []


def _clause(text: Span, reader: EntryReader) -> list[ChangeDraft]:
    cancel = _CANCEL_LAST.match(text.folded)
    if cancel:
        return _cancel(text.part(*cancel.span("rest")), reader)
    between = _SET_BETWEEN.match(text.folded)
    if between:
        return _set_between(text.part(*between.span("left")), text.part(*between.span("right")), reader)
    return []


def _cancel_everything(text: Span, reader: EntryReader, *more: str) -> list[ChangeDraft]:
    draft = reader.read(text)
    return [ChangeDraft(ChangeKind.CANCEL, _name(draft), draft.door, flags=_flags(draft, None, *more))]


def _cancel(text: Span, reader: EntryReader) -> list[ChangeDraft]:
    """Of everything, or of the products named; of a quantity (苹果2斤不要了) only to look at."""
    draft = reader.read(text)
    lines = [line for line in reader.judge.lines_of(draft) if line.text]
    if len(lines) > 1 and any(Flag.DEFAULT_QTY not in line.flags for line in lines):
        return []
    if not lines:
        return [ChangeDraft(ChangeKind.CANCEL, _name(draft), draft.door, flags=_flags(draft))]
    return [
        replace(
            _of_line(ChangeKind.CANCEL, draft, line, draft),
            quantity=None,
            flags=_flags(draft, line, *([] if Flag.DEFAULT_QTY in line.flags else [Flag.CHECK])),
        )
        for line in lines
    ]


def _set(reader: EntryReader, draft: Draft) -> list[ChangeDraft]:
    lines = reader.judge.lines_of(draft)
    return [_of_line(ChangeKind.SET, draft, line, draft) for line in lines]


def _set_between(left: Span, right: Span, reader: EntryReader) -> list[ChangeDraft]:
    """张三（苹果）改成3份: who and what on the left, how much on the right. Another product there is no plain set."""
    who, what = reader.read(left), reader.read(right)
    if what.name is not None or what.door or len(what.items) != 1:
        return []
    item = what.items[0]
    if item.amount is None:
        return []
    named = [before for before in who.items if before.text]
    if len(named) > 1 or (named and item.text):
        return []
    if item.amount.quantity == 0:
        return _cancel(left, reader)
    if named:
        item.text, item.meaning = named[0].text, named[0].meaning
        item.flags += tuple(flag for flag in named[0].flags if flag not in item.flags)
    return [_of_line(ChangeKind.SET, who, line, what) for line in reader.judge.lines_of(what)]


def _of_line(kind: ChangeKind, who: Draft, line: Line, what: Draft) -> ChangeDraft:
    return ChangeDraft(
        kind=kind,
        name=_name(who),
        door=who.door,
        offer=line.offer,
        quantity=line.quantity,
        unit=line.unit,
        text=line.text,
        flags=_flags(who, line, *what.flags),
        candidates=line.candidates,
    )


def _name(draft: Draft) -> str | None:
    return None if draft.name in _SELF else draft.name


def _flags(draft: Draft, line: Line | None = None, *more: str) -> tuple[str, ...]:
    """What is doubtful about a change; that a name or a number is missing is for the caller to judge."""
    every = [*draft.flags, *(line.flags if line else ()), *more]
    return tuple(flag for flag in dict.fromkeys(every) if flag not in _DROPPED)


def _named_by_first(changes: list[ChangeDraft]) -> list[ChangeDraft]:
    """张三 苹果改3斤，香蕉不要了: the second clause is of the same person."""
    if not changes:
        return []
    first = changes[0]
    return [first] + [
        change if change.name else replace(change, name=first.name, door=change.door or first.door)
        for change in changes[1:]
    ]
