"""What every door of the API shares: pages by key, errors in one shape, writes that are done once."""

import logging
import math
from collections.abc import Callable
from typing import Any, cast

from django.db import DataError
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework import status
from rest_framework.exceptions import APIException, ErrorDetail, NotFound, Throttled, ValidationError
from rest_framework.pagination import CursorPagination
from rest_framework.permissions import SAFE_METHODS, IsAuthenticated
from rest_framework.relations import PrimaryKeyRelatedField
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView, exception_handler

from core.enums import Role
from core.errors import DomainError
from core.idempotency import KeyUsedForAnotherRequest, answer_once, request_hash
from core.models import User
from core.outages import outage_of

logger = logging.getLogger(__name__)

KEY_HEADER = "Idempotency-Key"
LONGEST_KEY = 100


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the document of the API says what a program has to show."""

    target_class = "core.tokens.ScopedTokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}


class PagesByKey(CursorPagination):
    """Newest first; the next page's address comes with the page."""

    page_size = 50
    max_page_size = 200
    page_size_query_param = "size"
    ordering: str | tuple[str, ...] = "-pk"


class VisibleField(PrimaryKeyRelatedField[Any]):
    """An id of something the caller (`context["user"]`) may see; anything else does not exist."""

    def get_queryset(self) -> Any:
        rows: Any = vars(self)["queryset"]
        return rows.visible_to(self.context["user"])


class OrderTaker(IsAuthenticated):
    """Everybody reads what they may see; only operators and leaders write."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        if not super().has_permission(request, view):
            return False
        user = cast(User, request.user)
        return request.method in SAFE_METHODS or user.role in {Role.OPERATOR, Role.LEADER}


class Refused(APIException):
    """What was asked for cannot be done; the sentence says why. 409."""

    status_code = status.HTTP_409_CONFLICT
    default_code = "refused"


class Unavailable(APIException):
    """The database cannot do its part for now; the same request may be sent again after `wait` seconds. 503."""

    status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    wait = 0
    """Seconds; Django REST framework says them in Retry-After."""


def errors_in_one_shape(error: Exception, context: dict[str, Any]) -> Response | None:
    """`{"detail": sentence, "code": word, "fields": {…}}`, whatever went wrong."""
    if isinstance(error, KeyUsedForAnotherRequest):
        unprocessable = APIException(str(error), code="key_used_for_another_request")
        unprocessable.status_code = status.HTTP_422_UNPROCESSABLE_ENTITY
        error = unprocessable
    elif isinstance(error, Http404):
        error = NotFound(_("There is nothing with this id, or it is not yours to see."))
    elif isinstance(error, DataError):
        beyond = APIException(_("A value is larger than can be kept. Nothing was saved."), code="out_of_range")
        beyond.status_code = status.HTTP_400_BAD_REQUEST
        error = beyond
    elif isinstance(error, Throttled):
        error.detail = _too_many(cast(Any, error).wait)
    elif isinstance(error, DomainError):
        error = Refused(str(error), code=_word(type(error).__name__))
    elif outage := outage_of(error):
        logger.error("%s: %s", outage.code, error)
        error = Unavailable(str(outage.sentence), code=outage.code)
        error.wait = outage.wait
    response = exception_handler(error, context)
    if response is None:
        return None
    if isinstance(error, ValidationError):
        response.data = {
            "detail": _("Some of what was sent cannot be read."),
            "code": "invalid",
            "fields": error.detail if isinstance(error.detail, dict) else {"": error.detail},
        }
    elif isinstance(error, APIException) and isinstance(response.data, dict):
        codes = error.get_codes()
        response.data = {
            "detail": response.data.get("detail", str(error)),
            "code": codes if isinstance(codes, str) else "",
        }
    return response


def _too_many(seconds: float | None) -> ErrorDetail:
    seconds = math.ceil(seconds or 1)
    sentence = ngettext(
        "Too many requests. Nothing was saved; send it again in %(seconds)d second.",
        "Too many requests. Nothing was saved; send it again in %(seconds)d seconds.",
        seconds,
    )
    return ErrorDetail(sentence % {"seconds": seconds}, code=Throttled.default_code)


def _word(name: str) -> str:
    """OfferSoldOut → offer_sold_out."""
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("_")


def write_once(request: Request, write: Callable[[], tuple[int, Any]]) -> Response:
    """Answer a write that must come with an Idempotency-Key: done once, answered the same each time.

    `write` also reads the body: what was answered before stands, whatever has become of the things the body names.
    """
    key = request.headers.get(KEY_HEADER, "")
    if not key.strip() or len(key) > LONGEST_KEY:
        raise ValidationError({KEY_HEADER: [_("Send a key of up to 100 characters, a new one for every new order.")]})
    asked = request_hash(cast(str, request.method), request.path, request._request.body)
    answer = answer_once(user=cast(User, request.user), key=key, request_hash=asked, write=write)
    return Response(answer.body, status=answer.status)
