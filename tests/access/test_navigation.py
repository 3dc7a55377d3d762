"""The side bar and the tabs against the table of who may open what."""

import pytest

from core.enums import Role
from core.navigation import ENTRIES
from tests.access.test_access import PAGES

LETTERS = {Role.OPERATOR: "O", Role.LEADER: "L", Role.ADMIN: "A", Role.AUDITOR: "U"}
OPEN_TO = {name: allowed for name, _method, _filled, allowed in PAGES}


def places(role: Role) -> set[str]:
    return {entry.view for entry in ENTRIES if role in entry.roles}


@pytest.mark.parametrize("role", Role)
def test_no_entry_leads_to_a_page_that_stays_shut(role: Role):
    assert {view for view in places(role) if LETTERS[role] not in OPEN_TO[view]} == set()


def test_an_admin_finds_every_place_of_the_operators_that_opens_to_them():
    readable = {view for view in places(Role.OPERATOR) if LETTERS[Role.ADMIN] in OPEN_TO[view]}

    assert readable - places(Role.ADMIN) == set()
