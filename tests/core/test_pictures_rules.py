"""From what a camera gives to a picture that is ours."""

import os
import zlib
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import ExifTags, Image, ImageOps

from core.rules import pictures
from core.rules.pictures import LARGE, LARGE_BYTES, SMALL, SMALL_BYTES, NotAPicture, Problem, draw
from tests.photos import BLUE, RED, WHITE, encoded, halves, plain, read, told

NEAR = 12
"""WebP keeps a colour about so well."""


def looks_like(picture: Image.Image, place: tuple[int, int], colour: tuple[int, int, int]) -> bool:
    seen = picture.convert("RGB").getpixel(place)
    return all(abs(one - other) <= NEAR for one, other in zip(seen, colour, strict=True))


def problem_of(data: bytes) -> Problem:
    with pytest.raises(NotAPicture) as caught:
        draw(data)
    return caught.value.problem


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_what_a_photo_tells_beside_what_it_shows_is_gone(kind):
    taken = encoded(halves(), kind, exif=told(), xmp=b"<x>Phone 15 Pro</x>", icc_profile=b"Phone 15 Pro")
    assert b"Phone 15 Pro" in taken

    drawn = draw(taken)

    for version in (drawn.large, drawn.small):
        assert b"Phone 15 Pro" not in version
        assert not read(version).getexif()
        assert not {"exif", "xmp", "icc_profile"} & read(version).info.keys()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_photo_taken_on_its_side_stands_upright(kind):
    """Turned clockwise, what was on the left is on top."""
    drawn = draw(encoded(halves(640, 320), kind, exif=told()))

    large = read(drawn.large)
    assert large.size == (320, 640)
    assert looks_like(large, (160, 40), RED)
    assert looks_like(large, (160, 600), BLUE)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_each_way_to_hold_a_phone_is_turned_back(orientation):
    """The corner that EXIF says is top left as it lies in the file, worked out with Pillow's own reading."""
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    corner = plain(64, 48, BLUE)
    corner.paste(RED, (0, 0, 32, 24))
    taken = encoded(corner, "PNG", exif=exif)

    expected, large = ImageOps.exif_transpose(read(taken)), read(draw(taken).large)

    assert large.size == expected.size
    places = [(8, 8), (large.width - 8, 8), (8, large.height - 8), (large.width - 8, large.height - 8)]
    assert all(looks_like(large, place, expected.getpixel(place)) for place in places)


def test_a_photo_whose_exif_cannot_be_read_is_shown_as_it_lies():
    assert read(draw(encoded(halves(), exif=b"Exif\0\0MM and then nothing")).large).size == (640, 320)


