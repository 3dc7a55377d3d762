"""Short links: the letters of their codes, and which openings of a link were a person's."""

import re

ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
"""Read aloud and typed without doubt: no 0/o, no 1/i/l, one case."""
CODE_LENGTH = 7
"""31⁷ ≈ 27 500 million codes: guessing finds nothing while a few hundred thousand are taken."""
LONG_CODE_LENGTH = 8
"""For the other kind of link a page may be reached by: what is as long is never one of each."""

# A Cubot is a phone.
_PREVIEWS = re.compile(
    r"(?<!cu)bot\b|crawl|spider|slurp|preview|facebookexternalhit|whatsapp/|embedly|python-requests|curl/|wget/",
    re.IGNORECASE,
)


def is_persons_click(*, method: str, user_agent: str, purpose: str) -> bool:
    """Whether opening a link counts: a GET that no link preview, crawler or prefetching browser made.

    `purpose` is the header Sec-Purpose or Purpose. WeChat's own browser (MicroMessenger) is a person. Bots that call
    themselves a browser are counted: telling them apart would need traces of people that are not kept.
    """
    return method == "GET" and "prefetch" not in purpose.lower() and not _PREVIEWS.search(user_agent)
