"""Somebody without an account orders: who they are taken for, what they may see and change, what is refused."""

import re
from datetime import timedelta
from decimal import Decimal
from threading import Barrier, Thread

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from community.models import Member, Membership
from community.services import Visitor
from orders.enums import OrderSource
from orders.models import ChainEntry, FormCount, Order, SentForm
from orders.services import change_own_order, cut_off, deliver, forget_forms, order_publicly, record_shortage
from orders.views.public import token_of
from tests import factories as make
from tests.content.factories import make_publication
from tests.factories import order_for

pytestmark = pytest.mark.django_db

ENGLISH = {"Accept-Language": "en"}
PHONE = "13800000000"


@pytest.fixture
def campaign(group, selling):
    return selling(group)


@pytest.fixture
def berries(campaign):
    return make.make_offer(campaign, "草莓", unit="盒", counted=True, price_fen=2990, stock=Decimal(5), limit_each=3)


@pytest.fixture
def oranges(campaign):
    return make.make_offer(campaign, "脐橙", unit="斤", price_fen=690)


@pytest.fixture
def order_with(client, campaign):
    """Send the form with these quantities; what is not named otherwise is right."""

    def send(*wanted, browser=client, **fields):
        body = {"door": "3-1701", "name": "王芳", "phone": PHONE, "nonce": f"{len(wanted):032x}"}
        body |= {f"offer-{offer.pk}": quantity for offer, quantity in wanted}
        return browser.post(f"/c/{campaign.code}/", body | fields, headers=ENGLISH)

    return send


def asked(order):
    return dict(order.lines.values_list("offer__name", "quantity"))


# Who it is


def test_somebody_new_joins_the_group_at_the_door_they_name_and_their_order_says_how_it_came(
    order_with, group, berries, oranges
):
    answer = order_with((berries, "2"), (oranges, "1.5"), note="放门口")

    order = Order.objects.get()
    membership = Membership.objects.get(member=order.member)
    assert answer.status_code == 302
    assert (order.source, order.placed_by, order.door, order.note) == (OrderSource.PUBLIC, None, "3-1701", "放门口")
    assert asked(order) == {"草莓": 2, "脐橙": Decimal("1.5")}
    assert (order.member.name, order.member.phone, order.member.channel) == ("王芳", PHONE, "public_page")
    assert (membership.group, membership.door) == (group, "3-1701")


def test_the_same_phone_is_the_same_member_who_keeps_name_and_door(order_with, group, berries):
    known = make.make_member("陈静", group=group, door="8-101", phone=PHONE)

    answer = order_with((berries, "1"), name="小王", phone="+86 138-0000-0000")

    order = Order.objects.get()
    known.refresh_from_db()
    assert (order.member, order.door) == (known, "3-1701")
    assert "小王" in order.note
    assert (known.name, known.memberships.get().door) == ("陈静", "8-101")
    page = Client().get(answer["Location"]).text
    assert "陈静" not in page
    assert "8-101" not in page
    assert PHONE not in page


def test_a_known_phone_from_elsewhere_joins_the_group_they_order_in(order_with, group, other_group, berries):
    known = make.make_member("陈静", group=other_group, phone=PHONE)

    order_with((berries, "1"))

    assert Order.objects.get().member == known
    assert set(known.memberships.values_list("group", flat=True)) == {group.pk, other_group.pk}


@pytest.mark.parametrize("phone", ["", "13911112222"])
def test_name_and_door_alone_never_take_over_a_member(order_with, group, berries, phone):
    resident = make.make_member("王芳", group=group, door="3-1701", phone=phone)

    order_with((berries, "1"))

    assert Order.objects.get().member != resident
    assert not resident.orders.exists()
    resident.refresh_from_db()
    assert resident.phone == phone


def test_the_leader_sees_who_else_lives_at_that_door(order_with, group, leader, berries, signed_in):
    make.make_member("王芳", group=group, door="3-1701")
    order_with((berries, "1"), name="王小芳")

    page = signed_in(leader.user).get(f"/orders/{Order.objects.get().pk}/").text

    assert "<dt>Also at this door</dt><dd>王芳</dd>" in page
    assert "138****0000" in page
    assert PHONE not in page


