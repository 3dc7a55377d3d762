from datetime import date, timedelta
from decimal import Decimal
from threading import Barrier, Thread

import pytest
from django.db import IntegrityError, InternalError, connection, transaction
from django.test.utils import CaptureQueriesContext

from orders.enums import CampaignState, OrderSource
from orders.models import Offer, Order, OrderLine, SaleFact
from orders.services import (
    CampaignClosed,
    FractionOfAPiece,
    LimitReached,
    NothingWanted,
    OfferSoldOut,
    Wanted,
    cut_off,
    place,
)
from tests import factories as make
from tests.factories import NOW, TODAY, order_for
from tests.orders.facts import facts_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def group():
    return make.make_group()


@pytest.fixture
def campaign(group):
    return make.make_campaign(group)


@pytest.fixture
def apples(campaign):
    return make.make_offer(campaign, "苹果", price_fen=599)


def test_an_order_takes_stock_and_records_its_facts(group, apples):
    order = order_for(make.make_member(), (apples, "2.5"), group=group)

    apples.refresh_from_db()
    line = order.lines.get()
    assert apples.taken == Decimal("2.5")
    assert (line.quantity, line.amount_fen) == (Decimal("2.5"), 1498)  # 2.5 × 599 = 1497.5, half up
    assert facts_of(order) == [("placed", Decimal("2.5"), 1498)]


@pytest.mark.parametrize("change", [{"leader": None}, {"is_first": False}, {"order_day": date(2020, 1, 1)}])
def test_what_an_order_came_through_is_frozen_at_intake(group, apples, change):
    make.make_leader(group)
    order = order_for(make.make_member(), (apples, 1), group=group)

    with pytest.raises(InternalError), transaction.atomic():
        Order.objects.filter(pk=order.pk).update(**change)


def test_a_lines_price_is_frozen_at_intake(group, apples):
    order = order_for(make.make_member(), (apples, 1), group=group)

    with pytest.raises(InternalError), transaction.atomic():
        order.lines.update(price_fen=1)


def test_an_order_without_a_door_goes_to_where_the_member_lives(group, apples):
    member = make.make_member(group=group, door="3-1701")

    order = order_for(member, (apples, 1), group=group)

    assert Order.objects.get(pk=order.pk).door == "3-1701"


@pytest.mark.parametrize(("later", "door"), [("", "门卫室"), ("5-201", "5-201")])
def test_a_door_that_was_given_stays_until_another_one_is_given(group, campaign, apples, later, door):
    member = make.make_member(group=group, door="3-1701")
    for given in ("门卫室", later):
        wanted = [Wanted(member.pk, {apples.pk: Decimal(1)}, given)]
        place(campaign=campaign, group=group, wanted=wanted, source=OrderSource.CHAIN, by=None, now=NOW)

    assert Order.objects.get().door == door


def test_what_comes_in_later_is_added_to_the_members_order_and_the_facts_add_up(group, apples):
    member = make.make_member()

    order = order_for(member, (apples, "2.5"), group=group)
    again = order_for(member, (apples, "-1"), group=group)

    assert again == order
    assert facts_of(order) == [("placed", Decimal("2.5"), 1498), ("changed", Decimal(-1), 899 - 1498)]
    assert order.lines.get().amount_fen == 899  # 1.5 × 599 = 898.5


def test_taking_everything_back_cancels_the_order_and_frees_the_stock(group, apples):
    member = make.make_member()

    order_for(member, (apples, 2), group=group)
    order = order_for(member, (apples, -2), group=group)

    apples.refresh_from_db()
    assert order.state == "cancelled"
    assert apples.taken == 0
    assert facts_of(order)[-1] == ("cancelled", Decimal(-2), -1198)


def test_asking_for_more_than_is_left_places_nothing_and_says_how_much_is_left(group, campaign, apples):
    pears = make.make_offer(campaign, "梨", stock=Decimal(3))

    with pytest.raises(OfferSoldOut, match="3"):
        order_for(make.make_member(), (apples, 1), (pears, 4), group=group)

    apples.refresh_from_db()
    assert apples.taken == 0
    assert not Order.objects.exists()
    assert not SaleFact.objects.exists()


def test_the_database_refuses_to_oversell_whoever_writes(campaign):
    offer = make.make_offer(campaign, stock=Decimal(3))

    with pytest.raises(IntegrityError, match="offer_is_never_oversold"), transaction.atomic():
        Offer.objects.filter(pk=offer.pk).update(taken=4)


def test_one_member_gets_no_more_than_the_limit_over_all_their_orders(group, campaign):
    eggs = make.make_offer(campaign, "鸡蛋", limit_each=Decimal(2))
    member = make.make_member()
    order_for(member, (eggs, 2), group=group)

    with pytest.raises(LimitReached):
        order_for(member, (eggs, 1), group=group)

    eggs.refresh_from_db()
    assert eggs.taken == 2


