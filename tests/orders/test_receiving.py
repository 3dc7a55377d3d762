"""到货: what came is counted on top of what was counted before, and set beside what was bought and what is wanted."""

from collections.abc import Callable
from decimal import Decimal
from threading import Event

import pgtrigger
import pytest
from django.db import IntegrityError, InternalError, transaction
from django.urls import reverse
from django.utils import timezone, translation

from orders.models import Arrival, Offer
from orders.queries import receiving
from orders.services import (
    NotCounted,
    close_campaign,
    correct_order,
    cut_off,
    deliver,
    record_arrivals,
    record_shortage,
)
from tests import factories as make
from tests.factories import order_for
from tests.races import meanwhile, wait_until_we_block_somebody

pytestmark = pytest.mark.django_db

BOXED = {"unit": "盒", "counted": True, "pack_name": "箱", "pack_size": Decimal(20)}


@pytest.fixture
def campaign(group, selling):
    return selling(group)


@pytest.fixture
def berries(campaign, group):
    """38 盒 are ordered: 2 箱 of 20."""
    offer = make.make_offer(campaign, "草莓", supplier=make.make_supplier(contact="老秦"), **BOXED)
    for quantity in (30, 8):
        order_for(make.make_member(group=group), (offer, quantity), group=group, now=timezone.now())
    return offer


@pytest.fixture
def scallions(campaign, group):
    """2.5 斤 are ordered, loose, from nobody in particular."""
    offer = make.make_offer(campaign, "葱")
    order_for(make.make_member(group=group), (offer, "2.5"), group=group, now=timezone.now())
    return offer


@pytest.fixture
def bought(campaign, berries, scallions, operator):
    cut_off(campaign=campaign, by=operator, now=timezone.now())
    return campaign


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


def count(campaign, quantities, *, by, note=""):
    return record_arrivals(
        campaign=campaign,
        quantities={offer.pk: Decimal(quantity) for offer, quantity in quantities.items()},
        by=by,
        now=timezone.now(),
        note=note,
    )


def received(campaign):
    return {one.offer.name: one for section in receiving(campaign) for one in section.goods}


def page_of(browser, campaign):
    return browser.get(reverse("orders:receiving", args=[campaign.pk]))


def send(browser, campaign, **fields):
    return browser.post(reverse("orders:arrivals_add", args=[campaign.pk]), {"key": "k1", **fields})


def test_what_is_counted_later_comes_on_top(bought, berries, operator):
    count(bought, {berries: 20}, by=operator)
    count(bought, {berries: 15}, by=operator)
    count(bought, {berries: -2}, by=operator, note="两盒压坏")

    one = received(bought)["草莓"]
    assert [row.quantity for row in one.counts] == [20, 15, -2]
    # 2 箱 × 20 = 40 were bought, members want 38.
    assert (one.ordered.bought, one.arrived, one.difference, one.missing) == (40, 33, -7, 5)


def test_nothing_is_missing_before_the_first_count_and_all_of_it_when_nothing_came(bought, berries, operator):
    before = received(bought)["草莓"]
    count(bought, {berries: 0}, by=operator)
    after = received(bought)["草莓"]

    assert [(one.counted, one.missing) for one in (before, after)] == [(False, 0), (True, 38)]


def test_goods_are_counted_between_the_cut_off_and_the_end(campaign, group, operator):
    offer = make.make_offer(campaign)
    order = order_for(make.make_member(group=group), (offer, 1), group=group, now=timezone.now())
    with pytest.raises(NotCounted, match="after the cut-off"):
        count(campaign, {offer: 1}, by=operator)

    cut_off(campaign=campaign, by=operator, now=timezone.now())
    deliver(line_ids=[order.lines.get().pk], by=operator, now=timezone.now())
    count(campaign, {offer: 1}, by=operator)
    close_campaign(campaign=campaign)

    with pytest.raises(NotCounted, match="put away"):
        count(campaign, {offer: 1}, by=operator)


def test_what_is_sold_in_whole_pieces_is_counted_in_them(bought, berries, operator):
    with pytest.raises(NotCounted, match="whole 盒"):
        count(bought, {berries: "1.5"}, by=operator)
    with pytest.raises(IntegrityError, match="whole pieces"), transaction.atomic():
        Arrival.objects.create(offer=berries, quantity=Decimal("1.5"), at=timezone.now(), by=operator)


def test_a_product_of_another_campaign_is_refused_and_nothing_is_counted(bought, berries, group, selling, operator):
    foreign = make.make_offer(selling(group))

    with pytest.raises(NotCounted, match="not part of this campaign"):
        count(bought, {berries: 1, foreign: 1}, by=operator)

    assert not Arrival.objects.exists()


