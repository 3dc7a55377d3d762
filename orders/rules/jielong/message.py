"""A chain as WeChat's own message (type 53): the text is its title, the authors and times stand beside it."""

import html
import re
from typing import NamedTuple

_OPEN, _CLOSE = "<title>", "</title>"
_CDATA, _CDATA_END = "<![CDATA[", "]]>"
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
    start = pasted.find(_OPEN)
    end = pasted.find(_CLOSE, start)
    if start < 0 or end < 0:
        return None
    title = pasted[start + len(_OPEN) : end]
    is_cdata = title.startswith(_CDATA)
    title = title.removeprefix(_CDATA).removesuffix(_CDATA_END) if is_cdata else html.unescape(title)
    info = pasted[end:]
    info = html.unescape(info) if "&lt;i&gt;" in info else info
    return Message(title, tuple(Author(entry["author"], int(entry["time"])) for entry in _ENTRY.finditer(info)))
