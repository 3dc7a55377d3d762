"""Which orders the list shows: what is typed, what is chosen, and for whom."""

from datetime import UTC, datetime
from decimal import Decimal

import pgtrigger
import pytest

from core.fields import LatestChoiceField
from core.paging import ROWS
from orders.enums import OrderSource, OrderState
from orders.models import Order, OrderLine
from tests import factories as make
from tests.factories import order_for

pytestmark = pytest.mark.django_db

LIST = "/orders/"


@pytest.fixture
def campaign(group, other_group, selling):
    return selling(group, other_group)


@pytest.fixture
def berries(campaign):
    return make.make_offer(campaign, "丹东草莓", unit="盒", counted=True, price_fen=2990)


@pytest.fixture
def oranges(campaign):
    return make.make_offer(campaign, "赣南脐橙", price_fen=690)


@pytest.fixture
def place(group, selling):
    """Somebody orders two of an offer; what a test says of the order is written over what it came in with."""

    def order_of(name: str, offer, *, of=None, phone: str = "", **fields: object) -> Order:
        of = of or group
        order = order_for(make.make_member(name, group=of, phone=phone), (offer, 2), group=of, now=make_now())
        with pgtrigger.ignore("orders.Order:intake_is_frozen"):
            Order.objects.filter(pk=order.pk).update(**fields)
        return order

    return order_of


def make_now() -> datetime:
    return datetime.now(tz=UTC)


def found(browser, query: str = "") -> list[str]:
    return [order.member.name for order in browser.get(LIST + query).context["page"].rows]


def offered(browser, field: str, query: str = "") -> list[str]:
    form = browser.get(LIST + query).context["filters"]
    return [label for value, label in form.fields[field].choices if value]


@pytest.mark.parametrize(
    "text", ["王芳", "wangf", "wf", "3-1701", "3栋1701", "1701", "5678", "13812345678", "草莓", "dandong", "王 草莓"]
)
def test_an_order_is_found_by_person_door_end_of_the_phone_and_product(
    signed_in, operator, place, berries, oranges, text
):
    place("王芳", berries, door="3-1701", phone="13812345678")
    place("赵敏", oranges, door="11-402", phone="13900001111")

    assert found(signed_in(operator), f"?q={text}") == ["王芳"]


@pytest.mark.parametrize("text", ["678", "王 脐橙", "no"])
def test_three_digits_are_no_end_of_a_phone_and_every_word_must_fit(signed_in, operator, place, berries, oranges, text):
    place("王芳", berries, phone="13812345678")
    place("赵敏", oranges)

    assert found(signed_in(operator), f"?q={text}") == []


def test_an_auditor_finds_nobody_by_a_phone_number(signed_in, auditor, place, berries):
    place("王芳", berries, phone="13812345678")

    assert found(signed_in(auditor), "?q=5678") == []


def test_a_leader_finds_nobody_elsewhere_whatever_is_typed(signed_in, leader, place, berries, other_group):
    place("赵敏", berries, of=other_group, phone="13812345678", door="3-1701")
    browser = signed_in(leader.user)

    assert [found(browser, f"?q={text}") for text in ("赵敏", "5678", "3-1701", "草莓")] == [[], [], [], []]


def test_who_took_the_product_back_is_no_longer_found_by_it_unless_all_of_the_order_is_cancelled(
    signed_in, operator, place, berries, oranges
):
    place("王芳", berries)
    took_back = place("赵敏", berries)
    cancelled = place("李雷", berries, state=OrderState.CANCELLED)
    OrderLine.objects.filter(order__in=[took_back, cancelled]).update(quantity=Decimal(0), amount_fen=0)
    browser = signed_in(operator)

    assert found(browser, "?q=草莓") == ["李雷", "王芳"]
    assert found(browser, f"?product={berries.product_id}") == ["李雷", "王芳"]
    assert found(browser, f"?product={oranges.product_id}") == []


def test_orders_are_narrowed_by_leader_and_by_how_they_came_in(signed_in, operator, leader, place, berries, group):
    place("王芳", berries, source=OrderSource.PUBLIC)
    place("赵敏", berries, leader=None)
    browser = signed_in(operator)

    assert found(browser, f"?leader={leader.pk}") == ["王芳"]
    assert found(browser, "?source=public") == ["王芳"]


