"""Fixtures every test may use."""

from collections.abc import Iterator
from unittest.mock import patch

import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.test import TransactionTestCase, override_settings
from django.utils import translation
from hypothesis import HealthCheck, settings
from pytest_django.plugin import DjangoDbBlocker

from core.append_only import emptying
from tests import servers
from tests.races import end_all_other_connections

# A slow machine is no failure: properties are about what holds, not about how long it took.
settings.register_profile("linli", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("linli")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """The first test with a database starts the servers; a run without one goes without them."""
    servers.start()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """At the end nobody is in the database any more: a thread that served a page may have left its connection open."""
    yield
    connection.close()  # a test may have had the server end it
    with django_db_blocker.unblock():
        end_all_other_connections()


@pytest.fixture(scope="session", autouse=True)
def static_files_as_they_lie(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Nothing is collected or hashed for a test, whatever DEBUG says; the browser tests collect for themselves."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    collected = tmp_path_factory.mktemp("nothing-collected")
    with override_settings(STORAGES={**django_settings.STORAGES, "staticfiles": plain}, STATIC_ROOT=collected):
        yield


@pytest.fixture(scope="session", autouse=True)
def emptied_between_tests() -> Iterator[None]:
    """Django empties every table after a test that commits; tables that are kept let themselves be emptied for that."""
    flush = TransactionTestCase._fixture_teardown
    with patch.object(TransactionTestCase, "_fixture_teardown", emptying()(flush)):
        yield


@pytest.fixture(autouse=True)
def default_language() -> Iterator[None]:
    """A request in another language leaves that behind in this thread; the next test begins without it."""
    yield
    translation.deactivate()
