"""What stands around every page."""

from collections.abc import Callable

from django.db import DataError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.shortcuts import render
from django.utils.deprecation import MiddlewareMixin


class BeyondTheDatabase(MiddlewareMixin):
    """A value no column can hold (a NUL, a number too large) that no form refused: 422 with a sentence, nothing saved.

    The last resort. A form that knows its field says which one it is.
    """

    get_response: Callable[[HttpRequest], HttpResponse]

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, DataError):
            return render(request, "422.html", status=422)
        return None


class Compressed(GZipMiddleware):
    """Pages and files are sent compressed. Pictures are so already; they keep their strong ETag."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if response.headers.get("Content-Type", "").startswith("image/"):
            return response
        return super().process_response(request, response)
