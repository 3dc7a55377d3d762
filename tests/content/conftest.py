import pytest

from core.enums import Role
from tests.factories import make_user


@pytest.fixture
def operator(db):
    return make_user(Role.OPERATOR, name="沈嘉宁")


@pytest.fixture
def desk(client, operator):
    """The operator's browser."""
    client.force_login(operator)
    return client
