"""Finding by what people type: part of a name, its pinyin, its initials."""

import unicodedata

from django.db.models import Q


def typed(text: str) -> str:
    """What somebody typed, without spaces around it and with full-width letters and digits as half-width ones.

    A NUL, which an address can carry and PostgreSQL's texts cannot, is left out.
    """
    return unicodedata.normalize("NFKC", text.replace("\0", "")).strip()


def named_like(text: str, *, prefix: str = "") -> Q:
    """Rows of a `Named` model whose name contains `text` or whose pinyin or initials do: 周敏 by 敏, zhoum or zm.

    `prefix` leads to the named row from another one: "member__".
    """
    wanted = typed(text)
    letters = wanted.replace(" ", "").lower()
    return Q(**{f"{prefix}name__icontains": wanted}) | Q(**{f"{prefix}pinyin__contains": letters})
