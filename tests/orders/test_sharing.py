"""缺货分配: who gets how much of what came is shown first; what was shown, and nothing else, is recorded."""

from datetime import timedelta
from decimal import Decimal
from threading import Event

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation

from community.enums import SeedSource, SeedStatus
from community.models import SeedProfile
from core.invariants import check
from orders.enums import SharingRule
from orders.models import Order, PriceStep, SaleFact
from orders.services import (
    NotAsShown,
    NotShared,
    apply_paste,
    correct_order,
    cut_off,
    deliver,
    preview_sharing,
    record_arrivals,
    record_shortages,
    record_weights,
    share_shortage,
    start_paste,
)
from tests import factories as make
from tests.factories import order_for
from tests.races import meanwhile, wait_until_we_block_somebody

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def campaign(group, selling):
    return selling(group)


@pytest.fixture
def berries(campaign):
    return make.make_offer(campaign, "草莓", unit="盒", counted=True, price_fen=2990)


@pytest.fixture
def buyers(campaign, group, berries):
    """Three, one hour after the other: 周一 wants 3 盒, 周二 2, 周三 (a seed user) 4 and 1 斤 of apples for ¥10."""
    apples = make.make_offer(campaign, "苹果", price_fen=1000)
    hour = timedelta(hours=1)
    orders = {}
    for number, (name, quantity, *more) in enumerate([("周一", 3), ("周二", 2), ("周三", 4, (apples, 1))]):
        member = make.make_member(name, group=group, door=f"{number + 1}-101")
        at = campaign.opens_at + (number + 1) * hour
        orders[name] = order_for(member, (berries, quantity), *more, group=group, now=at)
    SeedProfile.objects.create(
        member=orders["周三"].member, niche="烘焙", source=SeedSource.FORUM, status=SeedStatus.SEED
    )
    return orders


@pytest.fixture
def short(campaign, buyers, berries, operator):
    """Five 盒 came of the nine that are wanted."""
    cut_off(campaign=campaign, by=operator, now=timezone.now())
    arrive(berries, 5, by=operator)
    campaign.refresh_from_db()
    berries.refresh_from_db()
    berries.campaign = campaign
    return berries


def arrive(offer, quantity, *, by):
    record_arrivals(
        campaign=offer.campaign, quantities={offer.pk: Decimal(quantity)}, by=by, now=timezone.now(), note="数"
    )


def shares(offer, rule, **by_hand):
    sharing = preview_sharing(offer=offer, rule=rule, **by_hand)
    return {part.asked.line.order.member.name: part.given for part in sharing.parts}


def share(offer, rule, *, by, seen=None, **by_hand):
    shown = seen or preview_sharing(offer=offer, rule=rule, **by_hand).seen
    return share_shortage(offer=offer, rule=rule, seen=shown, by=by, now=timezone.now(), **by_hand)


def line_of(order, offer):
    return order.lines.get(offer=offer)


def all_is_well():
    return not [finding for finding in check() if finding.count]


@pytest.mark.parametrize(
    ("rule", "given"),
    [
        (SharingRule.FIRST_COME, {"周一": 3, "周二": 2, "周三": 0}),
        (SharingRule.SEEDS_FIRST, {"周一": 1, "周二": 0, "周三": 4}),
        # 3 × 5/9 = 1.67, 2 × 5/9 = 1.11, 4 × 5/9 = 2.22
        (SharingRule.PRO_RATA, {"周一": 2, "周二": 1, "周三": 2}),
        (SharingRule.BY_HAND, {"周一": 2, "周二": 1, "周三": 2}),
    ],
)
def test_each_rule_shows_who_gets_how_much_and_saves_nothing(short, rule, given):
    assert shares(short, rule) == given
    assert not SaleFact.objects.filter(kind="short").exists()


def test_who_is_only_being_talked_to_is_no_seed_user_yet(short):
    SeedProfile.objects.update(status=SeedStatus.JOINED)

    assert shares(short, SharingRule.SEEDS_FIRST) == shares(short, SharingRule.FIRST_COME)