def test_a_phone_alone_opens_and_changes_no_order_that_is_already_there(order_with, group, berries):
    known = make.make_member("陈静", group=group, door="8-101", phone=PHONE)
    order = order_for(known, (berries, 1), group=group, now=timezone.now())

    answer = order_with((berries, "1"))

    order.refresh_from_db()
    assert answer.status_code == 422
    assert "Something is already ordered with this phone number." in answer.text
    assert "order" not in answer.cookies
    assert (asked(order), order.door) == ({"草莓": 1}, "8-101")


def test_whoever_cancelled_may_order_again(order_with, group, berries):
    known = make.make_member("陈静", group=group, phone=PHONE)
    order_for(known, (berries, 1), group=group, now=timezone.now())
    order_for(known, (berries, -1), group=group, now=timezone.now())

    assert order_with((berries, "2")).status_code == 302
    assert asked(Order.objects.get()) == {"草莓": 2}


def test_in_several_groups_the_neighbourhood_says_which(client, order_with, campaign, group, other_group, berries):
    other_group.neighbourhood = make.make_neighbourhood("田林十二村")
    other_group.save()
    campaign.groups.add(other_group)

    page = client.get(f"/c/{campaign.code}/").text
    unsaid = order_with((berries, "1"))
    order_with((berries, "1"), group=other_group.pk)

    assert f'<option value="{other_group.pk}">田林十二村</option>' in page
    assert unsaid.status_code == 422
    assert Order.objects.get().group == other_group


# Once


def test_a_form_sent_twice_is_one_order(order_with, berries):
    first = order_with((berries, "2"))
    second = order_with((berries, "2"))

    assert (first.status_code, second.status_code) == (302, 302)
    assert asked(Order.objects.get()) == {"草莓": 2}
    assert Member.objects.count() == 1


