"""QR codes as pictures: what WeChat reads when it is long-pressed."""

import io

import segno

SCALE = 8
"""Pixels a module: sharp on a phone of three pixels a point, and on paper."""


def png(text: str) -> bytes:
    """A PNG of the text's QR code with the quiet zone it needs; a quarter of it may be damaged (level Q)."""
    picture = io.BytesIO()
    segno.make_qr(text, error="q").save(picture, kind="png", scale=SCALE)
    return picture.getvalue()