def test_one_pasted_chain_is_served_by_its_numbers(campaign, group, leader, operator, berries):
    """The members stand in another order than the chain: 丙 was known long before 甲."""
    people = {
        name: make.make_member(name, group=group, door=door)
        for name, door in [("丙", "3-1"), ("乙", "2-1"), ("甲", "1-1")]
    }
    text = "1. 1-1 甲 草莓1盒\n2. 2-1 乙 草莓1盒\n3. 3-1 丙 草莓1盒"
    paste = start_paste(campaign=campaign, group=group, text=text, by=leader.user, now=timezone.now())
    apply_paste(paste=paste, by=leader.user, now=timezone.now())
    assert Order.objects.filter(member__in=people.values()).count() == 3
    cut_off(campaign=campaign, by=operator, now=timezone.now())
    campaign.refresh_from_db()
    berries.campaign = campaign
    arrive(berries, 2, by=operator)

    assert shares(berries, SharingRule.FIRST_COME) == {"甲": 1, "乙": 1, "丙": 0}


def test_who_cancels_and_orders_again_queues_anew(campaign, group, buyers, berries, operator):
    for quantity in (-3, 3):
        order_for(buyers["周一"].member, (berries, quantity), group=group, now=timezone.now())
    cut_off(campaign=campaign, by=operator, now=timezone.now())
    campaign.refresh_from_db()
    berries.campaign = campaign
    arrive(berries, 6, by=operator)

    assert shares(berries, SharingRule.FIRST_COME) == {"周二": 2, "周三": 4, "周一": 0}


def test_recording_takes_off_what_is_less_and_keeps_who_ordered_what(short, buyers, operator):
    facts = share(short, SharingRule.FIRST_COME, by=operator)

    line = line_of(buyers["周三"], short)
    assert [(fact.line_id, fact.quantity, fact.amount_fen, fact.reason) for fact in facts] == [
        (line.pk, -4, -4 * 2990, "shortage shared: First come")
    ]
    assert (line.quantity, line.to_deliver, line.net_fen) == (4, 0, 0)
    assert all_is_well()


def test_the_preview_says_what_the_order_comes_to_then(short):
    parts = preview_sharing(offer=short, rule=SharingRule.PRO_RATA).parts

    # 周三: 4 × 29.90 + 10.00 = 129.60; with two 盒 less 69.80.
    assert [(part.asked.order_fen, part.order_fen) for part in parts] == [(8970, 5980), (5980, 2990), (12960, 6980)]


def test_what_is_delivered_stays_delivered(short, buyers, operator):
    deliver(line_ids=[line_of(buyers["周二"], short).pk], by=operator, now=timezone.now())
    short.campaign.refresh_from_db()

    # 周二 has both, above 2 × 5/9; the other three are shared by 3 and 4: 1.29 and 1.71.
    assert shares(short, SharingRule.PRO_RATA) == {"周一": 1, "周二": 2, "周三": 2}
    share(short, SharingRule.PRO_RATA, by=operator)
    assert line_of(buyers["周二"], short).delivered_fen == 2 * 2990
    assert all_is_well()


def test_a_settled_ladder_prices_what_is_given(campaign, group, operator):
    crabs = make.make_offer(campaign, "蟹", unit="只", counted=True, price_fen=5000)
    PriceStep.objects.create(offer=crabs, joined=2, price_fen=4000)
    for _number in range(2):
        order_for(make.make_member(group=group), (crabs, 2), group=group, now=timezone.now())
    cut_off(campaign=campaign, by=operator, now=timezone.now())
    crabs.refresh_from_db()
    arrive(crabs, 3, by=operator)

    facts = share(crabs, SharingRule.FIRST_COME, by=operator)

    assert [(fact.quantity, fact.amount_fen) for fact in facts] == [(-1, -4000)]
    assert all_is_well()


def test_weighed_goods_are_shared_as_weighed_in_tenths(campaign, group, operator):
    fish = make.make_offer(campaign, "鲈鱼", price_fen=1580, weighed=True)
    lines = [
        order_for(make.make_member(name, group=group), (fish, 2), group=group, now=campaign.opens_at).lines.get()
        for name in ("甲", "乙")
    ]
    cut_off(campaign=campaign, by=operator, now=timezone.now())
    fish.refresh_from_db()
    record_weights(weights={lines[0].pk: Decimal("2.2")}, by=operator, now=timezone.now())
    arrive(fish, 4, by=operator)

    # 4 of 4.2: 2.2 × 4/4.2 = 2.095 and 2 × 4/4.2 = 1.905, to the tenth by largest remainder 2.1 and 1.9.
    assert shares(fish, SharingRule.PRO_RATA) == {"甲": Decimal("2.1"), "乙": Decimal("1.9")}
    share(fish, SharingRule.PRO_RATA, by=operator)
    assert all_is_well()


def order_more(offer, buyers, operator):
    correct_order(order=buyers["周一"], quantities={offer.pk: Decimal(1)}, reason="补", by=operator, now=timezone.now())


