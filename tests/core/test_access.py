"""The guards above the views."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpRequest, HttpResponse
from django.test import RequestFactory
from django_htmx.middleware import HtmxDetails

from core import access
from core.enums import Role
from core.models import User


def view(request: HttpRequest, word: str = "") -> HttpResponse:
    return HttpResponse(f"open {word}")


def request_of(user: object, **headers: str) -> HttpRequest:
    request = RequestFactory().get("/runs/?page=2", headers=headers)
    request.user = user
    request.htmx = HtmxDetails(request)
    return request


@pytest.mark.parametrize(
    ("guard", "allowed"),
    [
        (access.operator_only, {Role.OPERATOR}),
        (access.leader_only, {Role.LEADER}),
        (access.leader_or_operator, {Role.LEADER, Role.OPERATOR}),
        (access.admin_only, {Role.ADMIN}),
        (access.money_reader, {Role.ADMIN, Role.AUDITOR}),
        (access.signed_in, set(Role)),
    ],
)
def test_a_guard_lets_its_roles_through_and_hides_the_page_from_others(guard, allowed):
    for role in Role:
        request = request_of(User(role=role))
        if role in allowed:
            assert guard(view)(request, word="door").content == b"open door"
        else:
            with pytest.raises(Http404):
                guard(view)(request)


def test_who_is_not_signed_in_comes_back_after_the_login():
    answer = access.admin_only(view)(request_of(AnonymousUser()))

    assert (answer.status_code, answer["Location"]) == (302, "/login/?next=/runs/%3Fpage%3D2")


def test_a_fragment_sends_the_whole_page_to_the_login():
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/campaigns/7/?tab=orders"}

    answer = access.admin_only(view)(request_of(AnonymousUser(), **headers))

    assert (answer.status_code, answer["HX-Redirect"]) == (200, "/login/?next=/campaigns/7/%3Ftab%3Dorders")
