"""配送: who may, what a tick does, what is missing, how far it has come."""

from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from community.models import Member, PhoneReveal
from orders.enums import OrderState
from orders.models import OrderLine, SaleFact
from orders.services import cut_off
from tests import factories as make
from tests.factories import order_for

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


@pytest.fixture
def campaign(group, selling):
    return selling(group)


@pytest.fixture
def berries(campaign):
    return make.make_offer(campaign, "草莓", unit="盒", counted=True, price_fen=2990)


@pytest.fixture
def oranges(campaign):
    return make.make_offer(campaign, "脐橙", unit="斤", price_fen=690)


@pytest.fixture
def order(campaign, group, operator, berries, oranges):
    """Two 盒 and 2.5 斤 for 3-1701, in a campaign that is cut off."""
    member = make.make_member("王芳", group=group)
    order = order_for(member, (berries, 2), (oranges, "2.5"), group=group, now=timezone.now())
    order.door = "3-1701"
    order.save(update_fields=["door"])
    cut_off(campaign=campaign, by=operator, now=timezone.now())
    return order


def line_of(order, name: str) -> OrderLine:
    return order.lines.get(offer__name=name)


def test_a_leader_sees_the_doors_of_the_own_group(signed_in, leader, order, campaign):
    page = signed_in(leader.user).get(reverse("orders:delivery_run", args=[campaign.pk]))

    assert page.status_code == 200
    assert "3-1701" in page.text
    assert "草莓 <b>×2盒</b>" in page.text
    assert "¥77.05" in page.text  # 2 × 29.90 + 2.5 × 6.90 = 59.80 + 17.25


def test_a_leader_never_sees_a_cost(signed_in, leader, order, campaign, berries):
    berries.cost_fen = 123_456
    berries.save(update_fields=["cost_fen"])
    browser = signed_in(leader.user)

    urls = [reverse(name, args=[campaign.pk]) for name in ("orders:delivery_run", "orders:delivery_sheet")]
    urls += [reverse("orders:order_detail", args=[order.pk]), reverse("orders:order_list")]
    urls += [reverse("orders:leader_today"), reverse("orders:public_campaign", args=[campaign.code])]

    assert not [url for url in urls if "1,234.56" in browser.get(url).text]


def test_the_run_of_a_campaign_in_another_group_is_not_found(signed_in, stranger, order, campaign):
    assert signed_in(stranger.user).get(reverse("orders:delivery_run", args=[campaign.pk])).status_code == 404


@pytest.mark.parametrize("name", ["deliver", "undeliver"])
def test_a_leader_of_another_group_cannot_tick(signed_in, stranger, order, name):
    answer = signed_in(stranger.user).post(reverse(f"orders:{name}", args=[order.pk]))

    assert answer.status_code == 404
    assert not SaleFact.objects.filter(kind="delivered").exists()


def test_a_leader_of_another_group_cannot_record_a_shortage(signed_in, stranger, order):
    browser, line = signed_in(stranger.user), line_of(order, "草莓")

    answers = [
        browser.post(reverse("orders:shortage", args=[order.pk]), {f"line-{line.pk}": "1"}).status_code,
        browser.post(reverse("orders:shortage_undo", args=[line.pk])).status_code,
    ]

    assert answers == [404, 404]
    assert not SaleFact.objects.filter(kind="short").exists()


@pytest.mark.parametrize("who", ["admin", "auditor"])
def test_delivery_is_not_the_work_of_admin_and_auditor(signed_in, request, who, order, campaign):
    browser = signed_in(request.getfixturevalue(who))

    assert browser.get(reverse("orders:delivery_list")).status_code == 404
    assert browser.post(reverse("orders:deliver", args=[order.pk])).status_code == 404


def test_who_is_not_signed_in_is_sent_to_the_login(client, order, campaign):
    url = reverse("orders:delivery_run", args=[campaign.pk])

    assert client.get(url).headers["Location"] == f"/login/?next={url}"


def test_a_tick_delivers_everything_outstanding_and_comes_back_to_the_card(signed_in, leader, order, campaign):
    answer = signed_in(leader.user).post(reverse("orders:deliver", args=[order.pk]))

    assert answer.headers["Location"] == f"/delivery/{campaign.pk}/#order-{order.pk}"
    order.refresh_from_db()
    assert order.state == OrderState.DELIVERED
    assert [line.delivered_quantity for line in order.lines.order_by("pk")] == [Decimal(2), Decimal("2.5")]