def count_again(offer, buyers, operator):
    arrive(offer, 1, by=operator)
    arrive(offer, -1, by=operator)


def fall_short(offer, buyers, operator):
    line = line_of(buyers["周一"], offer)
    record_shortages(quantities={line.pk: Decimal(1)}, by=operator, now=timezone.now())


def hand_over(offer, buyers, operator):
    deliver(line_ids=[line_of(buyers["周一"], offer).pk], by=operator, now=timezone.now())


@pytest.mark.parametrize("meanwhile_", [order_more, count_again, fall_short, hand_over])
def test_what_changed_since_the_preview_is_not_recorded(short, buyers, operator, meanwhile_):
    seen = preview_sharing(offer=short, rule=SharingRule.FIRST_COME).seen
    meanwhile_(short, buyers, operator)
    facts = SaleFact.objects.count()

    with pytest.raises(NotAsShown):
        share(short, SharingRule.FIRST_COME, seen=seen, by=operator)

    assert SaleFact.objects.count() == facts


def test_the_preview_of_one_rule_is_not_recorded_by_another(short, operator):
    seen = preview_sharing(offer=short, rule=SharingRule.FIRST_COME).seen

    with pytest.raises(NotAsShown):
        share(short, SharingRule.PRO_RATA, seen=seen, by=operator)


@pytest.mark.parametrize(
    ("arrived", "sentence"),
    [(None, "not counted yet"), (9, "Enough of “草莓” came"), (2, "3 盒 of “草莓” are delivered")],
)
def test_without_a_shortage_there_is_nothing_to_share(campaign, buyers, berries, operator, arrived, sentence):
    cut_off(campaign=campaign, by=operator, now=timezone.now())
    if arrived is not None:
        berries.campaign.refresh_from_db()
        arrive(berries, arrived, by=operator)
    if arrived == 2:
        deliver(line_ids=[line_of(buyers["周一"], berries).pk], by=operator, now=timezone.now())
    berries.campaign.refresh_from_db()

    with pytest.raises(NotShared, match=sentence):
        preview_sharing(offer=berries, rule=SharingRule.FIRST_COME)


def test_by_hand_everything_that_came_is_given(short, buyers, operator):
    first, second, third = (line_of(order, short).pk for order in buyers.values())
    for given, sentence in [({first: 3}, "2 盒 are left"), ({first: 3, second: 2, third: 1}, "1 盒 more are given")]:
        by_hand = {line: Decimal(quantity) for line, quantity in given.items()}
        with pytest.raises(NotShared, match=sentence):
            share(short, SharingRule.BY_HAND, by_hand=by_hand, by=operator)

    facts = share(short, SharingRule.BY_HAND, by_hand={first: Decimal(1), third: Decimal(4)}, by=operator)

    assert [(fact.line_id, fact.quantity) for fact in facts] == [(first, -2), (second, -2)]
    assert {fact.reason for fact in facts} == {"shortage shared: By hand"}
    assert all_is_well()


def twice_at_once(confirm, *, overlap) -> list[object]:
    """Confirm on two connections, the second before the first commits; what each of them met."""
    begun, met = Event(), []

    def one() -> None:
        try:
            met.append(len(confirm()))
        except NotShared as error:
            met.append(type(error))

    def other() -> None:
        begun.wait(5)
        one()

    with meanwhile(other), transaction.atomic():
        one()
        begun.set()
        overlap()
    return met


@pytest.mark.django_db(transaction=True)
def test_confirmed_twice_at_once_it_is_recorded_once(short, operator):
    seen = preview_sharing(offer=short, rule=SharingRule.PRO_RATA).seen

    met = twice_at_once(
        lambda: share(short, SharingRule.PRO_RATA, seen=seen, by=operator), overlap=wait_until_we_block_somebody
    )

    assert met == [3, NotShared]
    assert sum(line.to_deliver for line in short.lines.all()) == 5
    assert all_is_well()


@pytest.mark.django_db(transaction=True)
def test_positive_control_who_looks_and_then_records_without_a_lock_takes_off_twice(short, operator):
    def naive():
        parts = preview_sharing(offer=short, rule=SharingRule.PRO_RATA).parts
        less = {part.asked.line.pk: part.less for part in parts if part.less}
        return record_shortages(quantities=less, by=operator, now=timezone.now())

    met = twice_at_once(naive, overlap=wait_until_we_block_somebody)

    assert met == [3, 3]
    assert sum(line.to_deliver for line in short.lines.all()) == 1


