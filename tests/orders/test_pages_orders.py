"""订单: finding one, what happened to it, giving money back."""

from decimal import Decimal
from html import unescape

import pgtrigger
import pytest
from django.urls import reverse
from django.utils import timezone

from core.paging import ROWS
from orders.enums import LinkBasis
from orders.models import Order, SaleFact
from orders.services import record_shortage
from tests import factories as make
from tests.factories import delivered, order_for

pytestmark = pytest.mark.django_db

LIST = "/orders/"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def campaign(group, other_group, selling):
    return selling(group, other_group)


@pytest.fixture
def berries(campaign):
    return make.make_offer(campaign, "草莓", unit="盒", counted=True, price_fen=2990)


@pytest.fixture
def place(berries, group):
    """Order two 盒 for somebody at a door; in the own group unless told otherwise."""

    def order_of(name: str = "王芳", *, door: str = "3-1701", of=None, offers=None) -> Order:
        of = of or group
        wanted = [(offer, 2) for offer in offers or [berries]]
        order = order_for(make.make_member(name, group=of), *wanted, group=of, now=timezone.now())
        Order.objects.filter(pk=order.pk).update(door=door)
        order.refresh_from_db()
        return order

    return order_of


def found(browser, query: str = "") -> list[str]:
    return [order.member.name for order in browser.get(LIST + query).context["page"].rows]


def test_what_a_leader_ordered_for_themselves_says_so_on_the_order_and_in_the_lists(
    signed_in, operator, place, berries, group, leader
):
    own = order_for(leader, (berries, 1), group=group, now=timezone.now())
    neighbours = place()
    browser = signed_in(operator)

    own_page, other_page = (browser.get(f"/orders/{order.pk}/").content.decode() for order in (own, neighbours))
    pages = [LIST, reverse("orders:member_orders", args=[leader.pk])]

    assert "(the leader's own order)" in own_page
    assert "(the leader's own order)" not in other_page
    assert [unescape(browser.get(url).content.decode()).count("leader's own") for url in pages] == [1, 1]


@pytest.mark.parametrize("who", ["operator", "admin", "auditor"])
def test_everybody_at_a_desk_reads_orders(signed_in, request, place, who):
    order = place()
    browser = signed_in(request.getfixturevalue(who))

    answers = [browser.get(url).status_code for url in (LIST, f"/orders/{order.pk}/")]

    assert answers == [200, 200]


def test_who_is_not_signed_in_is_sent_to_the_login(client):
    assert client.get(LIST).headers["Location"] == "/login/?next=/orders/"


def test_a_leader_sees_the_orders_of_the_own_groups_only(signed_in, leader, place, other_group):
    place("王芳")
    theirs = place("赵敏", of=other_group)
    browser = signed_in(leader.user)

    assert found(browser) == ["王芳"]
    assert browser.get(f"/orders/{theirs.pk}/").status_code == 404


def test_a_leader_cannot_filter_by_a_foreign_group(signed_in, leader, place, other_group):
    place("王芳")
    place("赵敏", of=other_group)

    assert found(signed_in(leader.user), f"?group={other_group.pk}") == ["王芳"]


@pytest.mark.parametrize("text", ["芳", "wangf", "wf", "3-17", "３-17"])
def test_an_order_is_found_by_name_pinyin_initials_or_door(signed_in, operator, place, text):
    place("王芳")
    place("赵敏", door="11-402")

    assert found(signed_in(operator), f"?q={text}") == ["王芳"]


def test_orders_are_narrowed_by_campaign_and_state(signed_in, operator, place, selling, group, campaign):
    place("王芳")
    elsewhere = selling(group, title="另一团")
    order = order_for(
        make.make_member("赵敏", group=group), (make.make_offer(elsewhere), 1), group=group, now=timezone.now()
    )
    delivered(order, by=operator, now=timezone.now())
    browser = signed_in(operator)

    assert found(browser, f"?campaign={campaign.pk}") == ["王芳"]
    assert found(browser, "?state=delivered") == ["赵敏"]


