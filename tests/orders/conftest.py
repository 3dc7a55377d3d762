"""Who looks at the pages of orders, and what is sold there today: pages read the clock themselves."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone, translation

from core.enums import Role
from core.models import User
from orders.models import Campaign
from tests import factories as make


@pytest.fixture
def group():
    return make.make_group()


@pytest.fixture
def other_group():
    return make.make_group("田林十二村群")


@pytest.fixture
def operator():
    return make.make_user(Role.OPERATOR, name="沈嘉宁")


@pytest.fixture
def admin():
    return make.make_user(Role.ADMIN, name="林审")


@pytest.fixture
def auditor():
    return make.make_user(Role.AUDITOR)


@pytest.fixture
def leader(group):
    return make.make_leader(group)


@pytest.fixture
def stranger(other_group):
    """A leader of another group."""
    return make.make_leader(other_group, name="高志远")


@pytest.fixture
def signed_in() -> Callable[[User], Client]:
    """A browser in which this person is signed in and reads English, as the messages in the source."""

    def sign_in(user: User) -> Client:
        client = Client()
        client.force_login(user)
        client.cookies["django_language"] = "en"
        return client

    return sign_in


@pytest.fixture
def selling() -> Callable[..., Campaign]:
    """A campaign that has been open for a day and is cut off in ten hours by today's clock."""

    def sell(*groups, **fields) -> Campaign:
        now = timezone.now()
        clock = {"opens_at": now - timedelta(days=1), "cuts_off_at": now + timedelta(hours=10)}
        return make.make_campaign(*groups, **{**clock, "delivers_on": timezone.localdate(now), **fields})

    return sell


@pytest.fixture
def in_english() -> Iterator[None]:
    """Sentences as they stand in the source, where no page says whose language it speaks."""
    with translation.override("en"):
        yield
