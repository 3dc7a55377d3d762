"""Signing in, the own page, errors in plain words, signs of life."""

import pytest
from django.test import Client, override_settings

from core.enums import Role
from tests.factories import make_user

pytestmark = pytest.mark.django_db

ENGLISH = {"HTTP_ACCEPT_LANGUAGE": "en"}


def test_the_probe_reaches_the_database(client: Client):
    answer = client.get("/healthz")

    assert (answer.status_code, answer.content) == (200, b"ok")


def test_a_wrong_password_is_422_and_keeps_the_name(client: Client):
    answer = client.post("/login/", {"username": "wang", "password": "wrong"}, **ENGLISH)

    assert answer.status_code == 422
    assert 'value="wang"' in answer.content.decode()


def test_the_ninth_wrong_password_is_answered_with_a_wait(client: Client):
    wrong = {"username": "wang", "password": "wrong"}

    statuses = [client.post("/login/", wrong, **ENGLISH).status_code for _try in range(9)]
    page = client.post("/login/", wrong, **ENGLISH).content.decode()

    assert statuses[-1] == 429
    assert "try again in 15 minutes" in page


@pytest.mark.parametrize("demo", [True, False])
def test_demo_logins_are_shown_only_in_a_demonstration(client: Client, demo: bool):
    with override_settings(DEMO=demo):
        page = client.get("/login/").content.decode()

    assert ("linli-demo" in page) is demo


def test_the_login_goes_on_only_to_this_site(client: Client):
    user = make_user(Role.LEADER)
    user.set_password("a long password")
    user.save(update_fields=["password"])
    typed = {"username": user.username, "password": "a long password"}

    answer = client.post("/login/", typed | {"next": "/me/"})
    client.logout()
    elsewhere = client.post("/login/", typed | {"next": "https://example.com/"})

    assert answer["Location"] == "/me/"
    assert "example.com" not in elsewhere["Location"]


def test_everybody_has_an_own_page(client: Client):
    for role in Role:
        client.force_login(make_user(role, name="周敏"))
        assert "周敏" in client.get("/me/").content.decode()


def test_the_language_is_kept_in_a_cookie_and_the_page_stays(client: Client):
    answer = client.post("/language/", {"language": "zh-hant", "next": "/login/"})

    assert answer["Location"] == "/login/"
    assert 'lang="zh-Hant"' in client.get("/login/").content.decode()


@pytest.mark.parametrize(("cookie", "theme"), [("dark", "dark"), ("light", "light"), ('"><script>', "auto")])
def test_the_theme_comes_from_its_cookie(client: Client, cookie: str, theme: str):
    client.cookies["theme"] = cookie

    assert f'data-theme="{theme}"' in client.get("/login/").content.decode()


def test_an_unknown_address_says_so_in_plain_words(client: Client):
    answer = client.get("/nowhere/", **ENGLISH)

    assert answer.status_code == 404
    assert "There is nothing at this address" in answer.content.decode()


def test_a_page_open_too_long_keeps_what_was_typed():
    answer = Client(enforce_csrf_checks=True).post("/login/", {"username": "wang"}, **ENGLISH)

    assert answer.status_code == 403
    assert "your text is still in its field" in answer.content.decode()


def test_a_page_that_breaks_is_answered_without_database_or_session(settings):
    settings.ROOT_URLCONF = "tests.core.broken_urls"

    answer = Client(raise_request_exception=False).get("/broken/", **ENGLISH)

    assert answer.status_code == 500
    assert "Something broke on our side" in answer.content.decode()


def test_pages_forbid_foreign_scripts_and_frames(client: Client):
    policy = client.get("/login/")["Content-Security-Policy"]

    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
