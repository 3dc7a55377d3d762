"""A page that breaks, behind the house's own error pages."""

from django.db import DataError
from django.http import HttpRequest, HttpResponse
from django.urls import include, path


def broken(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("this page always breaks")


def beyond(request: HttpRequest) -> HttpResponse:
    raise DataError("numeric field overflow")


urlpatterns = [path("broken/", broken), path("beyond/", beyond), path("", include("config.urls"))]
handler500 = "core.views.house.server_error"