def test_a_large_photo_is_made_small_and_keeps_its_proportions():
    drawn = draw(encoded(halves(4000, 3000)))

    assert read(drawn.large).size == (LARGE, LARGE * 3 // 4)
    assert read(drawn.small).size == (SMALL, SMALL)


def test_a_small_picture_is_not_blown_up():
    assert read(draw(encoded(plain(64, 48))).large).size == (64, 48)


def test_even_noise_stays_within_what_is_kept(monkeypatch):
    """At the last quality that is tried; the ones before it take their seconds and change nothing about that."""
    monkeypatch.setattr(pictures, "QUALITIES", pictures.QUALITIES[-1:])
    noise = Image.frombytes("RGB", (LARGE, LARGE), os.urandom(LARGE * LARGE * 3))

    assert len(draw(encoded(noise, "PNG", compress_level=0)).large) <= LARGE_BYTES


def test_a_picture_full_of_detail_is_drawn_coarser_until_it_is_small_enough():
    noise = Image.frombytes("RGB", (SMALL, SMALL), os.urandom(SMALL * SMALL * 3))

    drawn = draw(encoded(noise, "PNG"))

    assert len(drawn.small) <= SMALL_BYTES < len(drawn.large)


def test_what_is_transparent_lies_on_white():
    cut_out = plain(200, 200, (0, 0, 0, 0), "RGBA")
    cut_out.paste((*BLUE, 255), (0, 0, 100, 200))

    large = read(draw(encoded(cut_out, "PNG")).large)

    assert looks_like(large, (150, 100), WHITE)
    assert looks_like(large, (50, 100), BLUE)


@pytest.mark.parametrize(("mode", "kind"), [("CMYK", "JPEG"), ("L", "JPEG"), ("P", "PNG"), ("LA", "PNG"), ("1", "PNG")])
def test_other_ways_to_say_colours_are_understood(mode, kind):
    assert read(draw(encoded(halves().convert(mode), kind)).large).size == (640, 320)


def test_a_second_picture_behind_a_phones_photo_is_left_out():
    taken = encoded(halves(), "MPO", save_all=True, append_images=[plain(640, 320, WHITE)])
    assert read(taken).n_frames == 2

    assert looks_like(read(draw(taken).large), (40, 160), RED)


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_a_picture_that_moves_is_refused(kind):
    moving = encoded(plain(), kind, save_all=True, append_images=[plain(colour=BLUE)])

    assert problem_of(moving) == Problem.ANIMATED


@pytest.mark.parametrize(
    "data",
    [b"", b"GIF89a", b"%PDF-1.7", b"<svg xmlns='http://www.w3.org/2000/svg'/>", encoded(plain(), "GIF"), b"MZ" * 99],
)
def test_what_is_no_photo_is_refused(data):
    assert problem_of(data) == Problem.FOREIGN


def test_a_format_of_another_decoder_is_refused_even_if_pillow_reads_it():
    assert problem_of(encoded(plain(), "TIFF")) == Problem.FOREIGN
    assert problem_of(encoded(plain(), "BMP")) == Problem.FOREIGN


@pytest.mark.parametrize("brand", [b"heic", b"mif1"])
def test_an_iphones_heic_is_told_apart(brand):
    assert problem_of(b"\0\0\0\x24ftyp" + brand + b"\0" * 24) == Problem.HEIC


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_bomb_of_pixels_is_refused_before_it_is_decoded(monkeypatch, kind):
    monkeypatch.setitem(pictures.MOST_PIXELS, kind, 64 * 48 - 1)
    monkeypatch.setattr(Image.Image, "draft", None)  # nothing is decoded any more

    assert problem_of(encoded(plain(64, 48), kind)) == Problem.TOO_LARGE


def test_a_bomb_that_pillow_itself_stops_is_refused_like_the_others():
    """30 000 × 30 000 pixels in a file of a few bytes: only its head is made here."""
    head = bytearray(encoded(plain(1, 1, 0, "1"), "PNG"))
    head[16:24] = (30_000).to_bytes(4, "big") * 2

    head[29:33] = zlib.crc32(bytes(head[12:29])).to_bytes(4, "big")
    assert problem_of(bytes(head)) == Problem.TOO_LARGE


def test_a_file_that_is_too_heavy_is_not_looked_at(monkeypatch):
    monkeypatch.setattr(pictures, "MOST_BYTES", 100)

    assert problem_of(encoded(halves())) == Problem.TOO_HEAVY


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_photo_that_ends_in_the_middle_is_refused(kind):
    whole = encoded(halves(), kind)

    assert problem_of(whole[: len(whole) * 2 // 3]) == Problem.BROKEN


WHOLE = {kind: encoded(halves(64, 64), kind, exif=told()) for kind in ("JPEG", "PNG", "WEBP")}


@pytest.mark.filterwarnings("ignore:.*:UserWarning")  # Pillow says what it thinks of damaged EXIF
@settings(max_examples=60)
@given(
    st.sampled_from(sorted(WHOLE)), st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), min_size=1, max_size=8)
)
def test_a_damaged_photo_becomes_a_picture_or_a_refusal(kind, harm):
    """Whatever a decoder says of a file that is not what it claims: nothing but a picture of ours or NotAPicture."""
    damaged = bytearray(WHOLE[kind])
    for place, byte in harm:
        damaged[int(place * (len(damaged) - 1))] = byte

    try:
        drawn = draw(bytes(damaged))
    except NotAPicture:
        return
    assert Image.open(BytesIO(drawn.large)).format == "WEBP"


def test_the_same_photo_is_the_same_picture():
    assert draw(encoded(halves())).digest == draw(encoded(halves(), exif=Image.Exif())).digest
    assert draw(encoded(halves())).digest != draw(encoded(plain())).digest
