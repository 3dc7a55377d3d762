"""Set-based SQL kept in files beside the code that asks."""

import re
from pathlib import Path

PART = re.compile(r"/\* (\w+)\.sql \*/")


def statement(module_file: str, name: str) -> str:
    """The text of `<app>/sql/<name>.sql`, for a module anywhere in that app. Pass `__file__`.

    Where it says `/* other.sql */` stands the text of that one: what several statements share is written once.
    """
    for folder in Path(module_file).resolve().parents:
        candidate = folder / "sql" / f"{name}.sql"
        if candidate.is_file():
            text = candidate.read_text(encoding="utf-8")
            return PART.sub(lambda part: statement(module_file, part[1]), text)
    raise FileNotFoundError(f"no sql/{name}.sql above {module_file}")