def test_days_are_days_in_shanghai_and_both_ends_are_in(signed_in, operator, place, berries):
    # 16:00 in London's clock is midnight in Shanghai.
    for name, hour, minute in (("前一天", 15, 59), ("零点", 16, 0)):
        place(name, berries, placed_at=datetime(2026, 11, 18, hour, minute, tzinfo=UTC))
    for name, hour, minute in (("深夜", 15, 59), ("后一天", 16, 0)):
        place(name, berries, placed_at=datetime(2026, 11, 20, hour, minute, tzinfo=UTC))

    assert found(signed_in(operator), "?since=2026-11-19&until=2026-11-20") == ["深夜", "零点"]


@pytest.mark.parametrize("text", ["华城一", "hcyq", "周五", "zwxg", "周敏", "zhoumin"])
def test_a_campaign_a_group_and_a_leader_are_chosen_by_name_where_a_select_would_be_too_long(
    signed_in, operator, leader, place, berries, other_group, selling, text
):
    place("王芳", berries)
    elsewhere = make.make_offer(selling(other_group, title="月末粮油"))
    place("赵敏", elsewhere, of=other_group, leader=None)

    assert found(signed_in(operator), f"?place={text}") == ["王芳"]


def test_of_many_campaigns_the_latest_and_the_chosen_one_are_offered(signed_in, operator, group, selling, monkeypatch):
    monkeypatch.setattr(LatestChoiceField, "SHOWN", 2)
    oldest, *_others = [
        selling(group, title=f"第{number}团", cuts_off_at=datetime(2100, 1, number, tzinfo=UTC))
        for number in (1, 2, 3, 4)
    ]
    browser = signed_in(operator)

    assert offered(browser, "campaign") == ["第4团", "第3团"]
    assert offered(browser, "campaign", f"?campaign={oldest.pk}") == ["第1团", "第4团", "第3团"]


def test_a_leader_chooses_among_the_own_groups_and_among_no_leaders_and_products(
    signed_in, leader, stranger, place, berries, other_group, selling, group
):
    selling(other_group, title="别处的团")
    browser = signed_in(leader.user)

    assert offered(browser, "group") == [group.name]
    assert offered(browser, "campaign") == ["周五鲜果团"]
    assert not {"leader", "product", "place"} & set(browser.get(LIST).context["filters"].fields)


@pytest.mark.parametrize("query", ["?leader=x", "?product=999999", "?since=2026-99-01", "?until=x", "?source=fax"])
def test_a_filter_that_makes_no_sense_is_left_out(signed_in, operator, place, berries, query):
    place("王芳", berries)

    assert found(signed_in(operator), query) == ["王芳"]


def test_the_oldest_come_first_when_asked_for_and_the_pages_still_join_up(signed_in, operator, place, berries):
    names = [f"成员{number}" for number in range(ROWS + 2)]
    for name in names:
        place(name, berries)
    browser = signed_in(operator)
    query = f"?sort=placed_at&q=草莓&product={berries.product_id}&source=api"

    first = browser.get(LIST + query).context["page"]
    second = browser.get(f"{LIST}{query}&after={first.after}").context["page"]

    assert [order.member.name for order in [*first.rows, *second.rows]] == names


@pytest.mark.parametrize("orders", [1, 3])
def test_all_filters_and_columns_together_ask_as_often_for_one_order_as_for_three(
    signed_in, operator, leader, place, berries, campaign, group, django_assert_num_queries, orders
):
    for number in range(orders):
        place(f"王{number}", berries, referrer_1=make.make_member("张阿姨"))
    browser = signed_in(operator)
    query = f"?q=王&campaign={campaign.pk}&group={group.pk}&leader={leader.pk}&product={berries.product_id}&place=zhou"
    columns = "&columns=door,campaign,goods,note,leader,referrer,source,first,placed,amount,state"

    # The ten of the list; campaign, group, leader and product are understood, each in one; so are those offered, again.
    with django_assert_num_queries(18):
        page = browser.get(LIST + query + columns)

    assert len(page.context["page"].rows) == orders


def test_the_table_shows_the_columns_that_were_chosen(signed_in, operator, leader, place, berries):
    place("王芳", berries, door="3-1701", note="放门口", is_first=True, referrer_1=make.make_member("张阿姨"))
    browser = signed_in(operator)

    usual = browser.get(LIST).text
    chosen = browser.get(f"{LIST}?columns=note&columns=leader&columns=referrer&columns=first").text

    assert "放门口" not in usual
    assert "3-1701" in usual
    table = chosen[chosen.index("<table") :]
    assert [word in table for word in ("放门口", "周敏", "张阿姨", "yes")] == [True] * 4
    assert [word in table for word in ("3-1701", "丹东草莓 ×", "59.80")] == [False] * 3
