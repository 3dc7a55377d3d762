"""How static files are stored: named by their content, compressed once."""

import brotli
from whitenoise.compress import Compressor
from whitenoise.storage import CompressedManifestStaticFilesStorage

LARGE = 60_000
"""Bytes. The API page's bundles are above it, everything a member or leader loads is below."""


class StaticStorage(CompressedManifestStaticFilesStorage):
    """WhiteNoise's storage with our compressor."""

    def create_compressor(self, **options: object) -> Compressor:
        return QuickCompressor(**options)  # type: ignore[no-untyped-call]


class QuickCompressor(Compressor):
    """Presses small files as hard as it can; for large ones that takes longer than all the rest of a first start."""

    def should_compress(self, filename: str) -> bool:
        return not filename.endswith(".map") and super().should_compress(filename)  # type: ignore[no-untyped-call]

    @staticmethod
    def compress_brotli(data: bytes) -> bytes:
        return bytes(brotli.compress(data, quality=11 if len(data) < LARGE else 7))