def test_a_tick_by_htmx_answers_the_card_and_the_figures_around_it(signed_in, leader, order):
    answer = signed_in(leader.user).post(reverse("orders:deliver", args=[order.pk]), headers=HTMX)

    assert answer.status_code == 200
    assert f'id="order-{order.pk}"' in answer.text
    assert 'aria-pressed="true"' in answer.text
    assert 'id="delivery-progress" hx-swap-oob="true"' in answer.text
    assert "1 / 1" in answer.text
    assert "<html" not in answer.text


def test_a_tick_is_taken_back(signed_in, leader, order):
    browser = signed_in(leader.user)
    browser.post(reverse("orders:deliver", args=[order.pk]))

    browser.post(reverse("orders:undeliver", args=[order.pk]))

    order.refresh_from_db()
    assert order.state == OrderState.PLACED
    assert {line.delivered_quantity for line in order.lines.all()} == {Decimal(0)}


def test_a_tick_before_the_cut_off_is_refused_with_its_sentence(signed_in, leader, campaign, group, berries):
    order = order_for(make.make_member(group=group), (berries, 1), group=group, now=timezone.now())

    answer = signed_in(leader.user).post(reverse("orders:deliver", args=[order.pk]))

    assert answer.status_code == 422
    assert "Delivery begins after the cut-off." in answer.text
    assert not SaleFact.objects.filter(kind="delivered").exists()


def test_before_the_cut_off_the_run_is_a_preview_without_ticks(signed_in, leader, campaign, group, berries):
    order_for(make.make_member(group=group), (berries, 1), group=group, now=timezone.now())

    page = signed_in(leader.user).get(reverse("orders:delivery_run", args=[campaign.pk])).text

    assert "Preview: orders still come in." in page
    assert "aria-pressed" not in page


def test_shortages_are_recorded_and_stand_in_the_list_to_copy(signed_in, leader, order, campaign):
    browser = signed_in(leader.user)
    berries, oranges = line_of(order, "草莓"), line_of(order, "脐橙")

    browser.post(
        reverse("orders:shortage", args=[order.pk]),
        {f"line-{berries.pk}": "1", f"line-{oranges.pk}": "0.5", "reason": "少到"},
    )

    berries.refresh_from_db()
    oranges.refresh_from_db()
    assert (berries.short_quantity, berries.short_fen) == (Decimal(1), 2990)
    assert (oranges.short_quantity, oranges.short_fen) == (Decimal("0.5"), 345)
    assert {fact.reason for fact in SaleFact.objects.filter(kind="short")} == {"少到"}
    page = browser.get(reverse("orders:delivery_run", args=[campaign.pk])).text
    assert "3-1701 王芳 1盒" in page
    assert "3-1701 王芳 0.5斤" in page


@pytest.mark.parametrize(
    ("quantity", "sentence"),
    [
        ("3", "2 盒 are outstanding"),
        ("0.5", "is sold in whole 盒."),
        ("0", "greater than or equal to 0.001"),
        ("viel", "Enter a number."),
        ("", "Say how much is missing, of at least one product."),
    ],
)
def test_an_impossible_shortage_keeps_what_was_typed(signed_in, leader, order, quantity, sentence):
    berries, oranges = line_of(order, "草莓"), line_of(order, "脐橙")
    typed = {f"line-{berries.pk}": quantity, "reason": "少到"}
    if quantity:
        typed[f"line-{oranges.pk}"] = "1"

    answer = signed_in(leader.user).post(reverse("orders:shortage", args=[order.pk]), typed, headers=HTMX)

    assert answer.status_code == 422
    assert sentence in answer.text
    assert f'value="{quantity}"' in answer.text or not quantity
    assert 'value="少到"' in answer.text
    assert not SaleFact.objects.filter(kind="short").exists()


def test_a_shortage_names_no_line_of_another_order(signed_in, leader, order, campaign, group, berries):
    stranger = make.make_member("赵敏", group=group)
    campaign.state = "open"
    campaign.save(update_fields=["state"])
    foreign = order_for(stranger, (berries, 1), group=group, now=timezone.now()).lines.get()
    cut_off(campaign=campaign, by=None, now=timezone.now())

    answer = signed_in(leader.user).post(reverse("orders:shortage", args=[order.pk]), {f"line-{foreign.pk}": "1"})

    assert answer.status_code == 422
    assert not SaleFact.objects.filter(kind="short").exists()


def test_a_shortage_that_turned_up_is_outstanding_again(signed_in, leader, order):
    browser = signed_in(leader.user)
    line = line_of(order, "草莓")
    browser.post(reverse("orders:shortage", args=[order.pk]), {f"line-{line.pk}": "2"})

    browser.post(reverse("orders:shortage_undo", args=[line.pk]))

    line.refresh_from_db()
    assert (line.short_quantity, line.short_fen, line.outstanding) == (Decimal(0), 0, Decimal(2))
    assert sum(fact.quantity for fact in line.facts.filter(kind="short")) == 0


