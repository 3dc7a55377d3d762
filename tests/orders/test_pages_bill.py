"""The WeChat bill on its pages: uploaded, looked at, booked as chosen, once."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from orders.enums import ClaimKind, ClaimState, PayMethod
from orders.models import Holding, Order, Payment, PaymentClaim
from orders.queries import due_of
from orders.services import collect_due
from tests import factories as make
from tests.factories import order_for
from tests.orders.bill_files import Line, bill_file, number

pytestmark = pytest.mark.django_db

REVIEW, BOOK = reverse("orders:bill"), reverse("orders:bill_book")
LOOKING, BOOKING = 7, 29
"""Queries, whatever the number of rows."""


@pytest.fixture
def campaign(group, other_group, selling):
    return selling(group, other_group)


@pytest.fixture
def berries(campaign):
    return make.make_offer(campaign, "草莓", unit="盒", counted=True, price_fen=2990)


@pytest.fixture
def buys(berries, group):
    """Two 盒, ¥59.80, ordered an hour ago."""

    def order_of(name: str, door: str = "3-1701", *, of=None, quantity: int = 2) -> Order:
        of = of or group
        member = make.make_member(name, group=of, door=door)
        return order_for(member, (berries, quantity), group=of, now=timezone.now() - timedelta(hours=1))

    return order_of


@pytest.fixture
def paid():
    """A line of a bill for a payment of just now."""

    def line(which: int, payer: str = "/", **fields) -> Line:
        at = timezone.localtime().strftime("%Y-%m-%d %H:%M:%S")
        return Line(number(which), payer, **{"at": at, **fields})

    return line


def upload(browser, *lines, data: bytes | None = None):
    file = SimpleUploadedFile("微信支付账单.csv", bill_file(*lines) if data is None else data)
    return browser.post(REVIEW, {"file": file})


def as_proposed(page) -> dict[str, str]:
    """What the form sends when nobody touches it."""
    ticked = {shown.field: str(shown.beside[0].order.pk) for shown in page.context["certain"]}
    return {"shown": page.context["signed"], **ticked}


def test_where_money_is_collected_the_bill_is_a_tap_away(signed_in, leader, operator, auditor, campaign, buys):
    buys("王芳")
    collecting = reverse("orders:collecting", args=[campaign.pk])

    ways = [f'href="{REVIEW}"' in signed_in(who).get(collecting).text for who in (leader.user, operator, auditor)]

    assert ways == [True, True, False]


def test_looking_at_a_bill_books_nothing(signed_in, leader, buys, paid):
    buys("王芳")

    page = upload(signed_in(leader.user), paid(1, "王芳"))

    assert (page.status_code, len(page.context["certain"])) == (200, 1)
    assert "¥59.80" in page.text
    assert Payment.objects.count() == 0


def test_what_is_certain_is_booked_in_one_go_and_held_by_the_leader(signed_in, leader, buys, paid):
    orders, browser = [buys("王芳"), buys("李雷", "5-602")], signed_in(leader.user)

    page = upload(browser, paid(1, "王芳"), paid(2, "小鹿", remark="5-602"))
    done = browser.post(BOOK, as_proposed(page))

    booked = Payment.objects.order_by("external_id")
    assert [(one.order, one.external_id, one.method) for one in booked] == [
        (orders[0], number(1), PayMethod.WECHAT),
        (orders[1], number(2), PayMethod.WECHAT),
    ]
    assert "2 payments booked, ¥119.60 in all." in done.text
    assert Holding.objects.get(leader=leader).amount_fen == 11960
    assert "王芳" in booked[0].note


def test_an_operators_bill_brings_money_to_the_house(signed_in, operator, buys, other_group, paid):
    buys("赵敏", of=other_group)
    browser = signed_in(operator)

    browser.post(BOOK, as_proposed(upload(browser, paid(1, "赵敏"))))

    assert Payment.objects.get().holder is None


def test_a_leaders_bill_is_beside_the_own_groups_only(signed_in, leader, buys, other_group, paid):
    buys("赵敏", of=other_group)

    page = upload(signed_in(leader.user), paid(1, "赵敏"))

    assert (page.context["certain"], page.context["doubtful"], page.context["unmatched_count"]) == ([], [], 1)


def test_the_same_file_again_changes_nothing(signed_in, leader, buys, paid):
    buys("王芳")
    browser, lines = signed_in(leader.user), [paid(1, "王芳"), paid(2, "过客", yuan="1.00")]
    first = upload(browser, *lines)
    browser.post(BOOK, as_proposed(first))

    again = upload(browser, *lines)
    sent_twice = browser.post(BOOK, as_proposed(first))

    assert (again.context["before_count"], again.context["certain"], again.context["unmatched_count"]) == (1, [], 1)
    assert "1 of the chosen was booked before" in sent_twice.text
    assert Payment.objects.count() == 1


def test_a_doubtful_row_waits_for_a_choice_among_what_is_shown(signed_in, leader, buys, paid):
    orders, browser = [buys("王芳"), buys("李雷", "5-602")], signed_in(leader.user)
    page = upload(browser, paid(1, "小鹿"))
    (shown,) = page.context["doubtful"]

    left = browser.post(BOOK, {**as_proposed(page), shown.field: ""})
    chosen = browser.post(BOOK, {**as_proposed(page), shown.field: str(orders[1].pk)})

    assert "1 row was left without an order" in left.text
    assert "1 payment booked" in chosen.text
    assert [due_of(order.pk).fen for order in orders] == [5980, 0]


def test_only_what_was_shown_to_this_person_can_be_booked(signed_in, leader, operator, buys, other_group, paid):
    order, other = buys("王芳"), buys("李雷", "5-602", quantity=1)
    browser = signed_in(leader.user)
    page = upload(browser, paid(1, "王芳"))
    sent = as_proposed(page)

    answers = [
        browser.post(BOOK, {**sent, "row-0": str(other.pk)}),
        browser.post(BOOK, {**sent, "shown": "x" + sent["shown"]}),
        browser.post(BOOK, {"row-0": str(order.pk)}),
        signed_in(operator).post(BOOK, sent),
    ]

    assert [answer.status_code for answer in answers] == [422] * 4
    assert all("Nothing was booked" in answer.text for answer in answers)
    assert Payment.objects.count() == 0


def test_a_page_is_confirmed_on_its_day_only(signed_in, leader, buys, paid, settings, monkeypatch):
    buys("王芳")
    browser = signed_in(leader.user)
    sent = as_proposed(upload(browser, paid(1, "王芳")))
    monkeypatch.setattr("orders.forms.bills.SHOWN_FOR", timedelta(seconds=-1))

    answer = browser.post(BOOK, sent)

    assert (answer.status_code, Payment.objects.count()) == (422, 0)
    assert "older than 12 hours" in answer.text


def test_what_was_paid_meanwhile_is_left_and_the_others_are_booked(signed_in, leader, buys, paid):
    orders, browser = [buys("王芳"), buys("李雷", "5-602")], signed_in(leader.user)
    sent = as_proposed(upload(browser, paid(1, "王芳"), paid(2, "李雷")))
    collect_due(order=orders[0], due_fen=5980, method=PayMethod.CASH, by=leader.user, now=timezone.now())

    done = browser.post(BOOK, sent)

    assert "1 payment booked" in done.text
    assert "1 chosen row was not booked" in done.text
    assert set(Payment.objects.values_list("order", "amount_fen")) == {(order.pk, 5980) for order in orders}


def test_money_recorded_by_hand_is_not_proposed_a_second_time(signed_in, leader, buys, paid, campaign, selling, group):
    tapped = buys("王芳")
    collect_due(order=tapped, due_fen=5980, method=PayMethod.WECHAT, by=leader.user, now=timezone.now())
    next_one = make.make_offer(selling(group, title="周六团"), "蓝莓", price_fen=5980)
    order_for(tapped.member, (next_one, 1), group=group, now=timezone.now() - timedelta(minutes=30))

    page = upload(signed_in(leader.user), paid(1, "王芳"))

    assert page.context["certain"] == []
    assert "recorded by hand already" in page.text


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"PK\x03\x04zip", "zip file or a workbook"),
        ("姓名,金额\n王芳,1".encode(), "no WeChat Pay bill"),
        (b"\xff\xfe\x00\x01\x80", "no CSV file"),
        (b"", "The file is empty"),
        (b"x" * 2_000_001, "larger than 2 MB"),
        (bill_file(*[Line(str(n)) for n in range(5001)]), "more than 5,000 lines"),
    ],
)
def test_a_file_that_is_no_bill_is_refused_with_a_sentence(signed_in, leader, data, said):
    page = upload(signed_in(leader.user), data=data)

    assert page.status_code == 422
    assert said in page.text


@pytest.mark.parametrize("rows", [1, 3])
def test_a_bill_costs_the_same_queries_for_one_row_as_for_three(
    signed_in, leader, buys, paid, django_assert_num_queries, rows
):
    lines = []
    for which in range(rows):
        order = buys(f"王芳{'甲乙丙'[which]}", f"3-{which + 1}")
        PaymentClaim.objects.create(order=order, group=order.group, kind=ClaimKind.SAID_PAID, made_at=timezone.now())
        lines.append(paid(which, f"王芳{'甲乙丙'[which]}"))
    browser = signed_in(leader.user)
    browser.get(REVIEW)

    with django_assert_num_queries(LOOKING):
        page = upload(browser, *lines)
    with django_assert_num_queries(BOOKING):
        browser.post(BOOK, as_proposed(page))

    assert Payment.objects.count() == PaymentClaim.objects.filter(state=ClaimState.CONFIRMED).count() == rows