@pytest.mark.parametrize(
    ("fields", "when"),
    [
        ({"state": CampaignState.DRAFT}, NOW),
        ({"state": CampaignState.CUT_OFF}, NOW),
        ({"opens_at": NOW + timedelta(hours=1)}, NOW),
        ({}, NOW + timedelta(hours=10)),
    ],
    ids=["draft", "cut off", "not open yet", "past the clock though nobody cut it off"],
)
def test_a_campaign_that_takes_no_orders_says_so(group, fields, when):
    offer = make.make_offer(make.make_campaign(group, **fields))

    with pytest.raises(CampaignClosed):
        order_for(make.make_member(), (offer, 1), group=group, now=when)

    assert not Order.objects.exists()


def test_pieces_come_whole(group, campaign):
    eggs = make.make_offer(campaign, "鸡蛋", unit="盒", counted=True)

    with pytest.raises(FractionOfAPiece):
        order_for(make.make_member(), (eggs, "1.5"), group=group)


def test_an_offer_of_another_campaign_is_refused(group, campaign):
    stranger = make.make_offer(make.make_campaign(group, title="别的团"))
    wanted = [Wanted(make.make_member().pk, {stranger.pk: Decimal(1)})]

    with pytest.raises(NothingWanted):
        place(campaign=campaign, group=group, wanted=wanted, source=OrderSource.API, by=None, now=NOW)


def test_the_attribution_is_frozen_at_intake(group, apples):
    leader = make.make_leader(group)
    member = make.make_member()
    order = order_for(member, (apples, 1), group=group)
    leader.assignments.all().delete()
    make.make_leader(group, name="新区长")

    order_for(member, (apples, 1), group=group)

    order.refresh_from_db()
    assert (order.leader, order.is_first, order.order_day) == (leader, True, TODAY)


def test_the_second_order_of_a_member_is_not_the_first(group, apples):
    member = make.make_member()
    order_for(member, (apples, 1), group=group)
    other = make.make_offer(make.make_campaign(group, title="下周团"))

    order = order_for(member, (other, 1), group=group)

    assert not order.is_first


@pytest.mark.parametrize("orders", [1, 30])
def test_placing_takes_the_same_queries_for_one_order_as_for_thirty(group, campaign, apples, orders):
    wanted = [Wanted(make.make_member().pk, {apples.pk: Decimal(1)}) for _each in range(orders)]

    with CaptureQueriesContext(
        connection,
    ) as queries:
        placed = place(campaign=campaign, group=group, wanted=wanted, source=OrderSource.API, by=None, now=NOW)

    assert len(placed) == orders
    spoken = [query["sql"] for query in queries if "SAVEPOINT" not in query["sql"]]
    assert len(spoken) == 5  # offers, referrers, publications, place, settle


@pytest.mark.parametrize("change", [{"amount_fen": 1}, {"kind": "refunded"}])
def test_a_sales_fact_is_never_changed(group, apples, change):
    order_for(make.make_member(), (apples, 1), group=group)

    with pytest.raises(Exception, match="append_only"), transaction.atomic():
        SaleFact.objects.update(**change)


def buy_at_once(buyers, group, offer, buy):
    """Every buyer in a thread and connection of its own, all let go at the same moment."""
    gate = Barrier(len(buyers))
    refused = []

    def run(member):
        gate.wait()
        try:
            buy(member)
        except OfferSoldOut:
            refused.append(member)
        finally:
            connection.close()

    threads = [Thread(target=run, args=(member,)) for member in buyers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return refused


@pytest.mark.django_db(transaction=True)
def test_twelve_buyers_for_five_boxes_get_exactly_five():
    group = make.make_group()
    offer = make.make_offer(make.make_campaign(group), stock=Decimal(5))
    buyers = [make.make_member(f"买家{n}") for n in range(12)]

    refused = buy_at_once(buyers, group, offer, lambda member: order_for(member, (offer, 1), group=group))

    offer.refresh_from_db()
    assert (offer.taken, len(refused)) == (5, 7)
    assert OrderLine.objects.filter(offer=offer).count() == 5


@pytest.mark.django_db(transaction=True)
def test_positive_control_reading_first_and_writing_then_oversells():
    """The same race against a naive purchase: were this to sell five, the race above would prove nothing."""
    group = make.make_group()
    offer = make.make_offer(make.make_campaign(group), stock=Decimal(5))
    sold = []
    looked = Barrier(12)

    def naive(member):
        left = offer.stock - Offer.objects.get(pk=offer.pk).taken
        looked.wait()
        if left >= 1:
            sold.append(member)

    buy_at_once([make.make_member(f"买家{n}") for n in range(12)], group, offer, naive)

    assert len(sold) > 5


@pytest.mark.django_db(transaction=True)
def test_a_cut_off_under_way_lets_no_order_slip_in_behind_it():
    group = make.make_group()
    campaign = make.make_campaign(group)
    offer = make.make_offer(campaign)
    member = make.make_member()
    closed = []

    def order():
        try:
            order_for(member, (offer, 1), group=group)
        except CampaignClosed:
            closed.append(True)
        finally:
            connection.close()

    with transaction.atomic():
        cut_off(campaign=campaign, by=None, now=NOW)
        thread = Thread(target=order)
        thread.start()
        thread.join(timeout=0.5)
        waiting = thread.is_alive()
    thread.join()

    assert waiting
    assert closed
    assert not Order.objects.exists()
