"""What an entry is about, in the reader's language: the ledger keeps a code and figures, the apps above the words."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils.functional import Promise

from ledger.models import Entry


@dataclass(frozen=True, slots=True)
class Memo:
    """A code that an app has put into words, and what the words are filled with."""

    code: str
    values: Mapping[str, str | int] = field(default_factory=dict)


UNSAID = Memo("")
_sentences: dict[str, str | Promise] = {}


def word_memo(code: str, sentence: str | Promise) -> None:
    """Say what entries with the code are about, with a `%(name)s` for each of the values; from the app's `ready`."""
    _sentences[code] = sentence


def memo_of(entry: Entry) -> str:
    """What the entry is about: in the reader's words, as it was written before there were codes, or else its key."""
    try:
        said: str = str(_sentences[entry.memo_code]) % entry.memo_values
    except (KeyError, TypeError, ValueError):  # no code, or one that nobody words like that (any more)
        return entry.memo or entry.key
    return said
