"""Ticks from the doors: taken in once however often they come, and never over what somebody else recorded."""

import json
from contextlib import ExitStack
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from orders.models import Order, SaleFact, Tick
from orders.services import (
    Tap,
    correct_order,
    cut_off,
    deliver,
    record_shortage,
    record_weights,
    refund_quantity,
    take_ticks,
    undeliver,
)
from tests import factories as make
from tests.factories import order_for
from tests.races import meanwhile, wait_until_we_block_somebody

pytestmark = pytest.mark.django_db

PLACED = 2
"""Facts of a fresh order here: one a line."""


@pytest.fixture
def campaign(group, selling):
    return selling(group)


@pytest.fixture
def berries(campaign):
    return make.make_offer(campaign, "草莓", unit="盒", counted=True, price_fen=2990)


@pytest.fixture
def fish(campaign):
    return make.make_offer(campaign, "鲈鱼", unit="斤", price_fen=3000, weighed=True)


@pytest.fixture
def order(campaign, group, operator, berries, fish) -> Order:
    """Two 盒 and a fish of 1.5 斤, cut off."""
    order = order_for(
        make.make_member("王芳", group=group), (berries, 2), (fish, "1.5"), group=group, now=timezone.now()
    )
    cut_off(campaign=campaign, by=operator, now=timezone.now())
    return order


@pytest.fixture
def send(signed_in, leader, campaign):
    """What a phone of the leader, or of `user`, sends; the answer to each tap."""

    def post(*taps: dict, user=None):
        url = reverse("orders:ticks", args=[campaign.pk])
        answer = signed_in(user or leader.user).post(url, json.dumps({"taps": taps}), content_type="application/json")
        assert answer.status_code == 200
        return answer.json()["ticks"]

    return post


def tap(order: Order, *, delivered: bool = True, seen: int = PLACED) -> dict:
    return {"key": uuid4().hex, "order": order.pk, "delivered": delivered, "seen": seen, "at": 1_795_000_000_000}


def line_of(order: Order, name: str):
    return order.lines.get(offer__name=name)


def lines(order: Order) -> list[int]:
    return list(order.lines.values_list("pk", flat=True))


def deliveries(order: Order) -> list[Decimal]:
    return list(order.facts.filter(kind="delivered").order_by("pk").values_list("quantity", flat=True))


def test_a_tap_sent_twice_delivers_once_and_is_answered_alike(send, order):
    tapped = tap(order)

    answers = [send(tapped), send(tapped), send(tapped, tapped)]

    told = {"key": tapped["key"], "order": order.pk, "outcome": "done", "seen": PLACED + 2, "said": ""}
    assert answers == [[told], [told], [told]]
    assert deliveries(order) == [Decimal(2), Decimal("1.5")]


def test_what_the_phone_says_is_kept_beside_the_clock_of_the_house(send, order, leader):
    before = timezone.now()
    send(tap(order), {**tap(order, delivered=False), "at": 10**30})

    tick, without = Tick.objects.order_by("pk")
    assert (tick.by, tick.tapped_at.timestamp(), without.tapped_at) == (leader.user, 1_795_000_000, None)
    assert all(before <= fact.at <= timezone.now() for fact in order.facts.filter(kind="delivered"))


def test_a_shortage_somebody_recorded_meanwhile_is_shown_and_nothing_is_recorded(send, order, operator):
    fact = record_shortage(line_id=line_of(order, "草莓").pk, quantity=Decimal(1), by=operator, now=timezone.now())
    tapped = tap(order)

    first, again = send(tapped)[0], send(tapped)[0]

    time = timezone.localtime(fact.at).strftime("%H:%M")
    assert (first["outcome"], first["said"]) == (
        "conflict",
        f"沈嘉宁 recorded at {time} that 1 盒 of “草莓” is missing.",
    )
    assert again == first
    assert deliveries(order) == []


def test_who_has_seen_the_shortage_ticks_the_rest(send, order, operator):
    record_shortage(line_id=line_of(order, "草莓").pk, quantity=Decimal(1), by=operator, now=timezone.now())
    conflict = send(tap(order))[0]

    told = send(tap(order, seen=conflict["seen"]))[0]

    assert told["outcome"] == "done"
    assert deliveries(order) == [Decimal(1), Decimal("1.5")]


def test_two_people_who_tick_the_same_door_agree(send, order, operator):
    deliver(line_ids=lines(order), by=operator, now=timezone.now())

    assert send(tap(order))[0]["outcome"] == "already"
    assert deliveries(order) == [Decimal(2), Decimal("1.5")]


def test_a_door_that_was_ticked_with_less_than_the_phone_showed_is_a_conflict(send, order, operator):
    record_shortage(line_id=line_of(order, "草莓").pk, quantity=Decimal(1), by=operator, now=timezone.now())
    deliver(line_ids=lines(order), by=operator, now=timezone.now())

    told = send(tap(order))[0]

    assert told["outcome"] == "conflict"
    assert "ticked it as delivered" in told["said"]


def test_a_tick_that_was_taken_back_meanwhile_is_not_set_again(send, order, operator):
    deliver(line_ids=lines(order), by=operator, now=timezone.now())
    undeliver(line_ids=lines(order), by=operator, now=timezone.now())

    told = send(tap(order))[0]

    assert told["outcome"] == "conflict"
    assert "took the tick back" in told["said"]


def test_what_the_scale_said_meanwhile_is_nothing_against_a_tick(send, order, operator):
    record_weights(weights={line_of(order, "鲈鱼").pk: Decimal("1.4")}, by=operator, now=timezone.now())

    assert send(tap(order))[0]["outcome"] == "done"
    assert deliveries(order) == [Decimal(2), Decimal("1.4")]