@pytest.mark.parametrize("query", ["?campaign=abc", "?state=lost", "?group=999999", "?after=99999999999999999999"])
def test_a_filter_that_makes_no_sense_is_left_out(signed_in, operator, place, query):
    place("王芳")

    assert found(signed_in(operator), query) == ["王芳"]


def test_the_latest_order_comes_first_and_the_pages_join_up(signed_in, operator, place, berries):
    orders = [place(f"成员{number}") for number in range(ROWS + 2)]
    browser = signed_in(operator)

    first = browser.get(LIST).context["page"]
    second = browser.get(f"{LIST}?after={first.after}").context["page"]
    back = browser.get(f"{LIST}?before={second.before}").context["page"]

    newest_first = [order.pk for order in reversed(orders)]
    assert [order.pk for order in first.rows] == newest_first[:ROWS]
    assert [order.pk for order in second.rows] == newest_first[ROWS:]
    assert (second.after, back.before) == (None, None)
    assert back.rows == first.rows


def test_htmx_gets_the_list_alone(signed_in, operator, place):
    place()

    answer = signed_in(operator).get(LIST, headers=HTMX)

    assert answer.text.lstrip().startswith("<section")
    assert 'id="orders"' in answer.text


@pytest.mark.parametrize("orders", [1, 3])
def test_the_list_asks_the_database_as_often_for_one_order_as_for_three(
    signed_in, operator, place, berries, campaign, django_assert_num_queries, orders
):
    oranges = make.make_offer(campaign, "脐橙")
    for _number in range(orders):
        place(offers=[berries, oranges])
    browser = signed_in(operator)

    # session, user, side bar, views, orders, their lines; campaigns, groups, leaders and products to choose from
    with django_assert_num_queries(10):
        page = browser.get(LIST)

    assert len(page.context["page"].rows) == orders


@pytest.mark.parametrize("lines", [1, 3])
def test_an_order_asks_the_database_as_often_for_one_line_as_for_three(
    signed_in, operator, place, berries, campaign, django_assert_num_queries, lines
):
    order = place(offers=[berries, *(make.make_offer(campaign) for _number in range(lines - 1))])
    delivered(order, by=operator, now=timezone.now())
    browser = signed_in(operator)

    # session, user, side bar, order, lines, complaints, facts; offers to correct; payments, claims, coupons, leaders
    with django_assert_num_queries(12):
        browser.get(f"/orders/{order.pk}/")


def test_an_order_tells_what_happened_the_latest_first(signed_in, operator, place):
    order = place()
    record = order.lines.get()
    delivered_order = delivered(order, by=operator, now=timezone.now())

    page = signed_in(operator).get(f"/orders/{delivered_order.pk}/")

    assert [event.kind for event in page.context["events"]] == ["delivered", "placed"]
    assert page.context["events"][0].by == operator
    assert record.facts.count() == 2


def test_what_was_done_in_one_go_is_one_event(signed_in, operator, place, berries, campaign):
    order = place(offers=[berries, make.make_offer(campaign, "脐橙", price_fen=690)])

    (event,) = signed_in(operator).get(f"/orders/{order.pk}/").context["events"]

    assert len(event.facts) == 2
    assert event.amount_fen == 7360  # 2 × 29.90 + 2 × 6.90


def test_an_order_says_whom_and_what_it_came_through(signed_in, operator, leader, place):
    order = place()
    referrer = make.make_member("张阿姨")
    with pgtrigger.ignore("orders.Order:intake_is_frozen"):
        Order.objects.filter(pk=order.pk).update(
            leader=leader, referrer_1=referrer, link_code="abc2345", link_basis=LinkBasis.OPENED
        )

    page = signed_in(operator).get(f"/orders/{order.pk}/").text

    assert "周敏" in page
    assert "张阿姨" in page
    assert "through the link abc2345 (came through the link)" in page


