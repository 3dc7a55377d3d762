"""How static files are stored: without what only their authors read, named by their content, compressed once."""

import re
from typing import Any

import brotli
from django.core.files.base import ContentFile
from whitenoise.compress import Compressor
from whitenoise.storage import CompressedManifestStaticFilesStorage

LARGE = 60_000
"""Bytes. The API page's bundles are above it, everything a member or leader loads is below."""


def lean(name: str, text: str) -> str:
    """One of the house's own style sheets or scripts without comments and indentation; anything else as it is.

    In a script a comment is told by standing at the beginning of a line: nothing inside a string is touched.
    """
    if name.startswith("css/"):
        text = " ".join(re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL).split())
        return re.sub(r" ?([{};]) ?", r"\1", text)
    if name.startswith("js/"):
        text = re.sub(r"^\s*/\*((?!\*/).)*\*/$", "", text, flags=re.DOTALL | re.MULTILINE)
        return re.sub(r"^\s+", "", text, flags=re.MULTILINE)
    return text


class StaticStorage(CompressedManifestStaticFilesStorage):
    """WhiteNoise's storage with our compressor, for lean files."""

    def _save(self, name: str, content: Any) -> str:
        if name.startswith(("css/", "js/")):
            content = ContentFile(lean(name, b"".join(content.chunks()).decode()).encode())
        return str(super()._save(name, content))  # type: ignore[misc]

    def create_compressor(self, **options: object) -> Compressor:
        return QuickCompressor(**options)  # type: ignore[no-untyped-call]


class QuickCompressor(Compressor):
    """Presses small files as hard as it can; for large ones that takes longer than all the rest of a first start."""

    def should_compress(self, filename: str) -> bool:
        return not filename.endswith(".map") and super().should_compress(filename)  # type: ignore[no-untyped-call]

    @staticmethod
    def compress_brotli(data: bytes) -> bytes:
        return bytes(brotli.compress(data, quality=11 if len(data) < LARGE else 7))
