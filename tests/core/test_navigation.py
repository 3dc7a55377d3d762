"""Where things are, for each role."""

import pytest
from django.test import override_settings
from django.urls import include, path

from core.enums import Role
from core.navigation import frame_for, navigation_for


def nowhere(request: object) -> None: ...


def app(name: str, *views: str) -> object:
    return include(([path(f"{view}/", nowhere, name=view) for view in views], name))


urlpatterns = [
    path("", nowhere, name="today"),
    path("campaigns/", nowhere, name="elsewhere"),
    path("o/", app("orders", "order_list", "campaign_list", "delivery_list", "jielong")),
    path("c/", app("community", "group_list", "member_list")),
    path("core/", app("core", "me", "history")),
]

pytestmark = pytest.mark.urls(__name__)


def labels(role: Role, address: str = "/") -> list[tuple[str, list[str]]]:
    return [
        (str(section.label), [str(link.label) for link in section.links]) for section in navigation_for(role, address)
    ]


def current(role: Role, address: str) -> list[str]:
    return [link.url for section in navigation_for(role, address) for link in section.links if link.current]


@override_settings(LANGUAGE_CODE="en")
def test_an_entry_whose_page_does_not_exist_is_left_out():
    assert labels(Role.OPERATOR) == [
        ("", ["Today", "Orders and jielong", "Delivery"]),
        ("Community", ["Groups", "Members"]),
        ("Growth", ["Campaigns"]),
    ]


@override_settings(LANGUAGE_CODE="en")
def test_a_leader_has_tabs():
    assert labels(Role.LEADER) == [("", ["Today", "Take orders", "Delivery", "Me"])]


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("/", ["/"]),
        ("/c/group_list/7/", ["/c/group_list/"]),
        ("/elsewhere/", []),
        ("/o/campaign_list/", ["/o/campaign_list/"]),
        ("/o/jielong/3/", ["/o/order_list/"]),
    ],
)
def test_the_link_a_page_lies_under_is_the_current_one(address: str, expected: list[str]):
    assert current(Role.OPERATOR, address) == expected


def test_a_leader_holds_a_phone_and_everybody_else_sits_at_a_desk():
    assert {role: frame_for(role) for role in Role} == {
        Role.LEADER: "leader.html",
        Role.OPERATOR: "shell.html",
        Role.ADMIN: "shell.html",
        Role.AUDITOR: "shell.html",
    }


def test_what_waits_stands_beside_its_place_and_nowhere_else():
    sections = navigation_for(Role.OPERATOR, "/", {"orders:order_list": 3})

    waiting = {str(link.url): link.waiting for section in sections for link in section.links}

    assert waiting.pop("/o/order_list/") == 3
    assert set(waiting.values()) == {0}