def test_an_order_that_was_corrected_meanwhile_is_a_conflict(send, order, operator):
    correct_order(
        order=order,
        quantities={line_of(order, "草莓").offer_id: Decimal(1)},
        reason="少一盒",
        by=operator,
        now=timezone.now(),
    )

    told = send(tap(order))[0]

    assert (told["outcome"], deliveries(order)) == ("conflict", [])
    assert "changed the order" in told["said"]


def test_a_tick_and_its_taking_back_follow_each_other_when_no_answer_came(send, order):
    on, off = tap(order), tap(order, delivered=False)
    send(on)  # the answer is lost: the phone knows as much as before

    told = send(on, off)

    assert [(one["outcome"], one["seen"]) for one in told] == [("done", PLACED + 2), ("done", PLACED + 4)]
    assert sum(deliveries(order)) == 0


def test_a_refunded_delivery_is_not_taken_back_by_a_late_tap(send, order, operator):
    deliver(line_ids=lines(order), by=operator, now=timezone.now())
    refund_quantity(
        line_id=line_of(order, "草莓").pk, quantity=Decimal(1), reason="坏", by=operator, now=timezone.now()
    )

    unaware, aware = (
        send(tap(order, delivered=False, seen=PLACED + 2)),
        send(tap(order, delivered=False, seen=PLACED + 3)),
    )

    assert "recorded a refund" in unaware[0]["said"]
    assert "it stays delivered" in aware[0]["said"]
    assert {unaware[0]["outcome"], aware[0]["outcome"]} == {"conflict"}


def test_before_the_cut_off_a_tap_is_refused_with_its_sentence(send, campaign, group, berries):
    order = order_for(make.make_member(group=group), (berries, 1), group=group, now=timezone.now())

    told = send(tap(order, seen=1))[0]

    assert (told["outcome"], deliveries(order)) == ("conflict", [])
    assert "Delivery begins after the cut-off." in told["said"]


def test_where_everything_is_missing_nothing_is_ticked(send, order, operator):
    for line in order.lines.all():
        record_shortage(line_id=line.pk, quantity=line.quantity, by=operator, now=timezone.now())

    told = send(tap(order, seen=PLACED + 2))[0]

    assert (told["outcome"], told["said"]) == ("conflict", "Nothing is left to deliver at this door.")


def test_a_door_of_another_group_is_not_ticked_and_holds_up_no_other(
    send, order, campaign, other_group, group, berries, operator
):
    campaign.groups.add(other_group)
    campaign.state = "open"
    campaign.save(update_fields=["state"])
    foreign = order_for(make.make_member(group=other_group), (berries, 1), group=other_group, now=timezone.now())
    cut_off(campaign=campaign, by=operator, now=timezone.now())

    told = send(tap(foreign, seen=1), tap(order))

    assert [one["outcome"] for one in told] == ["unknown", "done"]
    assert deliveries(foreign) == []


def test_nobody_asks_what_became_of_another_persons_tap(send, order, operator):
    tapped = tap(order)
    send(tapped)

    assert send(tapped, user=operator)[0]["outcome"] == "unknown"


def test_taps_for_a_campaign_of_another_group_are_not_found(signed_in, stranger, order, campaign):
    url = reverse("orders:ticks", args=[campaign.pk])

    assert signed_in(stranger.user).post(url, "{}", content_type="application/json").status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        "",
        "[]",
        "{}",
        '{"taps": 3}',
        '{"taps": {"key": 1}}',
        '{"taps": ["x"]}',
        '{"taps": [{"key": "x", "order": 1, "seen": 1}]}',
        '{"taps": [{"key": "0123456789abcdef0123456789abcdef", "order": 1e30, "seen": 1}]}',
        "[" * 100_000,
    ],
)
def test_what_is_no_list_of_taps_is_refused_whole(signed_in, leader, campaign, body):
    answer = signed_in(leader.user).post(
        reverse("orders:ticks", args=[campaign.pk]), body, content_type="application/json"
    )

    assert answer.status_code == 400


@pytest.mark.parametrize("doors", [1, 3])
def test_taps_ask_the_database_as_often_for_one_door_as_for_three(
    signed_in, leader, group, berries, campaign, operator, django_assert_num_queries, doors
):
    people = [make.make_member(group=group) for _door in range(doors)]
    orders = [order_for(member, (berries, 1), group=group, now=timezone.now()) for member in people]
    cut_off(campaign=campaign, by=operator, now=timezone.now())
    browser, body = signed_in(leader.user), json.dumps({"taps": [tap(order, seen=1) for order in orders]})

    with django_assert_num_queries(26):  # guard 3, deciding 6, recording 8 with savepoints 6, the cards 3
        answer = browser.post(reverse("orders:ticks", args=[campaign.pk]), body, content_type="application/json")

    assert [one["outcome"] for one in answer.json()["ticks"]] == ["done"] * doors
    assert SaleFact.objects.filter(kind="delivered").count() == doors


@pytest.mark.django_db(transaction=True)
def test_a_tap_that_comes_twice_at_once_counts_once(order, campaign, leader):
    tapped = Tap(uuid4(), order.pk, delivered=True, seen=PLACED, at=None)
    told = []

    def take() -> None:
        orders = Order.objects.visible_to(leader.user)
        told.extend(take_ticks(orders=orders, campaign=campaign, taps=[tapped], by=leader.user, now=timezone.now()))

    with ExitStack() as other, transaction.atomic():
        take()
        other.enter_context(meanwhile(take))
        wait_until_we_block_somebody()

    assert told[0] == told[1]
    assert deliveries(order) == [Decimal(2), Decimal("1.5")]
