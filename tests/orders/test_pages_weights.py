"""What the scale says, entered at the door or on the order's page; what is not weighed counts as ordered."""

from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from orders.models import SaleFact
from orders.services import cut_off, record_weights
from tests import factories as make
from tests.factories import order_for

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}
UNWEIGHED = "not weighed, charged as ordered"


@pytest.fixture
def campaign(group, selling):
    return selling(group)


@pytest.fixture
def carp(campaign):
    return make.make_offer(campaign, "草鱼", unit="斤", price_fen=1580, weighed=True)


@pytest.fixture
def order(campaign, carp, group, operator):
    """Three 斤 of carp and one of apples, cut off."""
    apples = make.make_offer(campaign, "苹果", price_fen=1000)
    placed = order_for(make.make_member(group=group), (carp, 3), (apples, 1), group=group, now=timezone.now())
    cut_off(campaign=campaign, by=operator, now=timezone.now())
    return placed


@pytest.fixture
def fish(order):
    return order.lines.get(offer__name="草鱼")


def run_of(order):
    return reverse("orders:delivery_run", args=[order.campaign_id])


def weigh(browser, line, weight, **more):
    return browser.post(
        reverse("orders:weigh", args=[line.pk]), {"weight": weight, **more}, headers=more.pop("how", {})
    )


def test_a_leader_weighs_at_the_door_and_the_amount_follows(signed_in, leader, order, fish):
    answer = signed_in(leader.user).post(reverse("orders:weigh", args=[fish.pk]), {"weight": "2.85"}, headers=HTMX)

    assert answer.status_code == 200
    assert "weighs 2.85 斤" in answer.text
    assert "¥55.03" in answer.text  # 2.85 × 15.80 = 45.03, and the apples
    assert UNWEIGHED not in answer.text
    assert 'id="delivery-progress"' in answer.text


def test_without_javascript_the_page_comes_back_at_that_door(signed_in, leader, order, fish):
    answer = signed_in(leader.user).post(reverse("orders:weigh", args=[fish.pk]), {"weight": "2.85"})

    assert answer.headers["Location"] == f"{run_of(order)}#order-{order.pk}"


def test_what_weighs_exactly_what_was_ordered_has_been_weighed(signed_in, leader, order, fish):
    browser = signed_in(leader.user)

    weigh(browser, fish, "3")
    weigh(browser, fish, "3.000")

    fact = SaleFact.objects.get(kind="weighed")
    assert (fact.quantity, fact.amount_fen, fact.by) == (0, 0, leader.user)
    assert UNWEIGHED not in browser.get(run_of(order)).text


def test_what_was_not_weighed_is_delivered_as_ordered_and_says_so(signed_in, leader, order, fish):
    browser = signed_in(leader.user)
    before = browser.get(run_of(order)).text

    after = browser.post(reverse("orders:deliver", args=[order.pk]), headers=HTMX).text

    assert before.count(UNWEIGHED) == after.count(UNWEIGHED) == 1
    assert "1 portion is not weighed" in after
    fish.refresh_from_db()
    assert (fish.delivered_quantity, fish.delivered_fen) == (3, 4740)
    assert "/weigh/" not in after  # the tick is taken back first


@pytest.mark.parametrize(
    ("weight", "sentence"),
    [
        ("", "This field is required."),
        ("schwer", "Enter a number."),
        ("0", "Ensure this value is greater than or equal to 0.001."),
        ("100000", "A quantity is at most 99999.999."),
    ],
)
def test_a_weight_that_cannot_be_is_refused_at_its_door_and_kept(signed_in, leader, order, fish, weight, sentence):
    answer = signed_in(leader.user).post(reverse("orders:weigh", args=[fish.pk]), {"weight": weight}, headers=HTMX)

    assert answer.status_code == 422
    assert sentence in answer.text
    assert f'name="weight" inputmode="decimal" autocomplete="off" value="{weight}"' in answer.text
    assert f'aria-describedby="weight-{fish.pk}-error"' in answer.text


def test_goods_that_are_not_weighed_ask_for_no_weight_and_take_none(signed_in, leader, order):
    apples = order.lines.get(offer__name="苹果")
    browser = signed_in(leader.user)

    answer = browser.post(reverse("orders:weigh", args=[apples.pk]), {"weight": "2"}, headers=HTMX)

    assert f"/lines/{apples.pk}/weigh/" not in browser.get(run_of(order)).text
    assert answer.status_code == 422
    assert "is not sold by weight." in answer.text


def test_on_the_orders_page_it_leads_back_there(signed_in, operator, order, fish):
    browser, page = signed_in(operator), reverse("orders:order_detail", args=[order.pk])

    shown = browser.get(page).text
    answer = weigh(browser, fish, "3.2", page="order")
    after = browser.get(page).text

    assert UNWEIGHED in shown
    assert answer.headers["Location"] == page
    assert "weighs 3.2 斤" in after
    assert "Weighed" in after  # in the timeline


