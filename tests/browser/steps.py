"""What people do on pages in more than one test, and what a page may weigh."""

import os
from dataclasses import dataclass
from itertools import product

from playwright.sync_api import Locator, Page

LEADER_BYTES, DESK_BYTES = 40_000, 60_000
"""On the wire, with nothing cached: a page for the public or a leader, a page at the desk."""
SIZES = {"phone": (390, 844), "desk": (1440, 900)}


@dataclass(frozen=True, slots=True)
class Look:
    """How somebody sees a page: `size` is one of `SIZES`."""

    size: str
    theme: str
    language: str


EVERY_LOOK = tuple(Look(*each) for each in product(SIZES, ("light", "dark"), ("zh-hans", "zh-hant", "en")))
LOOKS = EVERY_LOOK if os.environ.get("EVERY_LOOK") else (Look("phone", "dark", "zh-hans"), Look("desk", "light", "en"))
"""Structure is the size's, colours are the theme's: two of the four combinations meet each once. EVERY_LOOK=1 asks for
all twelve, before a page is called finished."""


def paste(page: Page, chain: str) -> None:
    """From a copied chain to its preview."""
    page.goto("/jielong/")
    page.get_by_label("Paste the whole chain from the WeChat group").fill(chain)
    page.get_by_role("button", name="Read the orders").click()


def card(page: Page, door: str) -> Locator:
    """What is to be handed over at a door of the delivery run."""
    return page.locator(".tick").filter(has_text=door)


def tick(page: Page, door: str) -> Locator:
    return card(page, door).get_by_role("button", name="Delivered to")
