"""From what a camera or a shop page gives to a picture that is ours: turned upright, small, telling nothing else.

What was uploaded is decoded and drawn anew; nothing of the file itself is kept, so neither is what it says about
place, time and device.
"""

import hashlib
import struct
import zlib
from dataclasses import dataclass
from enum import StrEnum
from io import BytesIO

from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError

MOST_BYTES = 10_000_000
"""Of an uploaded file."""
MOST_PIXELS = {"JPEG": 52_000_000, "MPO": 52_000_000, "PNG": 17_000_000, "WEBP": 17_000_000}
"""By format: a JPEG is decoded at a fraction of its size, so the largest photos of phones are read."""
LARGE, LARGE_BYTES = 1280, 500_000
"""The longer side in pixels at most, and the bytes of it at most."""
SMALL, SMALL_BYTES = 128, 5_000
"""The side of the small square in pixels, and its bytes at most: a page shows dozens."""
QUALITIES = (78, 60, 40, 20, 0)
"""Tried one after the other until a picture is small enough; nearly all are at once."""
UPRIGHT = 1
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""By EXIF orientation: what makes the picture stand upright."""
DAMAGED = (OSError, SyntaxError, ValueError, LookupError, TypeError, struct.error, zlib.error)
"""What Pillow raises when a file is not what it says it is."""
ISO_MEDIA = b"ftyp"
PHONE_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}


class Problem(StrEnum):
    """Why something uploaded becomes no picture."""

    TOO_HEAVY = "too_heavy"
    TOO_LARGE = "too_large"
    HEIC = "heic"
    FOREIGN = "foreign"
    ANIMATED = "animated"
    BROKEN = "broken"


class NotAPicture(Exception):
    """What was uploaded is nothing the house can draw; `problem` says why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem)
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Drawn:
    """The two versions of a picture, as WebP: whole, and the middle of it as a square."""

    large: bytes
    small: bytes

    @property
    def digest(self) -> str:
        """What the picture is addressed by: SHA-256 of the whole version, hexadecimal."""
        return hashlib.sha256(self.large).hexdigest()


def draw(data: bytes) -> Drawn:
    """Read a JPEG, PNG or WebP of one picture and draw it anew. Raises NotAPicture."""
    if len(data) > MOST_BYTES:
        raise NotAPicture(Problem.TOO_HEAVY)
    if data[4:8] == ISO_MEDIA and data[8:12] in PHONE_BRANDS:
        raise NotAPicture(Problem.HEIC)
    try:
        picture = _read(data)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise NotAPicture(Problem.TOO_LARGE) from error
    except UnidentifiedImageError as error:
        raise NotAPicture(Problem.FOREIGN) from error
    except DAMAGED as error:
        raise NotAPicture(Problem.BROKEN) from error
    small = ImageOps.fit(picture, (SMALL, SMALL), Image.Resampling.LANCZOS)
    return Drawn(_written(picture, LARGE_BYTES), _written(small, SMALL_BYTES))


def _read(data: bytes) -> Image.Image:
    """The picture upright, at most `LARGE` on its longer side, on white where it was transparent."""
    with Image.open(BytesIO(data), formats=["JPEG", "PNG", "WEBP"]) as file:
        kind = file.format or ""
        if file.width * file.height > MOST_PIXELS[kind]:
            raise NotAPicture(Problem.TOO_LARGE)
        # A phone puts a second picture (depth, brightness) behind the photo in one file: that moves nothing.
        if kind != "MPO" and getattr(file, "n_frames", 1) > 1:
            raise NotAPicture(Problem.ANIMATED)
        file.draft("RGB", (LARGE, LARGE))
        picture: Image.Image = file
        if picture.mode not in {"RGB", "L"}:
            picture = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
        picture.thumbnail((LARGE, LARGE), Image.Resampling.LANCZOS)
        turn = TURNS.get(_orientation(picture))
        upright = picture if turn is None else picture.transpose(turn)
        if upright.mode == "RGBA":
            upright = Image.alpha_composite(Image.new("RGBA", upright.size, "white"), upright)
        return upright.convert("RGB")


def _orientation(picture: Image.Image) -> int:
    """How the camera was held, as EXIF says it. A photo whose EXIF cannot be read is shown as it lies."""
    try:
        said = picture.getexif().get(ExifTags.Base.Orientation)
    except DAMAGED:
        return UPRIGHT
    return said if isinstance(said, int) else UPRIGHT


def _written(picture: Image.Image, most: int) -> bytes:
    """As WebP without anything beside the pixels, at the best of `QUALITIES` that is small enough."""
    for quality in QUALITIES:
        out = BytesIO()
        picture.save(out, "WEBP", quality=quality, method=4)
        if out.tell() <= most:
            break
    return out.getvalue()
