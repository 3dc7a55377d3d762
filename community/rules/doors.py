import unicodedata


def tidy_door(text: str) -> str:
    """A door as it is kept: half-width characters, one space where there were several, none at the ends.

    `" ３－１７０１ "` → `"3-1701"`. Turning 3栋1701 into 3-1701 is reading a chain, not tidying: see the parser.
    """
    return " ".join(unicodedata.normalize("NFKC", text).split())