def test_no_more_is_taken_off_than_was_counted(bought, berries, scallions, operator):
    count(bought, {berries: 5}, by=operator)

    with pytest.raises(NotCounted, match="than was counted"):
        count(bought, {scallions: 1, berries: -6}, by=operator)

    assert [row.quantity for row in Arrival.objects.all()] == [5]


@pytest.mark.parametrize("change", [lambda rows: rows.update(quantity=1), lambda rows: rows.delete()])
def test_a_count_is_never_changed_and_never_deleted(bought, berries, operator, change):
    count(bought, {berries: 5}, by=operator)

    with pytest.raises(InternalError, match="Cannot update or delete"), transaction.atomic():
        change(Arrival.objects.all())


def take_off_twice_at_once(offer: Offer, operator, *, overlap: Callable[[], None]) -> None:
    """3 of 5 are taken off on two connections; the second begins before the first commits."""
    begun = Event()

    def take_off() -> None:
        Arrival.objects.create(offer_id=offer.pk, quantity=Decimal(-3), at=timezone.now(), by_id=operator.pk)

    def take_off_then() -> None:
        begun.wait(5)
        take_off()

    with meanwhile(take_off_then), transaction.atomic():
        take_off()
        begun.set()
        overlap()


@pytest.mark.django_db(transaction=True)
def test_two_who_take_off_at_once_do_not_end_below_nothing(bought, berries, operator):
    count(bought, {berries: 5}, by=operator)

    with pytest.raises(IntegrityError, match="less than nothing"):
        take_off_twice_at_once(berries, operator, overlap=wait_until_we_block_somebody)

    assert received(bought)["草莓"].arrived == 2


@pytest.mark.django_db(transaction=True)
def test_positive_control_without_the_trigger_the_same_race_ends_below_nothing(bought, berries, operator):
    count(bought, {berries: 5}, by=operator)

    pgtrigger.disable("orders.Arrival:arrivals_add_up")
    try:
        take_off_twice_at_once(berries, operator, overlap=lambda: None)
    finally:
        pgtrigger.enable("orders.Arrival:arrivals_add_up")

    assert received(bought)["草莓"].arrived == -1


def test_what_was_ordered_stays_what_it_was_when_counting_began(bought, berries, operator):
    line, other = berries.lines.order_by("pk")
    record_shortage(line_id=line.pk, quantity=Decimal(19), by=operator, now=timezone.now())  # the supplier said so
    count(bought, {berries: 18}, by=operator)
    record_shortage(line_id=line.pk, quantity=Decimal(1), by=operator, now=timezone.now())
    correct_order(order=other.order, quantities={berries.pk: Decimal(3)}, reason="补", by=operator, now=timezone.now())

    one = received(bought)["草莓"]

    # 38 − 19 = 19: one 箱 of 20 was bought. 19 − 1 + 3 = 21 are wanted now.
    assert (one.ordered.packed.packs, one.difference, one.needed, one.missing) == (1, -2, 21, 3)


def test_the_page_counts_packs_loose_and_as_ordered_in_one_go(signed_in, operator, bought, berries, scallions):
    answer = send(
        signed_in(operator),
        bought,
        **{f"packs-{berries.pk}": "1", f"loose-{berries.pk}": "5", f"full-{scallions.pk}": "on", "note": "二号车"},
    )

    assert answer.headers["Location"] == reverse("orders:receiving", args=[bought.pk])
    assert {name: one.arrived for name, one in received(bought).items()} == {"草莓": 25, "葱": Decimal("2.5")}
    assert {(row.by, row.note) for row in Arrival.objects.all()} == {(operator, "二号车")}


def test_as_ordered_is_what_is_still_to_come(signed_in, operator, bought, berries):
    count(bought, {berries: 15}, by=operator)

    send(signed_in(operator), bought, **{f"full-{berries.pk}": "on"})

    assert [row.quantity for row in berries.arrivals.all()] == [15, 25]  # 2 箱 × 20 − 15


def test_a_second_tap_on_the_same_form_counts_nothing_twice(signed_in, operator, bought, berries):
    browser = signed_in(operator)
    for _tap in range(2):
        send(browser, bought, **{f"loose-{berries.pk}": "5"})
    other = send(browser, bought, **{f"loose-{berries.pk}": "6"})

    assert other.status_code == 422
    assert "already saved, with other quantities" in other.text
    assert received(bought)["草莓"].arrived == 5


