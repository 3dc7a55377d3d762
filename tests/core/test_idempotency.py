"""A write asked for twice with one Idempotency-Key is done once."""

import threading
from typing import Any

import pytest

from core.errors import DomainError
from core.idempotency import Answer, KeyUsedForAnotherRequest, answer_once, request_hash
from core.models import IdempotencyKey, User
from tests.factories import make_user
from tests.races import meanwhile, wait_until_we_block_somebody

pytestmark = pytest.mark.django_db

ORDER = request_hash("POST", "/api/v1/orders/", b'{"member": 1}')
OTHER_ORDER = request_hash("POST", "/api/v1/orders/", b'{"member": 2}')


class Till:
    """Something that must not be done twice."""

    def __init__(self) -> None:
        self.rung = 0

    def ring(self) -> tuple[int, dict[str, int]]:
        self.rung += 1
        return 201, {"order": self.rung}


@pytest.fixture
def till() -> Till:
    return Till()


@pytest.fixture
def user() -> User:
    return make_user()


def test_the_second_request_gets_the_answer_of_the_first(till: Till, user: User) -> None:
    first = answer_once(user=user, key="k", request_hash=ORDER, write=till.ring)
    second = answer_once(user=user, key="k", request_hash=ORDER, write=till.ring)

    assert first == Answer(201, {"order": 1}, repeated=False)
    assert second == Answer(201, {"order": 1}, repeated=True)
    assert till.rung == 1


def test_another_key_is_another_write(till: Till, user: User) -> None:
    answer_once(user=user, key="k", request_hash=ORDER, write=till.ring)
    second = answer_once(user=user, key="l", request_hash=ORDER, write=till.ring)

    assert second.body == {"order": 2}


def test_the_same_key_of_somebody_else_is_another_key(till: Till, user: User) -> None:
    answer_once(user=user, key="k", request_hash=ORDER, write=till.ring)
    second = answer_once(user=make_user(), key="k", request_hash=ORDER, write=till.ring)

    assert second.body == {"order": 2}


def test_a_key_does_not_stand_for_two_requests(till: Till, user: User) -> None:
    answer_once(user=user, key="k", request_hash=ORDER, write=till.ring)

    with pytest.raises(KeyUsedForAnotherRequest):
        answer_once(user=user, key="k", request_hash=OTHER_ORDER, write=till.ring)

    assert till.rung == 1


@pytest.mark.parametrize(
    "other",
    [("PUT", "/orders/", b"{}"), ("POST", "/orders/1/", b"{}"), ("POST", "/orders/", b"{ }")],
)
def test_method_path_and_body_make_a_request(other: tuple[str, str, bytes]) -> None:
    assert request_hash("POST", "/orders/", b"{}") == request_hash("POST", "/orders/", b"{}")
    assert request_hash("POST", "/orders/", b"{}") != request_hash(*other)


def test_a_write_that_fails_leaves_the_key_free(till: Till, user: User) -> None:
    def fail() -> Any:
        raise DomainError("sold out")

    with pytest.raises(DomainError, match="sold out"):
        answer_once(user=user, key="k", request_hash=ORDER, write=fail)

    assert not IdempotencyKey.objects.exists()
    assert answer_once(user=user, key="k", request_hash=ORDER, write=till.ring).repeated is False


@pytest.mark.django_db(transaction=True)
def test_of_two_requests_at_once_the_second_waits_and_gets_the_answer_of_the_first(till: Till, user: User) -> None:
    answers: list[Answer] = []
    first_is_at_it = threading.Event()

    def slowly() -> tuple[int, dict[str, int]]:
        first_is_at_it.set()
        wait_until_we_block_somebody()
        return till.ring()

    def second_request() -> None:
        first_is_at_it.wait(5)
        answers.append(answer_once(user=user, key="k", request_hash=ORDER, write=till.ring))

    with meanwhile(second_request):
        answers.append(answer_once(user=user, key="k", request_hash=ORDER, write=slowly))

    assert sorted((answer.repeated, answer.body["order"]) for answer in answers) == [(False, 1), (True, 1)]
    assert till.rung == 1