def test_a_door_where_everything_is_missing_is_no_door_to_go_to(signed_in, leader, order, campaign):
    browser = signed_in(leader.user)
    everything = {f"line-{line.pk}": line.quantity for line in order.lines.all()}

    browser.post(reverse("orders:shortage", args=[order.pk]), everything)

    run = browser.get(reverse("orders:delivery_run", args=[campaign.pk])).context["run"]
    assert (run.done, run.total) == (0, 0)


def test_a_refunded_delivery_is_not_taken_back(signed_in, operator, order):
    browser = signed_in(operator)
    browser.post(reverse("orders:deliver", args=[order.pk]))
    line = line_of(order, "草莓")
    browser.post(
        reverse("orders:refund", args=[line.pk]), {f"line-{line.pk}-quantity": "1", f"line-{line.pk}-reason": "坏"}
    )

    answer = browser.post(reverse("orders:undeliver", args=[order.pk]), headers=HTMX)

    assert answer.status_code == 422
    assert "it stays delivered." in answer.text


def test_doors_are_walked_building_by_building(signed_in, leader, group, campaign, berries, operator):
    for door in ["11-402", "3-201", "", "H区-9", "3-1102"]:
        order = order_for(make.make_member(group=group), (berries, 1), group=group, now=timezone.now())
        type(order).objects.filter(pk=order.pk).update(door=door)
    cut_off(campaign=campaign, by=operator, now=timezone.now())

    run = signed_in(leader.user).get(reverse("orders:delivery_run", args=[campaign.pk])).context["run"]

    walked = [(building.name, [one.order.door for one in building.recipients]) for building in run.buildings]
    assert walked == [("3", ["3-201", "3-1102"]), ("11", ["11-402"]), ("H区", ["H区-9"]), ("", [""])]


def test_building_1_of_two_neighbourhoods_is_two_buildings(signed_in, operator, group, campaign, berries):
    beyond = make.make_group("玉兰香苑一群", neighbourhood=make.make_neighbourhood("玉兰香苑"))
    campaign.groups.add(beyond)
    for home, door in [(beyond, "1-101"), (group, "1-502"), (beyond, "1-201"), (group, "2-102")]:
        order = order_for(make.make_member(group=home), (berries, 1), group=home, now=timezone.now())
        type(order).objects.filter(pk=order.pk).update(door=door)
    cut_off(campaign=campaign, by=operator, now=timezone.now())

    page = signed_in(operator).get(reverse("orders:delivery_run", args=[campaign.pk]))

    walked = [
        (building.neighbourhood.name, building.name, [one.order.door for one in building.recipients])
        for building in page.context["run"].buildings
    ]
    home = group.neighbourhood.name
    assert walked == [(home, "1", ["1-502"]), (home, "2", ["2-102"]), ("玉兰香苑", "1", ["1-101", "1-201"])]
    assert "玉兰香苑 · Building 1" in page.text


def test_the_sheet_has_one_row_a_recipient_and_one_sheet_a_group(
    signed_in, operator, leader, order, campaign, group, other_group, berries
):
    campaign.groups.add(other_group)

    page = signed_in(operator).get(reverse("orders:delivery_sheet", args=[campaign.pk]))

    assert [(sheet.name, leads, run.total) for sheet, leads, run in page.context["sheets"]] == [(group.name, "周敏", 1)]
    assert page.text.count("<tr>") == 2  # the head and 王芳
    assert "草莓 2盒 · 脐橙 2.5斤" in page.text


@pytest.mark.parametrize("orders", [1, 3])
def test_the_run_asks_the_database_as_often_for_one_door_as_for_three(
    signed_in, leader, group, campaign, berries, oranges, operator, django_assert_num_queries, orders
):
    for _number in range(orders):
        order_for(make.make_member(group=group), (berries, 1), (oranges, 1), group=group, now=timezone.now())
    cut_off(campaign=campaign, by=operator, now=timezone.now())
    browser = signed_in(leader.user)

    with django_assert_num_queries(5):  # session, user, campaign, groups, lines
        browser.get(reverse("orders:delivery_run", args=[campaign.pk]))


@pytest.mark.parametrize("campaigns", [1, 3])
def test_the_list_asks_the_database_as_often_for_one_campaign_as_for_three(
    signed_in, leader, group, operator, selling, django_assert_num_queries, campaigns
):
    for _number in range(campaigns):
        campaign = selling(group)
        offer = make.make_offer(campaign)
        order_for(make.make_member(group=group), (offer, 1), group=group, now=timezone.now())
        cut_off(campaign=campaign, by=operator, now=timezone.now())
    browser = signed_in(leader.user)

    with django_assert_num_queries(5):  # session, user, the next cut-off, campaigns, their groups
        page = browser.get(reverse("orders:delivery_list"))

    assert page.text.count("0 of 1 doors") == campaigns


