"""Community pages are the operators' and admins'. What is not yours is not found."""

import pytest
from django.urls import reverse

from community.models import SeedProfile
from core.enums import Role
from tests.factories import make_group, make_leader, make_member, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def urls():
    """Every page of community/, by method."""
    group = make_group()
    leader = make_leader(group)
    member = make_member(group=group)
    seed = SeedProfile.objects.create(member=member, niche="烘焙", source="forum")
    rows = {
        "group": group.pk,
        "assignment": leader.assignments.get().pk,
        "member": member.pk,
        "membership": member.memberships.get().pk,
        "seed": seed.pk,
    }
    pages = {
        "group_list": None,
        "group_create": None,
        "group_detail": "group",
        "group_change": "group",
        "assignment_end": "assignment",
        "leader_list": None,
        "member_list": None,
        "member_create": None,
        "member_detail": "member",
        "member_change": "member",
        "seed_create": "member",
        "member_move": "membership",
        "member_leave": "membership",
        "seed_board": None,
        "seed_detail": "seed",
    }
    actions = {
        "leader_assign": "group",
        "member_join": "member",
        "seed_move": "seed",
        "seed_plan": "seed",
        "seed_change": "seed",
        "seed_score": "seed",
    }

    def addresses(names):
        return [reverse(f"community:{name}", args=[rows[row]] if row else []) for name, row in names.items()]

    return {"get": addresses(pages), "post": addresses(actions)}


def statuses(client, urls):
    return {client.get(url).status_code for url in urls["get"]}, {client.post(url).status_code for url in urls["post"]}


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.ADMIN])
def test_operators_and_admins_open_every_page(client, urls, role):
    client.force_login(make_user(role))

    assert statuses(client, urls) == ({200}, {302, 422})


@pytest.mark.parametrize("role", [Role.LEADER, Role.AUDITOR])
def test_leaders_and_auditors_find_nothing_here(client, urls, role):
    client.force_login(make_user(role))

    assert statuses(client, urls) == ({404}, {404})


def test_the_leader_of_the_very_group_finds_nothing_here_either(client, urls):
    group = make_group("平阳六村一群")
    client.force_login(make_leader(group, name="许诺").user)

    assert client.get(reverse("community:group_detail", args=[group.pk])).status_code == 404


def test_who_is_not_signed_in_is_asked_to(client, urls):
    response = client.get(urls["get"][0])

    assert response.status_code == 302
    assert response.url.startswith(reverse("login"))


def test_reading_changes_nothing(client, urls):
    client.force_login(make_user(Role.OPERATOR))

    assert {client.get(url).status_code for url in urls["post"]} == {405}
