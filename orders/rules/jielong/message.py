"""A chain as WeChat's own message (type 53): the text is its title, the authors and times stand beside it.

It comes as the message's XML, as that XML escaped, or as a line of JSON that holds it, as programs export a chat.
"""

import html
import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple
from xml.parsers import expat

from core.errors import DomainError

MAX_MESSAGE = 400_000
"""Characters. The longest chain that is read, escaped twice and with every author, has fewer."""
TYPE = "53"
LONGEST_ID = 80

_SIGNS = ("<title", "&lt;title", "\\u003ctitle")
_OPEN, _CLOSE = "<title>", "</title>"
_CDATA, _CDATA_END = "<![CDATA[", "]]>"
_ROOT = re.compile(r"<msg[\s>]")
_END = "</msg>"
_NUMBERED = re.compile(r"^\s*\d{1,3}\s?[.、．)）]\s*[^\W\d_]", re.MULTILINE)
"""A line that begins like an entry of a chain."""
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
    """The text of a chain, and the author of each entry in order."""

    text: str
    authors: tuple[Author, ...]


def read_message(pasted: str) -> Message | None:
    """The chain inside a copied type-53 message; None for ordinary text.

    What is cut off or broken is read as its visible text, without authors. Raises MessageUnreadable for a message that
    declares entities (`entities`), is of another kind (`other_kind`) or shows no text (`no_text`), for an export of
    several chains (`several`), with entries beside it (`beside`), and beyond MAX_MESSAGE characters (`too_long`).
    """
    if not any(sign in pasted for sign in _SIGNS):
        return None
    if len(pasted) > MAX_MESSAGE:
        raise MessageUnreadable("too_long")
    found = [text for text in dict.fromkeys(_exported(pasted)) if "<title" in text or "&lt;title" in text]
    chains = [text for text in found if "solitaire" in text] or found
    if len(chains) > 1:
        raise MessageUnreadable("several")
    return _read_xml(_unescaped(chains[0] if chains else pasted))


def visible_text(pasted: str) -> str:
    """What people see of a paste: the text of a message, or the paste itself."""
    message = read_message(pasted)
    return message.text if message else pasted


def _exported(pasted: str) -> list[str]:
    """The texts of a line of JSON, whole or copied without its braces; the paste itself if it is none."""
    text = pasted.strip()
    if text[:1] not in '{["':
        return [pasted]
    for written in (text, "{" + text.rstrip(",") + "}"):
        try:
            return list(_strings(json.loads(written)))
        except (ValueError, RecursionError):
            continue
    lines = text.splitlines()
    if len(lines) == 1:
        return [pasted]
    return [found for line in lines if any(sign in line for sign in _SIGNS) for found in _exported(line)]


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
    if _NUMBERED.search(text[:start]) or _NUMBERED.search(text[end + len(_END) :]):
        raise MessageUnreadable("beside")
    kind = said.of("msg/appmsg/type").strip()
    if kind and kind != TYPE:
        raise MessageUnreadable("other_kind")
    title = said.of("msg/appmsg/title")
    if not title.strip():
        raise MessageUnreadable("no_text")
    info = said.of("msg/appmsg/extinfo/solitaire_info").strip()
    return Message(title, _authors(info, title) if info else said.authors(title))


def _read_visible(text: str, *, is_message: bool) -> Message | None:
    """The title between its tags, or what there is of it where a message is cut off."""
    _before, opened, title = text.partition(_OPEN)
    title, closed, _after = title.partition(_CLOSE)
    if not (is_message or (opened and closed)):
        return None
    plain = title.removeprefix(_CDATA).removesuffix(_CDATA_END)
    title = plain if title.startswith(_CDATA) else html.unescape(title)
    if not title.strip():
        raise MessageUnreadable("no_text")
    return Message(title, ())


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
