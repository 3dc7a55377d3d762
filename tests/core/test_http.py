"""A whole page or the fragment htmx asked for."""

import pytest
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.test import RequestFactory, override_settings
from django_htmx.middleware import HtmxDetails

from core.http import render_page, say

PAGE = "{% load partials %}<h1>Groups</h1>{% partialdef list inline %}<p>{{ count }}</p>{% endpartialdef %}"
HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def page(settings, tmp_path):
    (tmp_path / "page.html").write_text(PAGE)
    django, *others = settings.TEMPLATES
    settings.TEMPLATES = [{**django, "DIRS": [*django["DIRS"], tmp_path]}, *others]
    assert engines


def request_with(**headers: str) -> HttpRequest:
    request = RequestFactory().get("/", headers=headers)
    request.htmx = HtmxDetails(request)
    SessionMiddleware(HttpResponse).process_request(request)
    MessageMiddleware(HttpResponse).process_request(request)
    return request


def answer(request: HttpRequest, **options: object) -> HttpResponse:
    return render_page(request, "page.html", {"count": 38}, **{"fragment": "list"} | options)


def test_a_browser_gets_the_page():
    response = answer(request_with())

    assert response.content == b"<h1>Groups</h1><p>38</p>"
    assert "Cache-Control" not in response


def test_htmx_gets_the_fragment_uncached():
    response = answer(request_with(**HTMX))

    assert response.content == b"<p>38</p>"
    assert response["Cache-Control"] == "no-store"


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_caches_keep_the_two_apart(headers: dict[str, str]):
    assert answer(request_with(**headers))["Vary"] == "HX-Request, HX-History-Restore-Request"


@pytest.mark.parametrize("header", ["HX-History-Restore-Request", "HX-Boosted"])
def test_going_back_gets_the_page(header: str):
    assert b"<h1>" in answer(request_with(**HTMX, **{header: "true"})).content


def test_invalid_input_is_422():
    assert answer(request_with(**HTMX), status=422).status_code == 422


@override_settings(LANGUAGE_CODE="en")
def test_what_was_done_goes_along_with_the_fragment():
    request = request_with(**HTMX)

    say(request, "11 orders saved.", undo_url="/undo/7/")
    content = answer(request).content.decode()

    assert content.startswith("<p>38</p>")
    assert 'hx-swap-oob="beforeend"' in content
    assert "11 orders saved." in content
    assert 'action="/undo/7/"' in content
    assert "csrfmiddlewaretoken" in content
