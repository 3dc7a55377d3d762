"""The one room for uploaded pictures: a field that reads one, where it is kept, how it is answered.

A photo somebody took at a door may not get lost because another field was wrong: it is kept when it is read, and the
form that comes back carries its address, signed.
"""

from typing import Any

from django import forms
from django.core import signing
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext_lazy as _

from core.models import Picture, User
from core.rules.pictures import MOST_BYTES, NotAPicture, Problem, draw

LARGE, SMALL = "large", "small"
SIGNER = signing.Signer(salt="core.picture")
READ = "image/jpeg,image/png,image/webp"
"""Naming these, and not any image, has an iPhone hand over a JPEG of its HEIC."""
FOR_EVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "private, no-cache"
"""Kept by the browser, shown after asking whether this person may see it still."""

SENTENCES = {
    Problem.TOO_HEAVY: _("The photo is larger than 10 MB. Choose a smaller one, or a screenshot of it."),
    Problem.TOO_LARGE: _("The photo has too many pixels. Choose a smaller one, or a screenshot of it."),
    Problem.HEIC: _(
        "This is a HEIC photo, which not every phone can show. Choose a screenshot of it, or set the iPhone to"
        " Settings → Camera → Formats → Most Compatible."
    ),
    Problem.FOREIGN: _("This is no photo that can be read. Choose a JPEG, PNG or WebP."),
    Problem.ANIMATED: _("This picture moves. Choose one that stands still."),
    Problem.BROKEN: _("The photo is damaged and cannot be read to its end. Choose it again, or another one."),
}


def keep_picture(data: bytes, *, by: User) -> str:
    """Draw what was uploaded anew and keep that; its address. The same picture is kept once. Raises NotAPicture."""
    drawn = draw(data)
    picture = Picture(digest=drawn.digest, large=drawn.large, small=drawn.small, by=by)
    Picture.objects.bulk_create([picture], ignore_conflicts=True)
    return drawn.digest


class PictureInput(forms.FileInput):
    """A file to choose, and beside it the address of one that was read before."""

    template_name = "ui/picture_input.html"

    def __init__(self) -> None:
        super().__init__({"accept": READ})

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        return files.get(name) or data.get(f"{name}-kept", "")

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return not self.value_from_datadict(data, files, name)

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["widget"]["kept"] = value if isinstance(value, str) else ""
        if (
            "aria-invalid" in context["widget"]["attrs"]
        ):  # the last field of a form on a phone: why it came back is below
            context["widget"]["attrs"]["data-focus"] = True
        return context


class PictureField(forms.Field):
    """A photo somebody chooses (`by`, its form says who); the value is the address of the kept picture, "" for none."""

    widget = PictureInput
    by: User
    read = ""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"required": False, "help_text": _("JPEG, PNG or WebP, up to 10 MB."), **kwargs})

    def clean(self, value: Any) -> str:
        self.read = self._kept(value) if isinstance(value, UploadedFile) else read_before(value)
        return self.read

    def _kept(self, file: "UploadedFile[bytes]") -> str:
        try:
            if (file.size or 0) > MOST_BYTES:
                raise NotAPicture(Problem.TOO_HEAVY)
            return keep_picture(file.read(), by=self.by)
        except NotAPicture as error:
            raise ValidationError(SENTENCES[error.problem]) from error

    def bound_data(self, data: Any, initial: Any) -> Any:
        """What a form that comes back carries: a browser does not choose a file again by itself."""
        return SIGNER.sign(self.read) if self.read else ""


def read_before(signed: str) -> str:
    """The address of a picture that an earlier answer carried; "" for anything else."""
    try:
        return SIGNER.unsign(signed or "")
    except signing.BadSignature:
        return ""


def picture_answer(request: HttpRequest, digest: str, size: str, *, cached: str) -> HttpResponse:
    """One version of a picture this person may see, or "not changed" for whoever has it already."""
    etag = f'"{digest}-{size}"'
    answer = get_conditional_response(request, etag=etag)
    if answer is None:
        found = Picture.objects.filter(pk=digest).values_list(size, flat=True).first()
        if found is None:
            raise Http404
        answer = HttpResponse(bytes(found), content_type="image/webp")
    answer["ETag"], answer["Cache-Control"] = etag, cached
    return answer
