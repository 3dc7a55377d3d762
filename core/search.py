"""Finding by what people type: part of a name, its pinyin, its initials."""

import unicodedata

from django.db.models import Case, Q, When


def typed(text: str) -> str:
    """What somebody typed, without spaces around it and with full-width letters and digits as half-width ones.

    A NUL, which an address can carry and PostgreSQL's texts cannot, is left out.
    """
    return unicodedata.normalize("NFKC", text.replace("\0", "")).strip()


def named_like(text: str, *, prefix: str = "", name: str = "name") -> Q:
    """Rows of a `Spelled` model whose name contains `text` or whose pinyin or initials do: 周敏 by 敏, zhoum or zm.

    `prefix` leads to the named row from another one: "member__"; `name` is the field the name stands in.
    """
    wanted = typed(text)
    return Q(**{f"{prefix}{name}__icontains": wanted}) | Q(**{f"{prefix}pinyin__contains": _letters(wanted)})


def named_from(text: str, *, prefix: str = "", name: str = "name") -> Q:
    """The same, whose name, pinyin or initials begin with `text`."""
    wanted = typed(text)
    spelled = f"{prefix}pinyin"
    return (
        Q(**{f"{prefix}{name}__istartswith": wanted})
        | Q(**{f"{spelled}__startswith": _letters(wanted)})
        | Q(**{f"{spelled}__contains": f" {_letters(wanted)}"})
    )


def surest_first(is_it: Q, begins: Q) -> Case:
    """What to order found rows by: 0 for what it is, 1 for what begins like it, 2 for the others."""
    return Case(When(is_it, then=0), When(begins, then=1), default=2)


def _letters(wanted: str) -> str:
    return wanted.replace(" ", "").lower()
