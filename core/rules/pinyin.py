"""Chinese names in pinyin: to sort by where the database has no Chinese collation, and to find by typing."""

from itertools import islice, product

MAX_READINGS = 8


def index_of(name: str) -> str:
    """How `name` sorts and is found: its main reading, then every initials a reader might type, lower case.

    周敏 → "zhoumin zm". A name with characters of several readings lists the initials of up to eight of them.
    """
    if not name:
        return ""
    from pypinyin import Style, pinyin  # noqa: PLC0415 — half a second of dictionaries that most processes never open.

    readings = pinyin(name, style=Style.NORMAL, heteronym=True)
    main = "".join(options[0] for options in readings)
    choices = [sorted({option[0] for option in options if option}) or [""] for options in readings]
    initials = dict.fromkeys("".join(letters) for letters in islice(product(*choices), MAX_READINGS))
    return " ".join([main, *initials]).lower()
