"""A chain as WeChat's own message (type 53): the text is its title, the authors and times stand beside it.

It comes as the message's XML, as that XML escaped, or as a line of JSON that holds it, as programs export a chat.
What else was pasted is kept beside it: lines somebody wrote, and lines of the export that are other messages'.
"""

import html
import json
import re
from collections.abc import Iterator
from itertools import takewhile
from typing import Any, NamedTuple
from xml.parsers import expat

from core.errors import DomainError

APART = "— — — — — —"
"""The line between a chain and what was pasted beside it, where both are shown as one text."""
MAX_MESSAGE = 400_000
"""Characters. The longest chain that is read, escaped twice and with every author, has fewer."""
TYPE = "53"
LONGEST_ID = 80

_SIGNS = ("<title", "&lt;title", "\\u003ctitle")
_OPEN, _CLOSE = "<title>", "</title>"
_CDATA, _CDATA_END = "<![CDATA[", "]]>"
_ROOT = re.compile(r"<msg[\s>]")
_END = "</msg>"
_SENDER = re.compile(r"\s*[\w@.-]{1,80}:\s*", re.ASCII)
"""Whose message it is, on the line above it."""
_RECORD = re.compile(r'[{}\[\],\s]*"[\w.-]+"\s*:|[{}\[\],"\s]*$', re.ASCII)
"""A line of JSON, or what is left of one."""
_TAG = re.compile(r"</?[a-z?!]|/>|\]\]>", re.IGNORECASE | re.ASCII)
"""What a line of XML has, and `<3` has not."""
_TIME = re.compile(r"[0-9]{1,12}")
_RANGE = re.compile(r"(\d{1,6})-(\d{1,6})")
_KEPT = frozenset({"msg/appmsg/title", "msg/appmsg/type", "msg/appmsg/extinfo/solitaire_info"})
_ENTRY = "solitaire/content/i"
_MOST_ENTRIES, _LONGEST_ENTRY = 500, 1000


class MessageUnreadable(DomainError):
    """What was pasted is a message or an export in which no chain can be read; `reason` says why. Nothing was read."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"No chain could be read in the message: {reason}.")


class Author(NamedTuple):
    """Who wrote an entry (WeChat's id), when (seconds since 1970, UTC), and what; empty where the message is silent."""

    id: str
    unix: int
    text: str = ""


class Message(NamedTuple):
    """The text of a chain, and the author of each entry in order.

    `beside`: lines that were pasted with the message and are not of it. `others`: lines of an export without the chain.
    """

    text: str
    authors: tuple[Author, ...]
    beside: tuple[str, ...] = ()
    others: tuple[str, ...] = ()


def read_message(pasted: str) -> Message | None:
    """The chain inside a copied type-53 message; None for ordinary text.

    What is cut off or broken is read as its visible text, without authors. Raises MessageUnreadable for a message that
    declares entities (`entities`), is of another kind (`other_kind`) or shows no text (`no_text`), for an export of
    several chains (`several`), and beyond MAX_MESSAGE characters (`too_long`).
    """
    if not any(sign in pasted for sign in _SIGNS):
        return None
    if len(pasted) > MAX_MESSAGE:
        raise MessageUnreadable("too_long")
    exported, beside = _exported(pasted)
    found = [text for text in dict.fromkeys(exported) if "<title" in text or "&lt;title" in text]
    chains = [text for text in found if "solitaire" in text] or found
    if len(chains) > 1 or any(map(_has_sign, beside)):
        raise MessageUnreadable("several")
    message = _read_xml(_unescaped(chains[0] if chains else pasted))
    return _sorted(message, beside) if message else None


def visible_text(pasted: str) -> str:
    """What people see of a paste: the text of a message and the lines beside it, or the paste itself."""
    message = read_message(pasted)
    if message is None:
        return pasted
    return "\n".join([message.text, *([APART, *message.beside] if message.beside else [])])


def _exported(pasted: str) -> tuple[list[str], list[str]]:
    """The texts in lines of JSON and the lines beside those; the paste itself if no line is one."""
    texts = _texts_in(pasted)
    beside = []
    if not texts:
        for line in pasted.splitlines():
            found = _texts_in(line) if _has_sign(line) else []
            texts += found
            if not found:
                beside.append(line)
    return (texts, beside) if texts else ([pasted], [])


def _has_sign(text: str) -> bool:
    return any(sign in text for sign in _SIGNS)


def _texts_in(text: str) -> list[str]:
    """The texts in a piece of JSON, whole or copied without its braces; none if it is none."""
    text = text.strip().rstrip(",")
    if text.startswith(("{", "[", '"')):
        for written in (text, "{" + text + "}"):
            try:
                return list(_strings(json.loads(written)))
            except (ValueError, RecursionError):
                continue
    return []


def _sorted(message: Message, lines: list[str]) -> Message:
    """The message with what stands beside it: what somebody wrote, apart from lines of the export."""
    beside = [line for line in (*message.beside, *lines) if line.strip()]
    return message._replace(
        beside=tuple(line for line in beside if not _RECORD.match(line)),
        others=tuple(line for line in beside if _RECORD.match(line)),
    )


def _strings(value: Any) -> Iterator[str]:
    waiting = [value]
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            # JSON can spell what no text of a chat has and no database keeps: NUL and halves of a character.
            yield value.encode("utf-8", "replace").decode().replace("\x00", "")
        elif isinstance(value, dict):
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)


