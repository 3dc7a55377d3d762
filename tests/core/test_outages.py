"""The database busy, full or gone: a sentence and 503, in a page, a fragment and the API alike."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg2
import pytest
from django.conf import settings
from django.db import DatabaseError, connection
from django.test import Client

from core.outages import AWAY, BUSY, FULL, Outage, outage_of
from tests.factories import make_token, make_user

GONE = "/no/server/here"


@pytest.fixture
def operator():
    return make_user()


@pytest.fixture
def visitor(operator) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(operator)
    client.cookies["django_language"] = "en"
    return client


@contextmanager
def database_gone() -> Iterator[None]:
    place = connection.settings_dict
    host, place["HOST"] = place["HOST"], GONE
    connection.close()
    try:
        yield
    finally:
        connection.close()
        place["HOST"] = host


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("state", "outage"),
    [
        ("55P03", BUSY),
        ("57014", BUSY),
        ("40P01", BUSY),
        ("40001", BUSY),
        ("25P03", BUSY),
        ("53100", FULL),
        ("53300", AWAY),
        ("57P01", AWAY),
        ("22003", None),
        ("23505", None),
        ("42P01", None),
    ],
)
def test_what_postgresql_calls_it_says_what_people_are_told(state: str, outage: Outage | None) -> None:
    with pytest.raises(DatabaseError) as raised, connection.cursor() as cursor:
        cursor.execute(f"DO $$ BEGIN RAISE EXCEPTION 'as if' USING ERRCODE = '{state}'; END $$")

    assert outage_of(raised.value) is outage


@pytest.mark.django_db
def test_a_connection_that_ends_within_an_answer_is_a_database_that_is_away() -> None:
    with pytest.raises(DatabaseError) as raised, connection.wrap_database_errors:
        raise psycopg2.DatabaseError("error with status PGRES_TUPLES_OK and no message from the libpq")

    assert outage_of(raised.value) is AWAY
    assert outage_of(DatabaseError("Save with update_fields did not affect any rows.")) is None


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("method", ["get", "post"])
def test_without_a_database_a_page_says_so_and_comes_back_by_itself(visitor: Client, method: str) -> None:
    """A post meets it before the view: the history asks who is there."""
    with database_gone():
        answer = getattr(visitor, method)("/groups/")

    assert (answer.status_code, answer["Retry-After"]) == (503, "10")
    assert "no-store" in answer["Cache-Control"]
    assert "comes back by itself" in answer.content.decode()
    assert visitor.get("/groups/").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_it_is_said_in_the_visitors_language(visitor: Client) -> None:
    visitor.cookies["django_language"] = "zh-hans"

    with database_gone():
        page = visitor.get("/groups/").content.decode()

    assert "数据库暂时连不上" in page
    assert 'lang="zh-hans"' in page.lower()


@pytest.mark.django_db(transaction=True)
def test_a_fragment_gets_the_sentence_alone(visitor: Client) -> None:
    with database_gone():
        answer = visitor.get("/groups/", headers={"HX-Request": "true"})

    assert (answer.status_code, answer["Content-Type"]) == (503, "text/plain; charset=utf-8")
    assert answer.content.decode() == AWAY.sentence


@pytest.mark.django_db(transaction=True)
def test_a_program_gets_it_in_the_apis_one_shape(operator) -> None:
    token = make_token(operator)
    program = Client(headers={"authorization": f"Bearer {token}", "accept-language": "en"})

    with database_gone():
        answer = program.get("/api/v1/groups/")

    assert (answer.status_code, answer["Retry-After"]) == (503, "10")
    assert answer.json() == {"detail": AWAY.sentence, "code": "away"}


@pytest.mark.django_db
def test_pages_wait_for_less_than_jobs_do() -> None:
    """As PostgreSQL itself says over a connection of either."""
    assert timeouts("config.wsgi") == {
        "statement_timeout": "15s",
        "lock_timeout": "3s",
        "idle_in_transaction_session_timeout": "30s",
    }
    assert timeouts("config.celery") == {
        "statement_timeout": "1min",
        "lock_timeout": "10s",
        "idle_in_transaction_session_timeout": "10min",
    }


def timeouts(entrance: str) -> dict[str, str]:
    """What holds in a process that begins by importing this module."""
    program = """
import importlib, json, sys
importlib.import_module(sys.argv[1])
from django.db import connection
names = ["statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"]
with connection.cursor() as cursor:
    cursor.execute("SELECT current_setting(name) FROM unnest(%s) AS name", [names])
    print(json.dumps(dict(zip(names, [value for value, in cursor.fetchall()]))))
"""
    around = {"PATH": os.environ["PATH"], "DATABASE_URL": os.environ["DATABASE_URL"], "SECRET_KEY": "any"}
    answer = subprocess.run(
        [sys.executable, "-c", program, entrance],
        cwd=Path(settings.BASE_DIR),
        env=around,
        capture_output=True,
        check=True,
    )
    return json.loads(answer.stdout)
