"""A page that breaks, behind the house's own error pages."""

from django.http import HttpRequest, HttpResponse
from django.urls import include, path


def broken(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("this page always breaks")


urlpatterns = [path("broken/", broken), path("", include("config.urls"))]
handler500 = "core.views.house.server_error"