def _unescaped(text: str) -> str:
    return text if "<title" in text else html.unescape(text)


def _read_xml(text: str) -> Message | None:
    """The message by its XML if that is whole, else by its visible text; None if it is no message after all."""
    root = _ROOT.search(text)
    start = root.start() if root else 0
    if "<!DOCTYPE" in text[:start] or "<!ENTITY" in text:
        raise MessageUnreadable("entities")
    end = text.rfind(_END)
    said = _Said(text[start : end + len(_END)]) if root and end > start else None
    if said is None or said.broken:
        if text.count("<appmsg") > 1:
            raise MessageUnreadable("several")
        return _read_visible(text, is_message=root is not None)
    kind = said.of("msg/appmsg/type").strip()
    if kind and kind != TYPE:
        raise MessageUnreadable("other_kind")
    title = said.of("msg/appmsg/title")
    if not title.strip():
        raise MessageUnreadable("no_text")
    info = said.of("msg/appmsg/extinfo/solitaire_info").strip()
    beside = (*_above(text[:start]), *text[end + len(_END) :].splitlines())
    return Message(title, _authors(info, title) if info else said.authors(title), beside)


def _read_visible(text: str, *, is_message: bool) -> Message | None:
    """The title between its tags, or what there is of it where a message is cut off."""
    before, opened, title = text.partition(_OPEN)
    title, closed, after = title.partition(_CLOSE)
    if not (is_message or (opened and closed)):
        return None
    plain = title.removeprefix(_CDATA).removesuffix(_CDATA_END)
    title = plain if title.startswith(_CDATA) else html.unescape(title)
    if not title.strip():
        raise MessageUnreadable("no_text")
    below = reversed([*takewhile(lambda line: not _TAG.search(line), reversed(after.splitlines()))])
    return Message(title, (), (*_above(before), *below))


def _above(text: str) -> list[str]:
    """The lines above a message that are not its own."""
    lines = [line for line in text.splitlines() if not _TAG.match(line.lstrip())]
    return lines[:-1] if lines and _SENDER.fullmatch(lines[-1]) else lines


def _authors(info: str, title: str) -> tuple[Author, ...]:
    said = _Said(info)
    return () if said.broken else said.authors(title)


class _Said:
    """What an XML text says, in one pass and without a tree. No entity is ever declared, so none can grow or reach out.

    `broken`: it is not well-formed, or declares a document type.
    """

    def __init__(self, text: str) -> None:
        self._path: list[str] = []
        self._texts: dict[str, list[str]] = {}
        self._entries: list[dict[str, list[str]]] = []
        self.broken = False
        parser = expat.ParserCreate("utf-8")
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.StartDoctypeDeclHandler = self._refuse
        try:
            parser.Parse(text.encode("utf-8", "replace"), True)
        except (expat.ExpatError, _Refused):
            self.broken = True

    def of(self, path: str) -> str:
        return "".join(self._texts.get(path, ()))

    def authors(self, title: str) -> tuple[Author, ...]:
        """Every entry's author in order; none at all if one is missing, since it is not known which."""
        if len(self._entries) > _MOST_ENTRIES:
            return ()
        units = title.encode("utf-16-le", "replace")
        found = []
        for parts in self._entries:
            entry = {name: "".join(texts).strip() for name, texts in parts.items()}
            who, time = entry.get("u", ""), entry.get("t", "")
            if not who or len(who) > LONGEST_ID or not _TIME.fullmatch(time):
                return ()
            found.append(Author(who, int(time), _entry_text(entry, units)))
        return tuple(found)

    def _start(self, name: str, _attributes: dict[str, str]) -> None:
        self._path.append(name)
        if self._tail(3) == _ENTRY:
            self._entries.append({})

    def _end(self, _name: str) -> None:
        self._path.pop()

    def _text(self, text: str) -> None:
        path = "/".join(self._path) if len(self._path) <= 4 else ""
        if path in _KEPT:
            self._texts.setdefault(path, []).append(text)
        elif self._entries and len(self._path) >= 4 and "/".join(self._path[-4:-1]) == _ENTRY:
            self._entries[-1].setdefault(self._path[-1], []).append(text)

    def _refuse(self, *_declared: Any) -> None:
        raise _Refused

    def _tail(self, length: int) -> str:
        return "/".join(self._path[-length:])


class _Refused(Exception):
    """The text declares a document type, which a message never does."""


def _entry_text(entry: dict[str, str], units: bytes) -> str:
    """What the entry says: written out, or the part of the title its range covers, counted as UTF-16 does."""
    found = _RANGE.fullmatch(entry.get("r", ""))
    if found is None:
        return entry.get("c", "")
    start, length = int(found[1]), min(int(found[2]), _LONGEST_ENTRY)
    return units[2 * start : 2 * (start + length)].decode("utf-16-le", "replace").strip()
