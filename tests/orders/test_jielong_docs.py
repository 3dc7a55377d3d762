"""The worked examples of docs/algorithms/jielong.md are what the code does."""

import re
from pathlib import Path

import pytest

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