def at_once(*calls):
    """Each in a thread and connection of its own, all let go at the same moment; what they returned or raised."""
    gate, results = Barrier(len(calls)), []

    def run(call):
        gate.wait()
        try:
            results.append(call())
        except Exception as error:  # noqa: BLE001 — told apart by the test
            results.append(error)
        finally:
            connection.close()

    threads = [Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("known", [False, True], ids=["a new phone", "a known phone"])
@pytest.mark.parametrize(("nonces", "orders"), [("aaaaaa", 6), ("abcdef", 1)], ids=["one form", "six forms"])
def test_a_double_tap_orders_once(nonces, orders, known):
    group = make.make_group()
    if known:
        make.make_member(group=group, phone=PHONE)
    offer = make.make_offer(make.make_campaign(group))

    def send(nonce):
        who = Visitor("王芳", "3-1701", PHONE)
        return lambda: order_publicly(
            campaign=offer.campaign,
            group=group,
            visitor=who,
            quantities={offer.pk: Decimal(2)},
            nonce=nonce,
            now=make.NOW,
        )

    results = at_once(*(send(nonce) for nonce in nonces))

    assert [type(one).__name__ for one in results].count("Order") == orders, results
    assert asked(Order.objects.get()) == {"苹果": 2}
    assert Member.objects.count() == 1


# The own page


def test_the_order_is_remembered_on_the_device_for_this_campaign_alone(client, order_with, campaign, berries):
    answer = order_with((berries, "1"))

    cookie = answer.cookies["order"]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == (f"/c/{campaign.code}/", True, "Lax")
    page = client.get(f"/c/{campaign.code}/", headers=ENGLISH).text
    assert "You have ordered." in page
    assert f"/c/{campaign.code}/mine/" in page


def test_the_own_page_shows_goods_sum_and_door_and_is_kept_from_others(client, order_with, berries):
    page = client.get(order_with((berries, "2"))["Location"], headers=ENGLISH)

    assert "2 盒 × ¥29.90" in page.text
    assert "¥59.80" in page.text
    assert "to 3-1701" in page.text
    assert (page["Referrer-Policy"], page["X-Robots-Tag"]) == ("no-referrer", "noindex")
    assert "no-store" in page["Cache-Control"]
    assert not page.cookies


@pytest.mark.parametrize("lines", [1, 3])
def test_the_own_page_asks_as_often_for_one_line_as_for_three(
    client, order_with, campaign, lines, django_assert_num_queries
):
    url = order_with(*((make.make_offer(campaign), "1") for _number in range(lines)))["Location"]

    with django_assert_num_queries(4):  # order, quantities, offers, lines
        client.get(url)


def test_until_the_cut_off_quantities_change_both_ways(client, order_with, berries, oranges):
    url = order_with((berries, "2"))["Location"]

    client.post(url, {f"offer-{berries.pk}": "3", f"offer-{oranges.pk}": "1.5"})
    assert asked(Order.objects.get()) == {"草莓": 3, "脐橙": Decimal("1.5")}
    client.post(url, {f"offer-{berries.pk}": "1", f"offer-{oranges.pk}": ""})

    order = Order.objects.get()
    assert asked(order) == {"草莓": 1, "脐橙": 0}
    assert (order.state, order.source) == ("placed", "public")


def test_saving_twice_changes_once_and_what_is_not_sent_stays(client, order_with, berries, oranges):
    url = order_with((berries, "1"), (oranges, "1"))["Location"]

    for _tap in range(2):
        assert client.post(url, {f"offer-{berries.pk}": "2"}).status_code == 302

    assert asked(Order.objects.get()) == {"草莓": 2, "脐橙": 1}
    assert Order.objects.get().facts.count() == 3


def test_nothing_of_everything_cancels_the_order_and_frees_the_stock(client, order_with, berries):
    url = order_with((berries, "2"))["Location"]

    client.post(url, {f"offer-{berries.pk}": "0"})

    berries.refresh_from_db()
    assert (Order.objects.get().state, berries.taken) == ("cancelled", 0)
    assert "Nothing is ordered any more." in client.get(url, headers=ENGLISH).text


def test_a_change_beyond_what_is_left_keeps_the_order_and_what_was_typed(client, order_with, group, berries):
    url = order_with((berries, "1"))["Location"]
    order_for(make.make_member(group=group), (berries, 3), group=group, now=timezone.now())

    answer = client.post(url, {f"offer-{berries.pk}": "3"}, headers=ENGLISH)

    assert answer.status_code == 422
    assert "Only 1 盒 of “草莓” are left." in answer.text
    assert 'value="3"' in answer.text
    assert asked(Order.objects.get(source="public")) == {"草莓": 1}


def test_after_the_cut_off_the_page_only_tells_what_became_of_it(client, order_with, campaign, berries, operator):
    url = order_with((berries, "3"))["Location"]
    order = Order.objects.get()
    cut_off(campaign=campaign, by=operator, now=timezone.now())
    line = order.lines.get()
    record_shortage(line_id=line.pk, quantity=Decimal(1), reason="", by=operator, now=timezone.now())
    deliver(line_ids=[line.pk], by=operator, now=timezone.now())

    page = client.get(url, headers=ENGLISH).text
    refused = client.post(url, {f"offer-{berries.pk}": "0"}, headers=ENGLISH)

    assert "1 盒 missing" in page
    assert "2 盒 delivered" in page
    assert "Save the change" not in page
    assert refused.status_code == 422
    assert "takes no more orders" in refused.text
    assert asked(order) == {"草莓": 3}


def test_what_the_chain_asks_for_is_changed_in_the_chain(order_with, campaign, group, berries):
    order_with((berries, "3"))
    order = Order.objects.get()
    ChainEntry.objects.create(
        campaign=campaign, group=group, key="k", raw="", lines={str(berries.pk): "2"}, member=order.member, order=order
    )

    with pytest.raises(Exception, match="2 盒"):
        change_own_order(order=order, quantities={berries.pk: Decimal(1)}, now=timezone.now())

    assert change_own_order(order=order, quantities={berries.pk: Decimal(2)}, now=timezone.now())


@pytest.mark.parametrize("spoil", [lambda t: t[:-1] + ("A" if t[-1] != "A" else "B"), lambda t: "1", lambda t: "1.x.y"])
def test_a_token_that_was_not_given_out_opens_nothing(client, order_with, campaign, berries, spoil):
    order_with((berries, "1"))
    token = token_of(Order.objects.get())

    assert client.get(f"/c/{campaign.code}/mine/{token}/").status_code == 200
    assert client.get(f"/c/{campaign.code}/mine/{spoil(token)}/").status_code == 404


def test_a_token_opens_its_order_in_its_campaign_and_for_two_months(
    client, order_with, group, selling, campaign, berries, monkeypatch
):
    order_with((berries, "1"))
    token, other = token_of(Order.objects.get()), selling(group, title="别的团")

    assert client.get(f"/c/{other.code}/mine/{token}/").status_code == 404
    later = timezone.now().timestamp() + 61 * 24 * 3600
    monkeypatch.setattr("django.core.signing.time.time", lambda: later)
    assert client.get(f"/c/{campaign.code}/mine/{token}/").status_code == 404


# What is refused


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"phone": "12345"}, "Write a mobile number like 138 0000 0000."),
        ({"phone": ""}, "This field is required."),
        ({"door": " "}, "This field is required."),
        ({"name": "\u200b\u202e"}, "This field is required."),
        ({"name": "王" * 41}, "at most 40 characters"),
        ({"door": "㍿" * 20}, "Write the door shorter"),
        ({"note": "长" * 201}, "at most 200 characters"),
        ({"website": "http://spam.example"}, "This field stays empty"),
        ({"offer-999999": "1"}, "One of the products is not part of this campaign."),
    ],
)
def test_what_is_wrong_is_said_and_the_rest_is_kept(order_with, berries, fields, sentence):
    answer = order_with((berries, "2"), **fields)

    assert answer.status_code == 422
    assert sentence in answer.text
    assert 'value="2"' in answer.text
    assert not Order.objects.exists()
    assert not Member.objects.exists()


