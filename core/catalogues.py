"""The message catalogues: English in the source, Chinese beside it in `locale/`, without GNU gettext on the machine.

`gather` reads every message of the source, `merge` writes `locale/<language>/LC_MESSAGES/django.po`, `compile_stale`
turns those into what Django reads. Simplified Chinese is written by people; they hand in new lines as
`locale/pending/*.tsv` (message, translation; or singular, plural, translation). Traditional Chinese is derived from it
by OpenCC and corrected by `locale/zh_Hant.toml`; English repeats the source.
"""

import io
import os
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize
from opencc import OpenCC

ROOT = Path(__file__).resolve().parent.parent
LOCALE = ROOT / "locale"
APPS = ("config", "core", "ledger", "community", "orders", "referrals", "content", "insights")
SIMPLIFIED, TRADITIONAL, ENGLISH = "zh_Hans", "zh_Hant", "en"
LANGUAGES = (SIMPLIFIED, TRADITIONAL, ENGLISH)

Key = tuple[str, ...]
"""A message: (text,) or (singular, plural)."""

KEYWORDS: dict[str, tuple[object, ...] | None] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}


@dataclass(frozen=True, slots=True, order=True)
class Source:
    """A message as the source has it, and the first file it stands in."""

    key: Key
    context: str = ""
    file: str = field(default="", compare=False)


class BadPendingLine(ValueError):
    """A line of `locale/pending/` has neither two nor three columns."""


def gather(root: Path = ROOT) -> list[Source]:
    """Every message of the Python files and templates, sorted, once."""
    found: dict[Source, None] = {}
    for file, text in _texts(root):
        for _line, message, _comments, context in extract("python", io.BytesIO(text.encode()), KEYWORDS):  # type: ignore[arg-type]
            key = message if isinstance(message, tuple) else (message,)
            found.setdefault(Source(key, context or "", str(file.relative_to(root))))
    return sorted(found)


def _texts(root: Path) -> Iterator[tuple[Path, str]]:
    """Python as it stands, templates turned into calls of gettext by Django."""
    for app in APPS:
        for file in sorted((root / app).rglob("*.py")):
            if "migrations" not in file.parts:
                yield file, file.read_text()
    for file in sorted((root / "templates").rglob("*.*")):
        calls = templatize(file.read_text(), origin=str(file))
        yield file, "\n".join(line.strip() for line in calls.splitlines())


def load(language: str, locale: Path = LOCALE) -> Catalog:
    """The catalogue of a language; an empty one if there is none yet."""
    path = _po(language, locale)
    if not path.exists():
        return Catalog(locale=language)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def untranslated(language: str, root: Path = ROOT) -> list[str]:
    """The messages of the source that have no translation, or only a doubtful one."""
    translated = {
        (message.context or "", _key(message))
        for message in load(language, root / "locale")
        if _first(message) and not message.fuzzy
    }
    return [source.key[0] for source in gather(root) if (source.context, source.key) not in translated]


def pending(locale: Path = LOCALE) -> dict[Key, str]:
    """What translators handed in; of two translations of one message the one in the first file holds."""
    handed_in: dict[Key, str] = {}
    for path in sorted((locale / "pending").glob("*.tsv")):
        for number, line in enumerate(path.read_text().splitlines(), start=1):
            columns = [column.replace("\\n", "\n") for column in line.split("\t")]
            if len(columns) not in (2, 3) and line.strip():
                raise BadPendingLine(f"{path.name}:{number}: {line}")
            if len(columns) in (2, 3):
                handed_in.setdefault(tuple(columns[:-1]), columns[-1])
    return handed_in


def merge(root: Path = ROOT) -> None:
    """Bring the three catalogues up to the source: new messages in, vanished ones out, translations kept."""
    locale = root / "locale"
    sources = gather(root)
    kept = {
        (message.context or "", _key(message)): _first(message) for message in load(SIMPLIFIED, locale) if message.id
    }
    handed_in = pending(locale)
    simplified = {source: handed_in.get(source.key) or kept.get((source.context, source.key), "") for source in sources}
    traditional = _traditional(simplified, locale / "zh_Hant.toml")
    for language, translations in ((SIMPLIFIED, simplified), (TRADITIONAL, traditional)):
        _save(language, {source: (text,) for source, text in translations.items()}, locale)
    _save(ENGLISH, {source: source.key for source in sources}, locale)


def _traditional(simplified: Mapping[Source, str], corrections: Path) -> dict[Source, str]:
    """Taiwan's characters and words; where OpenCC picks the wrong word the table of corrections knows better."""
    table = tomllib.loads(corrections.read_text()) if corrections.exists() else {}
    words, messages = table.get("words", {}), table.get("messages", {})
    converter = OpenCC("s2twp")
    converted = {}
    for source, text in simplified.items():
        result = converter.convert(text)
        for wrong, right in words.items():
            result = result.replace(wrong, right)
        converted[source] = messages.get(source.key[0], result)
    return converted


def _save(language: str, translations: Mapping[Source, Key], locale: Path) -> None:
    """Write a catalogue sorted, without line numbers and dates, so that a change shows only what changed."""
    catalog = Catalog(locale=language)
    for source, text in sorted(translations.items()):
        message_id = source.key if len(source.key) == 2 else source.key[0]
        catalog.add(message_id, text if len(source.key) == 2 else text[0], context=source.context or None)
    body = io.BytesIO()
    write_po(body, catalog, width=0, no_location=True, omit_header=True, sort_output=True)
    header = (
        'msgid ""\nmsgstr ""\n'
        f'"Language: {language}\\n"\n'
        '"Content-Type: text/plain; charset=UTF-8\\n"\n'
        f'"Plural-Forms: {catalog.plural_forms}\\n"\n\n'
    )
    path = _po(language, locale)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(header.encode() + body.getvalue())


def compile_stale(locale: Path = LOCALE) -> list[str]:
    """Compile the catalogues that are newer than their compiled form; the languages that were."""
    compiled = []
    for language in LANGUAGES:
        source = _po(language, locale)
        target = source.with_suffix(".mo")
        if source.exists() and (not target.exists() or target.stat().st_mtime <= source.stat().st_mtime):
            draft = target.with_suffix(f".{os.getpid()}.mo")
            with draft.open("wb") as file:
                write_mo(file, load(language, locale))
            draft.replace(target)  # whoever reads it meanwhile reads a whole one
            compiled.append(language)
    return compiled


def _po(language: str, locale: Path) -> Path:
    return locale / language / "LC_MESSAGES" / "django.po"


def _key(message: Message) -> Key:
    return tuple(message.id) if isinstance(message.id, (list, tuple)) else (str(message.id),)


def _first(message: Message) -> str:
    """The translation; of a plural its first form, Chinese has one."""
    return str(message.string[0] if isinstance(message.string, (list, tuple)) else message.string)
