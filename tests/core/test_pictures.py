"""Uploaded pictures: kept once, addressed by what they show, carried along by a form that comes back."""

from hashlib import sha256

import pytest
from django import forms
from django.core import signing
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.http import Http404
from django.test import RequestFactory
from django.utils import translation

from core.enums import Role
from core.models import Picture
from core.pictures import FOR_EVER, LARGE, SMALL, PictureField, keep_picture, picture_answer
from core.rules.pictures import LARGE_BYTES, SMALL_BYTES, draw
from core.violations import violated
from tests import factories as make
from tests.photos import encoded, halves, photo, plain

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def operator():
    return make.make_user(Role.OPERATOR)


class PhotoForm(forms.Form):
    photo = PictureField(label="Photo")
    name = forms.CharField()

    def __init__(self, *args, user):
        super().__init__(*args)
        self.fields["photo"].by = user


def test_the_same_picture_is_kept_once(operator):
    first, second = (keep_picture(encoded(halves()), by=operator) for _each in range(2))

    assert first == second
    assert Picture.objects.get().digest == first


def refused(**fields) -> str:
    drawn = draw(encoded(halves()))
    row = {"digest": drawn.digest, "large": drawn.large, "small": drawn.small, **fields}
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        Picture.objects.create(**row)
    return violated(caught.value)


def test_the_database_keeps_no_picture_at_an_address_of_another(operator):
    assert refused(digest="0" * 64, by=operator) == "picture_is_what_its_address_says"


@pytest.mark.parametrize(("size", "most"), [("large", LARGE_BYTES), ("small", SMALL_BYTES)])
def test_the_database_keeps_nothing_heavy(operator, size, most):
    heavy = b"x" * (most + 1)
    address = {"digest": sha256(heavy).hexdigest()} if size == "large" else {}

    assert refused(**{size: heavy}, **address, by=operator) == "picture_is_small_enough_to_keep"


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"\0\0\0\x24ftypheic" + b"\0" * 24, "This is a HEIC photo"),
        (b"%PDF-1.7", "This is no photo that can be read."),
        (encoded(plain(), "PNG", save_all=True, append_images=[plain(9, 9)]), "This picture moves."),
        (encoded(halves())[:900], "The photo is damaged"),
        (b"x" * 10_000_001, "The photo is larger than 10 MB."),
    ],
)
def test_what_is_no_photo_is_refused_with_a_sentence_and_nothing_is_kept(operator, data, sentence):
    form = PhotoForm({"name": "草莓"}, {"photo": SimpleUploadedFile("a.jpg", data)}, user=operator)

    assert not form.is_valid()
    assert form.errors["photo"][0].startswith(sentence)
    assert "data-focus" in str(form["photo"])
    assert not Picture.objects.exists()


def test_a_photo_is_not_lost_when_another_field_is_wrong(operator):
    first = PhotoForm({"name": ""}, {"photo": photo()}, user=operator)
    assert not first.is_valid()
    carried = first["photo"].value()
    assert f'name="photo-kept" value="{carried}"' in str(first["photo"])

    second = PhotoForm({"name": "草莓", "photo-kept": carried}, {}, user=operator)

    assert second.is_valid()
    assert second.cleaned_data["photo"] == Picture.objects.get().digest


@pytest.mark.parametrize("forge", [lambda address: address, lambda address: signing.Signer().sign(address)])
def test_a_form_takes_no_address_that_was_not_given_out(operator, forge):
    address = keep_picture(encoded(halves()), by=operator)

    form = PhotoForm({"name": "草莓", "photo-kept": forge(address)}, {}, user=operator)

    assert form.is_valid()
    assert form.cleaned_data["photo"] == ""


def test_no_photo_is_no_photo(operator):
    form = PhotoForm({"name": "草莓"}, {}, user=operator)

    assert form.is_valid()
    assert form.cleaned_data["photo"] == ""


@pytest.mark.parametrize("size", [LARGE, SMALL])
def test_a_version_is_answered_as_what_it_is(operator, size):
    digest = keep_picture(encoded(halves()), by=operator)

    answer = picture_answer(RequestFactory().get("/"), digest, size, cached=FOR_EVER)

    assert answer.content == bytes(getattr(Picture.objects.get(), size))
    assert answer["Content-Type"] == "image/webp"
    assert answer["ETag"] == f'"{digest}-{size}"'
    assert answer["Cache-Control"] == "public, max-age=31536000, immutable"


def test_who_has_a_picture_is_told_so_without_reading_it(operator, django_assert_num_queries):
    request = RequestFactory().get("/", headers={"If-None-Match": '"abc-small"'})

    with django_assert_num_queries(0):
        answer = picture_answer(request, "abc", SMALL, cached=FOR_EVER)

    assert (answer.status_code, answer.content, answer["ETag"]) == (304, b"", '"abc-small"')


def test_a_picture_nobody_kept_is_not_found():
    with pytest.raises(Http404):
        picture_answer(RequestFactory().get("/"), "0" * 64, SMALL, cached=FOR_EVER)