@pytest.mark.parametrize(
    ("packs", "loose", "full", "sentence"),
    [
        ("", "1.5", "", "whole 盒"),
        ("x", "", "", "Enter a whole number."),
        ("", "-1", "", "greater than or equal to 0"),
        ("", "5", "on", "Either as ordered or how much"),
        ("", "", "", "Say what arrived"),
        ("9999", "99999", "", "at most 99999.999"),
    ],
)
def test_a_count_that_cannot_be_keeps_what_was_typed(
    signed_in, operator, bought, berries, scallions, packs, loose, full, sentence
):
    typed = {f"packs-{berries.pk}": packs, f"loose-{berries.pk}": loose, "note": "夜里"}
    if full:
        typed[f"full-{berries.pk}"] = full

    answer = send(signed_in(operator), bought, **typed)

    assert answer.status_code == 422
    assert sentence in answer.text
    assert 'value="夜里"' in answer.text
    assert not Arrival.objects.exists()


def test_goods_are_here_is_offered_once_everything_is_counted(signed_in, operator, bought, berries, scallions):
    browser, url = signed_in(operator), reverse("orders:campaign_arrived", args=[bought.pk])
    count(bought, {berries: 38}, by=operator)
    before = page_of(browser, bought).text
    count(bought, {scallions: 0}, by=operator)
    after = page_of(browser, bought).text
    browser.post(url)

    assert [url in text for text in (before, after, page_of(browser, bought).text)] == [False, True, False]


def test_a_count_is_corrected_by_another_row_with_its_reason(signed_in, operator, bought, berries):
    count(bought, {berries: 20}, by=operator)
    browser, url = signed_in(operator), reverse("orders:arrival_correct", args=[berries.pk])

    browser.post(url, {"quantity": "3", "note": "数错了", "less": ""})
    browser.post(url, {"quantity": "1", "note": "漏了一盒", "more": ""})
    refused = browser.post(url, {"quantity": "19", "note": "再减", "less": ""})

    assert [(row.quantity, row.note) for row in Arrival.objects.all()] == [(20, ""), (-3, "数错了"), (1, "漏了一盒")]
    assert refused.status_code == 422
    assert "More would be taken off than was counted." in refused.text
    page = browser.get(reverse("orders:arrival_list", args=[berries.pk])).text
    assert page.index("漏了一盒") < page.index("数错了")


@pytest.mark.parametrize("who", ["admin", "auditor"])
def test_who_only_reads_sees_the_counts_and_no_fields(signed_in, request, who, operator, bought, berries):
    count(bought, {berries: 20}, by=operator)

    page = page_of(signed_in(request.getfixturevalue(who)), bought)

    assert "20 盒</a>" in page.text
    assert f"loose-{berries.pk}" not in page.text


def test_a_leader_sees_what_the_own_group_waits_for_and_neither_totals_nor_suppliers(
    signed_in, leader, operator, campaign, group, other_group, berries, scallions
):
    campaign.groups.add(other_group)
    order_for(make.make_member(), (berries, 7), group=other_group, now=timezone.now())
    cut_off(campaign=campaign, by=operator, now=timezone.now())
    count(campaign, {berries: 41}, by=operator)

    page = page_of(signed_in(leader.user), campaign)

    goods = [(one.offer.name, one.quantity, one.counted, one.enough) for one in page.context["goods"]]
    assert goods == [("草莓", 38, True, False), ("葱", Decimal("2.5"), False, False)]
    assert not [word for word in ("江桥果品", "老秦", "45 盒", "41 盒") if word in page.text]


@pytest.mark.parametrize("products", [1, 3])
def test_the_page_asks_the_database_as_often_for_one_product_as_for_three(
    signed_in, operator, leader, campaign, group, django_assert_num_queries, products
):
    for number in range(products):
        offer = make.make_offer(campaign, f"菜{number}", supplier=make.make_supplier(f"供{number}"))
        order_for(make.make_member(group=group), (offer, 1), group=group, now=timezone.now())
    cut_off(campaign=campaign, by=operator, now=timezone.now())
    count(campaign, {offer: 1}, by=operator)

    desk, phone = signed_in(operator), signed_in(leader.user)

    with django_assert_num_queries(6):  # session, user, side bar, campaign, offers, their counts
        page_of(desk, campaign)
    with django_assert_num_queries(5):  # session, user, side bar, offer, its counts
        desk.get(reverse("orders:arrival_list", args=[offer.pk]))
    with django_assert_num_queries(5):  # session, user, campaign, groups, offers
        page_of(phone, campaign)
