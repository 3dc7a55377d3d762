"""The look keeps to its floor and its budgets; what is vendored is what its list says."""

import gzip
import hashlib
import re
import tomllib
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.base import ContentFile

from config.static import StaticStorage, lean

STATIC = settings.BASE_DIR / "static"
TEMPLATES = settings.BASE_DIR / "templates"
CSS_BUDGET = 15_000
SCRIPT_BUDGET = 10_000
"""Bytes, gzipped."""


def test_the_two_dark_palettes_are_the_same():
    chosen, asked_for = re.findall(r"color-scheme: dark;(.*?)}", (STATIC / "css" / "tokens.css").read_text(), re.DOTALL)

    assert chosen.split() == asked_for.split()


def test_styles_keep_to_the_floor_of_chrome_88_and_safari_14():
    too_new = re.compile(r"@layer|@container|:has\(|oklch|color-mix|&[ .:]|\bdvh\b|aspect-ratio|@media \([\w-]+ ?[<>]")

    assert [str(path) for path in STATIC.glob("css/*.css") if too_new.search(path.read_text())] == []


def test_only_screen_rules_ask_for_a_phone():
    phone_rules = re.findall(r"@media ([^{]*max-width)", "".join(path.read_text() for path in STATIC.glob("css/*.css")))

    assert {rule.split()[0] for rule in phone_rules} == {"screen"}


@pytest.mark.parametrize(("kind", "budget"), [("css", CSS_BUDGET), ("js", SCRIPT_BUDGET)])
def test_what_a_page_loads_keeps_to_its_budget(kind: str, budget: int):
    frames = {name: _linked(TEMPLATES / name, kind) for name in ("shell.html", "leader.html", "public.html")}
    heaviest_frame = max(frames.values(), key=_gzipped)
    always = _linked(TEMPLATES / "base.html", kind)

    loaded = {page: always | heaviest_frame | _linked(page, kind) for page in TEMPLATES.rglob("*.html")}

    assert {str(page): _gzipped(files) for page, files in loaded.items() if _gzipped(files) > budget} == {}


def test_templates_have_no_inline_script_style_or_handler():
    banned = re.compile(r"""<style|\sstyle=|\son[a-z]+=|hx-on|["']js:|<script(?![^>]*\ssrc=)""")

    assert [str(path) for path in TEMPLATES.rglob("*.html") if banned.search(path.read_text())] == []


def test_every_icon_a_template_or_the_navigation_names_is_in_the_sprite():
    sprite = set(re.findall(r'<symbol id="([^"]+)"', (STATIC / "icons.svg").read_text()))
    said_in_python = ["core/navigation.py", "insights/views/agenda.py", "insights/views/noteworthy.py"]
    sources = [*TEMPLATES.rglob("*.html"), *(settings.BASE_DIR / path for path in said_in_python)]
    named = {
        name
        for path in sources
        for name in re.findall(
            r'{% icon "([^"]+)"|icon="([^"{]+)"|Entry\(_\("[^"]*"\), "([^"]+)"|Item\(\s*"([^"]+)"', path.read_text()
        )
        for name in name
        if name
    }

    assert named - sprite == set()


def test_vendored_files_are_what_their_list_says():
    listed = tomllib.loads((STATIC / "vendor" / "vendor.toml").read_text())["vendored"]

    for entry in listed:
        content = (STATIC / "vendor" / entry["file"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == entry["sha256"], entry["name"]
    scripts = {str(path.relative_to(STATIC / "vendor")) for path in STATIC.glob("vendor/**/*.js")}
    assert scripts <= {entry["file"] for entry in listed}


def _gzipped(files: set[Path]) -> int:
    return sum(len(gzip.compress(Path(path).read_bytes(), 9)) for path in files)


def _linked(template: Path, kind: str) -> set[Path]:
    """The house's own files of this kind that the template asks for."""
    return {STATIC / name for name in re.findall(rf"static '({kind}/[\w-]+\.{kind})'", template.read_text())}


def test_what_only_authors_read_stays_at_home():
    styles = '/* doors */\n.tick  { top: 0; }\n@media print {\n  .tick > b::before { content: "a, b"; }\n}\n'
    comments = "/* a run\n   of doors */\n  f();\n  /* gone */\n\n"
    kept = "const a = '/* kept */';  /* kept too */\n/* kept */ g();\n"

    assert lean("css/a.css", styles) == '.tick{top: 0;}@media print{.tick > b::before{content: "a, b";}}'
    assert lean("js/a.js", comments + kept + "/* gone */\n") == "f();\n" + kept
    assert lean("vendor/htmx/htmx.min.js", comments) == comments


def test_a_lean_file_is_stored_whole_although_its_hash_was_taken_first(tmp_path):
    script = ContentFile(b"/* why */\nf();\n")
    storage = StaticStorage(location=tmp_path)
    script.read()

    storage._save("js/a.js", script)

    assert (tmp_path / "js/a.js").read_text() == "f();\n"
