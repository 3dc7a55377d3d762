"""Photos as people upload them, made for a test: what a file of that format would say, and nothing real."""

from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import ExifTags, Image

RED, BLUE, WHITE = (200, 30, 30), (30, 30, 200), (255, 255, 255)


def encoded(picture: Image.Image, kind: str = "JPEG", **options: Any) -> bytes:
    out = BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def plain(width: int = 64, height: int = 48, colour: Any = RED, mode: str = "RGB") -> Image.Image:
    return Image.new(mode, (width, height), colour)


def halves(width: int = 640, height: int = 320) -> Image.Image:
    """Red on the left, blue on the right."""
    picture = plain(width, height, RED)
    picture.paste(BLUE, (width // 2, 0, width, height))
    return picture


def told() -> Image.Exif:
    """What a phone writes into its photos: lying on its side, where, by what."""
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6  # to be turned by 90° clockwise
    exif[ExifTags.Base.Model] = "Phone 15 Pro"
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitude] = (31.0, 13.0, 48.0)
    return exif


def photo(name: str = "photo.jpg", **options: Any) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, encoded(halves(), **options), "image/jpeg")


def read(data: bytes) -> Image.Image:
    picture = Image.open(BytesIO(data))
    picture.load()
    return picture
