"""How a door is kept: building-unit-room with hyphens, as the chain parser spells it, so that both find each other."""

import re
import unicodedata

_HYPHENS = re.compile("[‐‑‒–—―−]")
_WRITTEN_OUT = re.compile(
    r"(?P<building>\d{1,4}[a-z]?|[a-z])(?:[号號][楼樓]|栋|棟|幢|座|#[楼樓]?|号|號|楼|樓)"
    r"(?:[ -]?(?P<unit>\d{1,2})(?:单元|單元|门|門))?(?:[ -]?(?P<room>\d{2,5})[室房户戶号號]?)?",
    re.IGNORECASE,
)


def tidy_door(text: str) -> str:
    """A door somebody typed, as it is kept: `"6号楼2单元301"` → `"6-2-301"`, `" ３－１７０１室 "` → `"3-1701"`.

    Areas and addresses (H区, 天目西路218弄) stay as written, with half-width characters and single spaces.
    """
    door = " ".join(_HYPHENS.sub("-", unicodedata.normalize("NFKC", text)).split())
    written_out = _WRITTEN_OUT.fullmatch(door)
    if written_out and (written_out["unit"] or written_out["room"]):
        parts = (written_out["building"], written_out["unit"], written_out["room"])
        return "-".join(part.upper() for part in parts if part)
    return door.rstrip("室房") if "-" in door else door
