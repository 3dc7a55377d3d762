"""A lock that somebody else holds too long: told soon, nothing saved, and the same thing sent again is done once."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event

import pytest
from django.db import connection, transaction
from django.test import Client

from core.enums import Role
from core.outages import BUSY
from orders.models import Offer, Order, QuickEntry
from tests import factories as make
from tests.races import meanwhile

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]

PATIENCE_MS = 300


@pytest.fixture
def group():
    return make.make_group()


@pytest.fixture
def berries(group) -> Offer:
    campaign = make.make_campaign(group, opens_at=make.LONG_AGO_MOMENT, cuts_off_at=make.FAR_OFF)
    return make.make_offer(campaign, "草莓", unit="盒", counted=True, stock=9)


@pytest.fixture
def wang(group):
    return make.make_member("王芳", group=group, door="3-1701")


@pytest.fixture
def impatient() -> Iterator[None]:
    """Requests of this test wait a short time for a lock."""
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = %s", [PATIENCE_MS])
        yield
        cursor.execute("RESET lock_timeout")


@contextmanager
def somebody_holds(offer: Offer) -> Iterator[None]:
    """Another connection has the offer's row locked while the block runs."""
    held, enough = Event(), Event()

    def hold() -> None:
        with transaction.atomic():
            Offer.objects.select_for_update().get(pk=offer.pk)
            held.set()
            enough.wait(20)

    with meanwhile(hold):
        assert held.wait(10)
        try:
            yield
        finally:
            enough.set()


def test_a_leader_who_meets_a_held_lock_is_told_soon_and_the_form_sent_again_is_saved_once(
    group, berries, wang, impatient
) -> None:
    phone = Client(raise_request_exception=False)
    phone.force_login(make.make_leader(group).user)
    phone.cookies["django_language"] = "en"
    address = f"/quick/{berries.campaign_id}/{group.pk}/{wang.pk}/"
    typed = {"key": "k", "note": "", f"offer-{berries.pk}": "2"}

    with somebody_holds(berries):
        began = time.monotonic()
        answer = phone.post(address, typed)
        waited = time.monotonic() - began
        assert phone.get("/quick/").status_code == 200  # who only reads waits for nobody

    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert "Nothing was saved" in answer.content.decode()
    assert PATIENCE_MS / 1000 <= waited < 5
    assert (Order.objects.count(), QuickEntry.objects.count()) == (0, 0)

    for _again in range(2):
        assert phone.post(address, typed).status_code == 302
    berries.refresh_from_db()
    assert berries.taken == 2


def test_a_program_that_meets_a_held_lock_may_send_the_same_key_again(group, berries, wang, impatient) -> None:
    token = make.make_token(make.make_user(Role.OPERATOR))
    program = Client(headers={"authorization": f"Bearer {token}", "accept-language": "en"})
    order = {
        "campaign": berries.campaign_id,
        "group": group.pk,
        "member": wang.pk,
        "lines": [{"offer": berries.pk, "quantity": "2"}],
    }

    def send():
        return program.post("/api/v1/orders/", order, content_type="application/json", headers={"Idempotency-Key": "k"})

    with somebody_holds(berries):
        refused = send()

    assert (refused.status_code, refused["Retry-After"]) == (503, "5")
    assert refused.json() == {"detail": BUSY.sentence, "code": "busy"}
    assert [send().status_code for _again in range(2)] == [201, 201]
    assert Order.objects.count() == 1