@pytest.mark.parametrize(
    ("quantity", "sentence"),
    [
        ("1.5", "“草莓” is sold in whole 盒."),
        ("4", "“草莓”: at most 3 盒 a member."),
        ("-1", "greater than or equal to 0"),
        ("100000", "less than or equal to 999"),
        ("1e9", "less than or equal to 999"),
        ("NaN", "Enter a number."),
        ("两盒", "Enter a number."),
        ("0", "Say what and how much: the order is empty."),
        ("", "Say what and how much: the order is empty."),
    ],
)
def test_a_quantity_that_cannot_be_is_refused(order_with, berries, quantity, sentence):
    answer = order_with((berries, quantity))

    assert answer.status_code == 422
    assert sentence in answer.text
    assert not Order.objects.exists()


def test_sold_out_meanwhile_names_the_good_and_saves_nothing(order_with, group, berries, oranges):
    for quantity in (3, 1):
        order_for(make.make_member(group=group), (berries, quantity), group=group, now=timezone.now())
    people = Member.objects.count()

    answer = order_with((oranges, "1"), (berries, "2"))

    assert answer.status_code == 422
    assert "Only 1 盒 of “草莓” are left." in answer.text
    assert "1 盒 left" in answer.text
    assert 'value="3-1701"' in answer.text
    assert (Member.objects.count(), Order.objects.filter(source="public").count()) == (people, 0)
    assert not SentForm.objects.exists()


def test_an_offer_of_another_campaign_is_refused(order_with, group, selling, berries):
    stranger = make.make_offer(selling(group, title="别的团"))

    answer = order_with((berries, "1"), (stranger, "1"))

    assert "One of the products is not part of this campaign." in answer.text
    assert not Order.objects.exists()


def test_a_group_in_which_the_campaign_does_not_run_is_refused(order_with, campaign, other_group, berries):
    campaign.groups.add(other_group)

    answer = order_with((berries, "1"), group=make.make_group("外面的群").pk)

    assert answer.status_code == 422
    assert not Order.objects.exists()