def page_of(browser, offer, rule=""):
    return browser.get(reverse("orders:share", args=[offer.pk]), {"rule": rule} if rule else {})


def send(browser, offer, sent, **fields):
    """What the page would send: the rule and the digest it shows."""
    sharing = sent.context["sharing"]
    shown = {"rule": sharing.rule, "seen": sharing.seen, "record": ""}
    return browser.post(reverse("orders:share", args=[offer.pk]), {**shown, **fields})


def test_the_page_names_who_gets_nothing_first_and_counts_who_gets_all(signed_in, operator, short):
    page = page_of(signed_in(operator), short)

    assert page.context["problems"] == ["1 member gets nothing of it: 周三"]
    assert [(part.asked.line.order.member.name, part.given) for part, _field in page.context["rows"]] == [("周三", 0)]
    assert page.context["in_full"] == 2
    assert "¥129.60" in page.text  # 4 × 29.90 + 10
    assert "¥10.00" in page.text
    assert not SaleFact.objects.filter(kind="short").exists()


def test_an_order_with_nothing_left_in_it_is_named(signed_in, operator, short, buyers):
    page = page_of(signed_in(operator), short, "seeds_first")

    assert page.context["problems"] == [
        "1 member gets nothing of it: 周二",
        "1 order has nothing else in it and is cancelled.",
    ]


def test_another_rule_comes_as_a_fragment(signed_in, operator, short):
    answer = signed_in(operator).get(reverse("orders:share", args=[short.pk]), {"rule": "pro_rata"}, headers=HTMX)

    assert answer.status_code == 200
    assert "<html" not in answer.text
    assert 'value="pro_rata"' in answer.text


def test_what_was_looked_at_is_recorded_and_the_texts_follow(signed_in, operator, short, buyers):
    browser = signed_in(operator)

    answer = send(browser, short, page_of(browser, short, "pro_rata"))

    assert answer.headers["Location"] == reverse("orders:shortage_list", args=[short.campaign_id])
    assert {name: line_of(order, short).short_quantity for name, order in buyers.items()} == {
        "周一": 1,
        "周二": 1,
        "周三": 2,
    }


def test_what_changed_meanwhile_is_shown_anew_and_then_recorded(signed_in, operator, short, buyers):
    browser = signed_in(operator)
    looked_at = page_of(browser, short)
    count_again(short, buyers, operator)

    refused = send(browser, short, looked_at)
    assert refused.status_code == 422
    assert "are not what was shown. Nothing was saved" in refused.text
    assert not SaleFact.objects.filter(kind="short").exists()

    assert send(browser, short, refused).status_code == 302


def test_by_hand_what_was_typed_is_shown_before_it_is_recorded(signed_in, operator, short, buyers):
    browser = signed_in(operator)
    fields = {
        f"given-{line_of(order, short).pk}": quantity for order, quantity in zip(buyers.values(), "302", strict=True)
    }

    first = send(browser, short, page_of(browser, short, "by_hand"), **fields)
    assert first.status_code == 422
    assert not SaleFact.objects.filter(kind="short").exists()
    second = send(browser, short, first, **fields)

    assert second.status_code == 302
    assert [line_of(order, short).to_deliver for order in buyers.values()] == [3, 0, 2]


def test_by_hand_nothing_is_recorded_before_it_adds_up(signed_in, operator, short, buyers):
    browser = signed_in(operator)
    fields = {
        f"given-{line_of(order, short).pk}": quantity for order, quantity in zip(buyers.values(), "300", strict=True)
    }

    page = browser.post(reverse("orders:share", args=[short.pk]), {"rule": "by_hand", "show": "", **fields})

    assert page.context["problems"][0] == "2 盒 are left. Give them to somebody, or take them off the count if spoilt."
    assert 'name="record"' not in page.text
    assert send(browser, short, page, **fields).status_code == 422
    assert not SaleFact.objects.filter(kind="short").exists()


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("4", "less than or equal to 3"),
        ("0", "greater than or equal to 1"),
        ("1.5", "whole 盒"),
        ("viel", "Enter a number"),
    ],
)
def test_by_hand_each_gets_between_what_they_have_and_what_they_want(
    signed_in, operator, campaign, group, berries, typed, sentence
):
    line = order_for(make.make_member(group=group), (berries, 1), group=group, now=timezone.now()).lines.get()
    cut_off(campaign=campaign, by=operator, now=timezone.now())
    deliver(line_ids=[line.pk], by=operator, now=timezone.now())
    correct_order(order=line.order, quantities={berries.pk: Decimal(2)}, reason="补", by=operator, now=timezone.now())
    berries.campaign.refresh_from_db()
    arrive(berries, 2, by=operator)

    answer = signed_in(operator).post(
        reverse("orders:share", args=[berries.pk]), {"rule": "by_hand", "record": "", f"given-{line.pk}": typed}
    )

    assert answer.status_code == 422
    assert sentence in answer.text
    assert f'value="{typed}"' in answer.text
    assert not SaleFact.objects.filter(kind="short").exists()


