"""Content pages are the operators' and admins'; a short link is everybody's."""

import pytest
from django.urls import reverse

from core.enums import Role
from tests.content.factories import make_publication
from tests.factories import make_leader, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def publication():
    return make_publication(code="abcdefg")


@pytest.fixture
def urls(publication):
    return [
        reverse("content:calendar"),
        reverse("content:ip_list"),
        reverse("content:ip_create"),
        reverse("content:piece_list"),
        reverse("content:piece_create"),
        reverse("content:piece_detail", args=[publication.piece_id]),
        reverse("content:publication_create"),
        reverse("content:publication_detail", args=[publication.pk]),
    ]


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.ADMIN])
def test_operators_and_admins_open_every_page(client, urls, role):
    client.force_login(make_user(role))

    assert {client.get(url).status_code for url in urls} == {200}


@pytest.mark.parametrize("role", [Role.LEADER, Role.AUDITOR])
def test_leaders_and_auditors_find_nothing_here(client, urls, publication, role):
    client.force_login(make_user(role))

    assert {client.get(url).status_code for url in urls} == {404}
    assert client.post(reverse("content:piece_move", args=[publication.piece_id])).status_code == 404


def test_the_leader_of_the_group_finds_nothing_here_either(client, publication):
    client.force_login(make_leader(publication.group).user)

    assert client.get(reverse("content:publication_detail", args=[publication.pk])).status_code == 404


def test_who_is_not_signed_in_is_asked_to_but_may_follow_a_link(client, urls):
    assert {client.get(url).status_code for url in urls} == {302}
    assert client.get("/p/abcdefg").url.startswith("/c/")
