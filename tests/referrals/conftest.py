"""Who is there where nothing else is said: a group, an operator, somebody who brings others and who they brought."""

import pytest

from core.enums import Role
from tests import factories as make
from tests.referrals.rewarding import make_newcomer


@pytest.fixture
def group():
    return make.make_group()


@pytest.fixture
def operator():
    return make.make_user(Role.OPERATOR, name="沈嘉宁")


@pytest.fixture
def wang(group):
    """Who brings others."""
    return make.make_member("王芳", group=group)


@pytest.fixture
def li(wang, group):
    """Who was brought."""
    return make_newcomer(wang, group)
