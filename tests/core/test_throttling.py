"""How many requests a program may send: counted for all processes together, refused in words."""

import os
import subprocess
import sys
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import OperationalError, connection
from django.test import Client

from core import throttling
from core.enums import Role
from core.models import RequestCount
from core.throttling import SharedThrottle
from tests import factories as make

pytestmark = pytest.mark.django_db

GROUPS = "/api/v1/groups/"


@pytest.fixture(autouse=True)
def three_a_minute(monkeypatch):
    monkeypatch.setattr(SharedThrottle, "THROTTLE_RATES", {"user": "3/min"})


def program(**headers) -> Client:
    secret = make.make_token(make.make_user(Role.OPERATOR))
    return Client(headers={"authorization": f"Bearer {secret}", **headers})


def test_who_sends_too_much_is_told_when_to_come_again():
    client = program(**{"accept-language": "en"})

    answers = [client.get(GROUPS) for _each in range(4)]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    seconds = int(answers[-1]["Retry-After"])
    assert 50 <= seconds <= 60
    assert answers[-1].json() == {
        "detail": f"Too many requests. Nothing was saved; send it again in {seconds} seconds.",
        "code": "throttled",
    }


def test_everybody_is_counted_for_themselves():
    busy, other = program(), program()
    for _each in range(4):
        busy.get(GROUPS)

    assert other.get(GROUPS).status_code == 200


def test_all_programs_of_a_person_are_counted_together():
    user = make.make_user(Role.OPERATOR)
    secrets = [make.make_token(user) for _each in range(2)]
    clients = [Client(headers={"authorization": f"Bearer {secret}"}) for secret in secrets]

    statuses = [clients[number % 2].get(GROUPS).status_code for number in range(4)]

    assert statuses == [200, 200, 200, 429]


def test_after_a_minute_it_begins_anew():
    client = program()
    for _each in range(4):
        client.get(GROUPS)
    count = RequestCount.objects.get()

    RequestCount.objects.update(since=count.since - timedelta(seconds=61))

    assert client.get(GROUPS).status_code == 200
    assert RequestCount.objects.get().requests == 1


def test_a_request_that_cannot_be_counted_is_answered(monkeypatch, caplog):
    def fail(*args, **kwargs):
        raise OperationalError("canceling statement due to lock timeout")

    monkeypatch.setattr(throttling, "count_request", fail)
    client = program()

    statuses = [client.get(GROUPS).status_code for _each in range(4)]

    assert statuses == [200] * 4
    assert "could not be counted" in caplog.text


PROCESS = """
import sys, django
django.setup()
from django.test import Client
client = Client(headers={"authorization": "Bearer " + sys.argv[1], "host": "localhost"})
print(*(client.get("/api/v1/groups/").status_code for _each in range(4)))
"""


@pytest.mark.django_db(transaction=True)
def test_two_web_processes_count_together():
    secret = make.make_token(make.make_user(Role.OPERATOR))
    server, _slash, _name = os.environ["DATABASE_URL"].rpartition("/")
    around = {
        **os.environ,
        "DATABASE_URL": f"{server}/{connection.settings_dict['NAME']}",
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "API_RATE": "5/min",
    }

    processes = [
        subprocess.Popen(
            [sys.executable, "-c", PROCESS, secret],
            cwd=settings.BASE_DIR,
            env=around,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _each in range(2)
    ]
    statuses = [status for process in processes for status in process.communicate(timeout=100)[0].split()]

    assert sorted(statuses) == ["200"] * 5 + ["429"] * 3
