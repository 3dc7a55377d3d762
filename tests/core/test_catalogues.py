"""Every word a person reads is in the catalogues, whole, in three languages."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Message

from core import catalogues

CHINESE = re.compile(r"[\u3400-\u9fff]")
ENGLISH_WORD = re.compile(r"[a-z]{3}")
"""An English sentence may quote what people write in a chain."""
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")
READS_OR_MAKES_CHINESE = ("rules", "demo")
"""Rooms where Chinese is data: rules read what people write, the demonstration makes up names and goods."""


@pytest.mark.parametrize("language", catalogues.LANGUAGES)
def test_every_message_is_translated(language: str):
    assert catalogues.untranslated(language) == []


@pytest.mark.parametrize("language", catalogues.LANGUAGES)
def test_translations_fill_in_what_their_message_does(language: str):
    differing = [
        message.id
        for message in catalogues.load(language)
        if message.id and _said(message) and _placeholders(message.string) != _placeholders(message.id)
    ]

    assert differing == []


def test_templates_hold_no_chinese():
    templates = (catalogues.ROOT / "templates").rglob("*.*")

    assert [str(path) for path in templates if CHINESE.search(_without_comments(path.read_text()))] == []


def test_python_holds_no_chinese_to_show():
    found = [
        f"{path.relative_to(catalogues.ROOT)}:{text}"
        for app in catalogues.APPS
        for path in (catalogues.ROOT / app).rglob("*.py")
        if not any(part.removesuffix(".py").startswith(READS_OR_MAKES_CHINESE) for part in path.parts)
        for text in _strings(path)
        if CHINESE.search(text) and not ENGLISH_WORD.search(text)
    ]

    assert found == []


def test_a_pending_translation_is_taken_in_and_derived(tmp_path: Path):
    _source(tmp_path, app='_("Stock of %(name)s")')
    _pending(tmp_path, "Stock of %(name)s\t%(name)s的库存软件")

    catalogues.merge(tmp_path)

    assert _translation(tmp_path, "zh_Hans", "Stock of %(name)s") == "%(name)s的库存软件"
    assert _translation(tmp_path, "zh_Hant", "Stock of %(name)s") == "%(name)s的庫存軟體"
    assert _translation(tmp_path, "en", "Stock of %(name)s") == "Stock of %(name)s"


def test_a_translation_survives_without_its_pending_file_and_goes_with_its_message(tmp_path: Path):
    _source(tmp_path, app='_("Stock")')
    handed_in = _pending(tmp_path, "Stock\t库存")
    catalogues.merge(tmp_path)
    handed_in.unlink()

    catalogues.merge(tmp_path)
    kept = _translation(tmp_path, "zh_Hans", "Stock")
    _source(tmp_path, app='_("Goods")')
    catalogues.merge(tmp_path)

    assert kept == "库存"
    assert _translation(tmp_path, "zh_Hans", "Stock") is None


def test_what_has_no_translation_is_named(tmp_path: Path):
    _source(tmp_path, app='_("Stock"), _("Goods")')
    _pending(tmp_path, "Stock\t库存")

    catalogues.merge(tmp_path)

    assert catalogues.untranslated("zh_Hans", tmp_path) == ["Goods"]
    assert catalogues.untranslated("en", tmp_path) == []


def test_templates_and_plurals_are_gathered(tmp_path: Path):
    _source(tmp_path, app='ngettext("%(n)s order", "%(n)s orders", n)')
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "page.html").write_text(
        '{% load i18n %}\n    <p>{% translate "It\'s here" %}\n'
        "  {% blocktranslate trimmed %}\n  Two\n  lines\n{% endblocktranslate %}"
    )

    keys = [source.key for source in catalogues.gather(tmp_path)]

    assert keys == [("%(n)s order", "%(n)s orders"), ("It's here",), ("Two lines",)]


def test_a_pending_line_without_translation_is_refused(tmp_path: Path):
    _pending(tmp_path, "Stock")

    with pytest.raises(catalogues.BadPendingLine, match=r"test.tsv:1"):
        catalogues.pending(tmp_path / "locale")


def test_only_a_changed_catalogue_is_compiled(tmp_path: Path):
    _source(tmp_path, app='_("Stock")')
    catalogues.merge(tmp_path)

    first = catalogues.compile_stale(tmp_path / "locale")
    second = catalogues.compile_stale(tmp_path / "locale")

    assert (first, second) == (["zh_Hans", "zh_Hant", "en"], [])


def _source(root: Path, *, app: str) -> None:
    (root / "core").mkdir(exist_ok=True)
    (root / "core" / "words.py").write_text(f"{app}\n")


def _pending(root: Path, line: str) -> Path:
    path = root / "locale" / "pending" / "test.tsv"
    path.parent.mkdir(parents=True)
    path.write_text(f"{line}\n")
    return path


def _translation(root: Path, language: str, text: str) -> object:
    message = catalogues.load(language, root / "locale").get(text)
    return message.string if message else None


def _said(message: Message) -> bool:
    return any(message.string) if isinstance(message.string, (list, tuple)) else bool(message.string)


def _placeholders(text: object) -> set[str]:
    texts = text if isinstance(text, (list, tuple)) else [text]
    return {found for one in texts for found in PLACEHOLDER.findall(str(one))}


def _without_comments(template: str) -> str:
    return re.sub(r"{% comment %}.*?{% endcomment %}|{#.*?#}", "", template, flags=re.DOTALL)


def _strings(path: Path) -> Iterator[str]:
    """The strings of a module that are not documentation."""
    tree = ast.parse(path.read_text())
    documentation = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documentation:
            yield node.value
