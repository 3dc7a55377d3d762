"""Set-based SQL kept in files beside the code that asks."""

from pathlib import Path


def statement(module_file: str, name: str) -> str:
    """The text of `<app>/sql/<name>.sql`, for a module anywhere in that app. Pass `__file__`."""
    for folder in Path(module_file).resolve().parents:
        candidate = folder / "sql" / f"{name}.sql"
        if candidate.is_file():
            return candidate.read_text(encoding="utf-8")
    raise FileNotFoundError(f"no sql/{name}.sql above {module_file}")