def test_a_refused_weight_stays_on_the_orders_page(signed_in, operator, order, fish):
    answer = weigh(signed_in(operator), fish, "viel", page="order")

    assert answer.status_code == 422
    assert 'value="viel"' in answer.text
    assert "On the scale" in answer.text


@pytest.mark.parametrize("who", ["admin", "auditor"])
def test_who_only_reads_an_order_is_not_asked(signed_in, request, order, who):
    page = signed_in(request.getfixturevalue(who)).get(reverse("orders:order_detail", args=[order.pk])).text

    assert "On the scale" not in page
    assert "Correct after the cut-off" not in page


def test_the_sheet_leaves_room_for_what_was_not_weighed(signed_in, leader, order, fish, operator):
    browser, sheet = signed_in(leader.user), reverse("orders:delivery_sheet", args=[order.campaign_id])

    before = browser.get(sheet).text
    record_weights(weights={fish.pk: Decimal("2.85")}, by=operator, now=timezone.now())

    assert "weighs ______ 斤" in before
    assert "(weighs 2.85 斤)" in browser.get(sheet).text


@pytest.mark.parametrize("orders", [1, 3])
def test_the_run_asks_as_often_for_one_weighed_portion_as_for_three(
    signed_in, leader, campaign, carp, group, operator, django_assert_num_queries, orders
):
    for _number in range(orders):
        order_for(make.make_member(group=group), (carp, 1), group=group, now=timezone.now())
    cut_off(campaign=campaign, by=operator, now=timezone.now())
    browser = signed_in(leader.user)

    with django_assert_num_queries(5):  # session, user, campaign, groups, lines
        page = browser.get(reverse("orders:delivery_run", args=[campaign.pk]))

    assert page.context["run"].unweighed == orders


class TestCorrections:
    """After the cut-off an order is corrected on top, by an operator, with a reason."""

    @staticmethod
    def correct(browser, order, **typed):
        url = reverse("orders:order_correct", args=[order.pk])
        return browser.post(url, {f"correct-{field}": value for field, value in typed.items()})

    @pytest.mark.parametrize(("move", "quantity", "fen"), [("add", 1, 1000), ("take", -1, -1000)])
    def test_it_stands_in_the_timeline_with_who_and_why(self, signed_in, operator, order, move, quantity, fen):
        apples = order.lines.get(offer__name="苹果").offer
        browser = signed_in(operator)

        answer = self.correct(browser, order, offer=apples.pk, move=move, quantity="1", reason="群里补的")

        page = reverse("orders:order_detail", args=[order.pk])
        assert answer.headers["Location"] == page
        fact = SaleFact.objects.latest("pk")
        assert (fact.quantity, fact.amount_fen, fact.by, fact.reason) == (quantity, fen, operator, "群里补的")
        event = browser.get(page).context["events"][0]
        assert (event.by, event.reason) == (operator, "群里补的")

    @pytest.mark.parametrize(
        ("typed", "field", "sentence"),
        [
            ({"reason": ""}, "reason", "This field is required."),
            ({"quantity": "0"}, "quantity", "greater than or equal to 0.001"),
            ({"move": "take", "quantity": "2"}, "quantity", "More was taken back than is outstanding."),
            ({"move": "double"}, "move", "Select a valid choice."),
        ],
    )
    def test_what_cannot_be_is_said_beside_its_field_and_kept(self, signed_in, operator, order, typed, field, sentence):
        apples = order.lines.get(offer__name="苹果").offer
        plain = {"offer": apples.pk, "move": "add", "quantity": "1", "reason": "群里补的"}

        answer = self.correct(signed_in(operator), order, **{**plain, **typed})

        assert answer.status_code == 422
        assert sentence in str(answer.context["correction"].errors[field])
        assert SaleFact.objects.filter(order=order).count() == 2

    def test_an_offer_of_another_campaign_is_no_choice(self, signed_in, operator, order, selling, group):
        foreign = make.make_offer(selling(group), "别的")

        answer = self.correct(signed_in(operator), order, offer=foreign.pk, move="add", quantity="1", reason="补")

        assert list(answer.context["correction"].errors) == ["offer"]

    def test_as_long_as_orders_come_in_or_once_it_is_over_there_is_nothing_to_correct(
        self, signed_in, operator, campaign, carp, group
    ):
        order = order_for(make.make_member(group=group), (carp, 1), group=group, now=timezone.now())
        page, browser = reverse("orders:order_detail", args=[order.pk]), signed_in(operator)

        shown = []
        for state in ("open", "cut_off", "delivering", "closed"):
            campaign.state = state
            campaign.save(update_fields=["state"])
            shown.append("Correct after the cut-off" in browser.get(page).text)

        assert shown == [False, True, True, False]
