"""What nobody types by hand, sent to every door: it is answered, never a page that broke."""

import pytest
from django.test import Client
from django.urls import reverse

from core.enums import Role
from tests import factories as make
from tests.access.test_access import API, GET, PAGES, answer
from tests.access.world import build

pytestmark = pytest.mark.django_db

ASKED = (
    "q state after before group page sort view of week period purpose via earner rule chain campaign door member"
    " leader product source since until place columns"
)


@pytest.mark.parametrize("value", ["\0", "周\0敏"])
def test_a_nul_in_the_address_breaks_no_page(value):
    world = build()
    asked = dict.fromkeys(ASKED.split(), value)
    broken = []
    for who in "OLA":
        client = Client(raise_request_exception=False)
        client.force_login(world.people[who])
        for name, method, filled, allowed in PAGES:
            if method == GET and who in allowed:
                url = reverse(name, kwargs={key: world.ids[what] for key, what in filled.items()})
                if (status := answer(client, GET, url, asked).status_code) not in {200, 302}:
                    broken.append((who, name, status))

    assert broken == []


def test_a_nul_in_the_address_breaks_no_door_of_the_api():
    world = build()
    token = make.make_token(world.people["O"])
    client = Client(headers={"authorization": f"Bearer {token}"}, raise_request_exception=False)

    for name, filled, _allowed in API:
        url = reverse(name, kwargs={key: world.ids[what] for key, what in filled.items()})
        assert answer(client, GET, url, dict.fromkeys(ASKED.split(), "\0")).status_code in {200, 400}, name


@pytest.mark.parametrize("address", ["/c/%00/", "/c/a%00b/", "/me/tokens/%00/revoke/"])
def test_a_code_with_a_nul_is_one_nobody_knows(address):
    client = Client(raise_request_exception=False)
    client.force_login(make.make_user(Role.OPERATOR))

    method = client.post if "revoke" in address else client.get
    assert method(address).status_code == 404