@pytest.mark.parametrize("arrived", [None, 9])
def test_where_nothing_is_missing_the_page_says_so(signed_in, operator, campaign, buyers, berries, arrived):
    cut_off(campaign=campaign, by=operator, now=timezone.now())
    if arrived:
        berries.campaign.refresh_from_db()
        arrive(berries, arrived, by=operator)

    page = page_of(signed_in(operator), berries)

    assert page.status_code == 200
    assert page.context["blocked"]
    assert 'name="record"' not in page.text


def test_the_texts_say_who_gets_how_much_less_and_what_it_costs_now(signed_in, operator, short, buyers):
    share(short, SharingRule.PRO_RATA, by=operator)

    ((_short, text, orders),) = (
        signed_in(operator).get(reverse("orders:shortage_list", args=[short.campaign_id])).context["groups"]
    )

    # 周一 pays 2 × 29.90, 周二 29.90, 周三 2 × 29.90 + 10.
    told = text.splitlines()
    assert [line for line in told if "周" in line][-3:] == [
        "1-101 周一：少1盒，这一单现在¥59.80",
        "2-101 周二：少1盒，这一单现在¥29.90",
        "3-101 周三：少2盒，这一单现在¥69.80",
    ]
    assert [own.splitlines()[1:] for _one, own in orders][2] == [
        "草莓：订了4盒，这次给2盒",
        "没到的不收钱，这一单现在¥69.80。",
    ]


def test_a_leader_reads_the_texts_of_the_own_groups(
    signed_in, leader, operator, campaign, buyers, berries, other_group
):
    campaign.groups.add(other_group)
    foreign = order_for(make.make_member("外人"), (berries, 1), group=other_group, now=timezone.now())
    cut_off(campaign=campaign, by=operator, now=timezone.now())
    lines = [line_of(order, berries).pk for order in (foreign, buyers["周一"])]
    record_shortages(quantities=dict.fromkeys(lines, Decimal(1)), by=operator, now=timezone.now())

    page = signed_in(leader.user).get(reverse("orders:shortage_list", args=[campaign.pk]))

    assert [short.group for short, _text, _orders in page.context["groups"]] == [buyers["周一"].group]
    assert "外人" not in page.text


@pytest.mark.parametrize("orders", [1, 3])
def test_the_pages_ask_the_database_as_often_for_one_order_as_for_three(
    signed_in, operator, campaign, group, berries, django_assert_num_queries, orders
):
    for _number in range(orders):
        order_for(make.make_member(group=group), (berries, 2), group=group, now=timezone.now())
    cut_off(campaign=campaign, by=operator, now=timezone.now())
    berries.campaign.refresh_from_db()
    arrive(berries, 1, by=operator)
    browser = signed_in(operator)

    with django_assert_num_queries(6):  # session, user, side bar, offer, counts, lines
        page = page_of(browser, berries)
    assert send(browser, berries, page).status_code == 302
    with django_assert_num_queries(5):  # session, user, side bar, campaign, lines
        browser.get(reverse("orders:shortage_list", args=[campaign.pk]))


@pytest.mark.parametrize("orders", [1, 30])
def test_recording_takes_as_many_statements_for_one_order_as_for_thirty(
    operator, campaign, group, berries, django_assert_num_queries, orders
):
    for _number in range(orders):
        order_for(make.make_member(group=group), (berries, 2), group=group, now=timezone.now())
    cut_off(campaign=campaign, by=operator, now=timezone.now())
    berries.campaign.refresh_from_db()
    arrive(berries, 0, by=operator)
    seen = preview_sharing(offer=berries, rule=SharingRule.PRO_RATA).seen

    # savepoint, campaign, offer, lines locked, counts, lines read; recording: savepoint, lines, facts, figures, states,
    # release; release
    with django_assert_num_queries(13):
        share(berries, SharingRule.PRO_RATA, seen=seen, by=operator)
