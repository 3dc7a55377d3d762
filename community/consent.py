"""What somebody agrees to who joins by themselves. Another sense gets another number; the wording itself is kept."""

import hashlib
from dataclasses import dataclass

from django.utils.translation import get_language
from django.utils.translation import gettext as _

VERSION = 1


@dataclass(frozen=True, slots=True)
class Wording:
    """A text to agree to, in one language."""

    version: int
    language: str
    text: str

    @property
    def digest(self) -> str:
        """Known by what it says: a comma more is another text."""
        return hashlib.sha256(f"{self.version}\n{self.language}\n{self.text}".encode()).hexdigest()


def joining_text() -> Wording:
    """In the language of whoever reads it."""
    said = _(
        "We keep your name, door and phone so that what you order reaches your door. The group does not see your "
        "number; whoever delivers sees it when they need it. We also keep who invited you: they may earn something "
        "from your orders. Ask your leader at any time what is kept, or to have it erased."
    )
    return Wording(VERSION, get_language() or "", said)