def test_a_campaign_cut_off_while_the_page_was_open_takes_nothing(order_with, campaign, berries, operator):
    cut_off(campaign=campaign, by=operator, now=timezone.now())

    answer = order_with((berries, "1"))

    assert answer.status_code == 422
    assert "takes no more orders: it is past its cut-off. Nothing was saved." in answer.text
    assert not Member.objects.filter(phone=PHONE).exists()


def test_a_name_stays_text(order_with, berries, operator, signed_in):
    name = '=HYPERLINK("x") 👩‍🌾<b>'

    order_with((berries, "1"), name=f"{name}\u202e")

    assert Member.objects.get().name == name
    page = signed_in(operator).get("/orders/").text
    assert "👩‍🌾&lt;b&gt;" in page
    assert "Public page" in page


def test_too_many_from_one_address_are_refused_and_what_was_typed_is_kept(order_with, settings, berries):
    settings.PUBLIC_FORMS_PER_ADDRESS = 2
    for _try in range(2):
        order_with((berries, "9"))

    answer = order_with((berries, "1"))

    assert answer.status_code == 429
    assert "Too many forms came from here within an hour." in answer.text
    assert 'value="3-1701"' in answer.text
    assert not Order.objects.exists()


def test_too_many_for_one_campaign_are_refused_wherever_they_come_from(order_with, settings, berries):
    settings.PUBLIC_FORMS_PER_CAMPAIGN, settings.PROXIES = 1, 1
    order_with((berries, "9"), browser=Client(headers={"X-Forwarded-For": "203.0.113.1"}))

    answer = order_with((berries, "1"), browser=Client(headers={"X-Forwarded-For": "203.0.113.2"}))

    assert answer.status_code == 429


@pytest.mark.parametrize(("proxies", "sources"), [(0, 1), (1, 2)])
def test_only_our_own_proxies_are_believed_about_the_address(order_with, settings, berries, proxies, sources):
    settings.PROXIES = proxies
    for seen in ("1.1.1.1, 203.0.113.1", "2.2.2.2, 203.0.113.1", "203.0.113.2"):
        order_with((berries, "9"), browser=Client(headers={"X-Forwarded-For": seen}))

    assert FormCount.objects.count() == sources + 1  # and the campaign
    assert "203.0" not in str(FormCount.objects.values())


def test_a_form_on_another_site_orders_nothing(client, campaign, order_with, berries):
    order_with((berries, "1"), browser=Client(headers={"Sec-Fetch-Site": "cross-site"}))

    assert not Order.objects.exists()


def test_an_address_with_a_null_is_not_found(client, campaign):
    assert client.get("/c/%00x/").status_code == 404


def test_old_forms_are_forgotten_and_their_orders_stay(order_with, berries):
    order_with((berries, "1"))

    assert forget_forms(now=timezone.now() + timedelta(days=31)) == 3
    assert Order.objects.exists()


# What it came through


@pytest.mark.parametrize(
    ("via", "credited"),
    [
        ("abc2345", ("abc2345", "opened")),
        ("ABC2345", ("abc2345", "opened")),
        ("nothing", ("", "")),
        ("'\0;--", ("", "")),
    ],
)
def test_the_link_somebody_came_through_is_credited(client, order_with, campaign, group, berries, via, credited):
    make_publication(code="abc2345", group=group, campaign=campaign, day=timezone.localdate())

    order_with((berries, "1"), via=via)

    order = Order.objects.get()
    assert (order.link_code, order.link_basis) == credited


def test_the_form_carries_the_link_along_and_a_nonce_of_its_own(client, campaign, berries):
    pages = [client.get(f"/c/{campaign.code}/?via=abc2345").text for _time in range(2)]

    assert all('name="via" value="abc2345"' in page for page in pages)
    first, second = (re.search(r'name="nonce" value="([0-9a-f]{32})"', page)[1] for page in pages)
    assert first != second
