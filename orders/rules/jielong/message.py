"""A chain as WeChat's own message (type 53): the text is its title, the authors and times stand beside it."""

import html
import re
from typing import NamedTuple

_TITLE = re.compile(r"<title>(?:<!\[CDATA\[)?(?P<text>.*?)(?:\]\]>)?</title>", re.DOTALL)
_ENTRY = re.compile(r"<i><u>(?P<author>[^<]{1,80})</u>[^i]{0,80}?<t>(?P<time>\d{1,12})</t>")


class Author(NamedTuple):
    """Who wrote an entry (WeChat's id) and when (seconds since 1970, UTC)."""

    id: str
    unix: int


class Message(NamedTuple):
    """The text of a chain, and the author of each entry in order."""

    text: str
    authors: tuple[Author, ...]


def read_message(pasted: str) -> Message | None:
    """The chain inside a copied type-53 message; None for ordinary text."""
    title = _TITLE.search(pasted) if "<title>" in pasted else None
    if title is None:
        return None
    text = title["text"] if "<![CDATA[" in title[0] else html.unescape(title["text"])
    info = pasted[title.end() :]
    info = html.unescape(info) if "&lt;i&gt;" in info else info
    entries = _ENTRY.finditer(info)
    return Message(text, tuple(Author(entry["author"], int(entry["time"])) for entry in entries))