def test_the_list_says_when_delivery_begins(signed_in, leader, campaign):
    page = signed_in(leader.user).get(reverse("orders:delivery_list")).text

    assert f"Delivery begins after the cut-off: “{campaign.title}”" in page


def test_a_number_is_not_in_the_page_before_it_is_asked_for(signed_in, leader, order, campaign):
    Member.objects.filter(pk=order.member_id).update(phone="13812345678")

    page = signed_in(leader.user).get(reverse("orders:delivery_run", args=[campaign.pk])).text

    assert "138****5678" in page
    assert "13812345678" not in page
    assert not PhoneReveal.objects.exists()


def test_a_number_that_is_asked_for_is_shown_to_dial_and_that_is_kept(signed_in, leader, order, campaign):
    Member.objects.filter(pk=order.member_id).update(phone="85291234567")

    card = signed_in(leader.user).post(reverse("orders:phone", args=[order.pk]), headers=HTMX).text

    assert 'href="tel:+85291234567"' in card
    reveal = PhoneReveal.objects.get()
    assert (reveal.by, reveal.member, reveal.place) == (leader.user, order.member, f"/delivery/{campaign.pk}/")


def test_a_leader_of_another_group_sees_no_number(signed_in, stranger, order):
    Member.objects.filter(pk=order.member_id).update(phone="13812345678")

    answer = signed_in(stranger.user).post(reverse("orders:phone", args=[order.pk]))

    assert (answer.status_code, PhoneReveal.objects.exists()) == (404, False)


@pytest.mark.parametrize("seen", [1, 3])
def test_who_looked_at_which_number_is_there_for_the_auditor(
    signed_in, auditor, leader, order, django_assert_num_queries, seen
):
    Member.objects.filter(pk=order.member_id).update(phone="13812345678")
    for _time in range(seen):
        signed_in(leader.user).post(reverse("orders:phone", args=[order.pk]))
    browser = signed_in(auditor)

    with django_assert_num_queries(3):  # session, user, the reveals with their people
        page = browser.get(reverse("community:reveal_list")).text

    assert page.count('<td class="name">王芳</td>') == seen
    assert "周敏" in page
    assert "13812345678" not in page


def test_doors_of_a_building_stand_by_unit_and_from_the_ground_up(
    signed_in, leader, group, campaign, berries, operator
):
    for door in ["3-2-1102", "3-1-502", "3-2-301", "3-801"]:
        order = order_for(make.make_member(group=group), (berries, 1), group=group, now=timezone.now())
        type(order).objects.filter(pk=order.pk).update(door=door)
    cut_off(campaign=campaign, by=operator, now=timezone.now())

    page = signed_in(leader.user).get(reverse("orders:delivery_run", args=[campaign.pk]))

    (building,) = page.context["run"].buildings
    walked = [(unit.name, [one.order.door for one in unit.recipients]) for unit in building.units]
    assert walked == [("1", ["3-1-502"]), ("2", ["3-2-301", "3-2-1102"]), ("", ["3-801"])]
    assert "Unit 2</h3>" in page.text


def test_the_gap_check_names_open_doors_and_what_should_be_in_the_car(
    signed_in, leader, group, campaign, berries, oranges, operator
):
    doors = {}
    for door in ["3-201", "3-301", "3-401"]:
        order = order_for(
            make.make_member(group=group), (berries, 2), (oranges, "1.5"), group=group, now=timezone.now()
        )
        doors[door] = order
        type(order).objects.filter(pk=order.pk).update(door=door)
    cut_off(campaign=campaign, by=operator, now=timezone.now())
    browser, url = signed_in(leader.user), reverse("orders:delivery_gaps", args=[campaign.pk])
    browser.post(reverse("orders:deliver", args=[doors["3-201"].pk]))
    short = line_of(doors["3-301"], "草莓")
    browser.post(reverse("orders:shortage", args=[doors["3-301"].pk]), {f"line-{short.pk}": "2"})

    page = browser.get(url)

    assert [one.order.door for one in page.context["run"].gaps] == ["3-301", "3-401"]
    assert "<b>草莓 2盒</b> · <b>脐橙 3斤</b>" in page.text  # 0 + 2 boxes, 1.5 + 1.5 斤
    assert f'href="/delivery/{campaign.pk}/#order-{doors["3-401"].pk}"' in page.text

    for door in ["3-301", "3-401"]:
        browser.post(reverse("orders:deliver", args=[doors[door].pk]))

    assert "No gaps: everything is delivered or recorded as missing." in browser.get(url).text
