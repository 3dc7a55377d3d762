"""The worked examples of docs/algorithms/jielong.md are what the code does."""

import re
from pathlib import Path
from types import SimpleNamespace

import pytest

from orders.rules.chain.branches import continue_branch
from orders.rules.jielong import Flag, Offer, SkipReason, parse
from tests.orders.jielong_telling import tell

PAGE = (Path(__file__).parents[2] / "docs" / "algorithms" / "jielong.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```text\n(.*?)\n```\n\n```reading\n(.*?)\n```", PAGE, re.DOTALL)
OFFERS = (Offer("雪梨", "斤"), Offer("蜜柚", "个"), Offer("米酒", "瓶"))


def test_the_page_has_its_examples():
    assert len(EXAMPLES) == 4


@pytest.mark.parametrize(("text", "reading"), EXAMPLES)
def test_a_worked_example_is_read_as_the_page_says(text, reading):
    assert tell(parse(text, OFFERS)) == reading.split("\n")


@pytest.mark.parametrize("word", [*Flag, *SkipReason])
def test_the_page_explains_every_flag_and_reason(word):
    assert re.search(rf"`{word}(_\d+)?`", PAGE)


BRANCHES = re.findall(r"(?m)^\| (\d.*?) \| (\d.*?) \| (.*) \|$", PAGE)


def entries_of(text):
    """1 2 3′ as entries: somebody signs with the digit, and the stroke is other goods."""
    return [SimpleNamespace(key=e[0], signature=f"{e[0]}|", author=None, content=e) for e in text.split()]


def told(answer, what):
    return set(re.findall(rf"(\d) {what}", answer))


def test_the_page_has_its_branches():
    assert len(BRANCHES) == 6


@pytest.mark.parametrize(("before", "now", "answer"), BRANCHES)
def test_a_branch_is_continued_as_the_page_says(before, now, answer):
    live, branches = {}, []
    for text in before.split(" · then "):
        entries = entries_of(text)
        live |= {entry.key: entry for entry in entries}
        branches.insert(0, entries)
    rows = entries_of(now)

    found = continue_branch(rows, list(live.values()), branches, lambda _row, _entry: True)

    assert {row.key for row in rows if row.key not in found.before} == told(answer, "comes in")
    assert {entry.key for entry in found.withdrawn} == told(answer, "is proposed")
    assert {entry.key for entry in found.elsewhere} == told(answer, "(?:is in another branch and )?stays")
    older = {
        key
        for key, entry in found.before.items()
        if key in found.said and found.said[key].content == key != entry.content
    }
    assert older == told(answer, "is right again")