def test_a_refund_by_quantity_is_recorded_with_who_and_why(signed_in, operator, place):
    order = delivered(place(), by=operator, now=timezone.now())
    line = order.lines.get()
    key = f"line-{line.pk}"

    answer = signed_in(operator).post(
        reverse("orders:refund", args=[line.pk]), {f"{key}-quantity": "1", f"{key}-reason": "压坏了"}
    )

    assert answer.headers["Location"] == f"/orders/{order.pk}/"
    fact = SaleFact.objects.get(kind="refunded")
    assert (fact.quantity, fact.amount_fen, fact.by, fact.reason) == (Decimal(-1), -2990, operator, "压坏了")


def test_a_refund_by_amount_leaves_the_goods(signed_in, operator, place):
    line = delivered(place(), by=operator, now=timezone.now()).lines.get()
    key = f"line-{line.pk}"

    signed_in(operator).post(
        reverse("orders:refund", args=[line.pk]), {f"{key}-amount_fen": "5", f"{key}-reason": "少给"}
    )

    fact = SaleFact.objects.get(kind="refunded")
    assert (fact.quantity, fact.amount_fen) == (0, -500)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"quantity": "3"}, "2 盒 of “草莓” can still be refunded."),
        ({"amount_fen": "59.81"}, "¥59.80 of “草莓” can still be refunded."),
        ({"quantity": "1", "amount_fen": "1"}, "Give either a quantity or an amount."),
        ({}, "Give either a quantity or an amount."),
        ({"amount_fen": "五块"}, "Write an amount like 12.80."),
    ],
)
def test_an_impossible_refund_keeps_what_was_typed(signed_in, operator, place, typed, sentence):
    line = delivered(place(), by=operator, now=timezone.now()).lines.get()
    key = f"line-{line.pk}"

    answer = signed_in(operator).post(
        reverse("orders:refund", args=[line.pk]),
        {f"{key}-reason": "压坏了", **{f"{key}-{field}": value for field, value in typed.items()}},
    )

    assert answer.status_code == 422
    assert sentence in answer.text
    assert 'value="压坏了"' in answer.text
    assert not SaleFact.objects.filter(kind="refunded").exists()


@pytest.mark.parametrize("who", ["admin", "auditor", "leader"])
def test_only_operators_refund(signed_in, request, operator, place, who):
    line = delivered(place(), by=operator, now=timezone.now()).lines.get()
    user = request.getfixturevalue(who)
    browser = signed_in(user.user if who == "leader" else user)

    answer = browser.post(reverse("orders:refund", args=[line.pk]), {f"line-{line.pk}-quantity": "1"})

    assert answer.status_code == 404
    assert not SaleFact.objects.filter(kind="refunded").exists()


def test_a_leader_sees_no_refund_form(signed_in, leader, operator, place):
    order = delivered(place(), by=operator, now=timezone.now())

    assert "/refund/" not in signed_in(leader.user).get(f"/orders/{order.pk}/").text


def test_a_line_that_fell_short_is_shown_and_not_owed(signed_in, operator, place, campaign):
    order = place()
    campaign.state = "cut_off"
    campaign.save(update_fields=["state"])
    record_shortage(line_id=order.lines.get().pk, quantity=Decimal(1), by=operator, now=timezone.now(), reason="到货少")

    page = signed_in(operator).get(f"/orders/{order.pk}/")

    assert page.context["net_fen"] == 2990
    assert "到货少" in page.text


def test_a_members_page_shows_the_orders_of_that_member(signed_in, operator, place):
    order = place("王芳")
    other = place("赵敏")

    part = signed_in(operator).get(reverse("orders:member_orders", args=[order.member_id]), headers=HTMX).text

    assert f"/orders/{order.pk}/" in part
    assert f"/orders/{other.pk}/" not in part


def test_a_leader_finds_no_member_of_another_group(signed_in, leader, place, other_group):
    order = place(of=other_group)

    url = reverse("orders:member_orders", args=[order.member_id])

    assert signed_in(leader.user).get(url).status_code == 404
