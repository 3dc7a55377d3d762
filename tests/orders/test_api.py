"""The API a program uses: what it sees, what it may place, and that a write is done once."""

from datetime import timedelta
from decimal import Decimal
from threading import Barrier, Thread

import pytest
from django.db import connection
from django.test import Client

from core.enums import Role, TokenScope
from core.models import ApiToken
from orders.models import Order, OrderLine
from orders.services import cut_off
from tests import factories as make

pytestmark = pytest.mark.django_db


class Program:
    """A client that carries a person's token."""

    def __init__(self, user, scope=TokenScope.WRITE, **token):
        self.user = user
        self.client = Client(headers={"authorization": f"Bearer {make.make_token(user, scope, **token)}"})

    def get(self, path, **query):
        return self.client.get(f"/api/v1/{path}", query)

    def order(self, body, key="k1"):
        return self.client.post(
            "/api/v1/orders/", body, content_type="application/json", headers={"Idempotency-Key": key}
        )


@pytest.fixture
def group():
    return make.make_group()


@pytest.fixture
def campaign(group):
    return make.make_campaign(group, opens_at=make.LONG_AGO_MOMENT, cuts_off_at=make.FAR_OFF)


@pytest.fixture
def offer(campaign):
    return make.make_offer(campaign, "草莓", unit="盒", counted=True, price_fen=2990, stock=Decimal(5), cost_fen=2000)


@pytest.fixture
def member(group):
    return make.make_member(group=group, door="6-1201")


@pytest.fixture
def operator():
    return Program(make.make_user(Role.OPERATOR))


@pytest.fixture
def leader(group):
    return Program(make.make_leader(group).user)


@pytest.fixture
def stranger():
    return Program(make.make_leader(make.make_group("别的群"), name="陌生").user)


@pytest.fixture
def body(campaign, group, member, offer):
    return {
        "campaign": campaign.pk,
        "group": group.pk,
        "member": member.pk,
        "lines": [{"offer": offer.pk, "quantity": "2"}],
    }


def test_an_order_is_placed_and_answered_as_it_stands(operator, body, offer):
    answer = operator.order(body)

    assert answer.status_code == 201
    (line,) = answer.json()["lines"]
    assert (line["offer"], line["quantity"], line["amount_fen"]) == (offer.pk, "2.000", 5980)
    assert operator.get(f"orders/{answer.json()['id']}/").json() == answer.json()


def test_the_same_key_places_one_order_and_is_answered_the_same(operator, body):
    first, second = operator.order(body), operator.order(body)

    assert (first.status_code, first.json()) == (second.status_code, second.json())
    assert OrderLine.objects.get().quantity == 2


def test_another_key_adds_to_the_members_order(operator, body):
    operator.order(body, key="k1")
    operator.order(body, key="k2")

    assert OrderLine.objects.get().quantity == 4


def test_a_key_that_stood_for_another_order_is_refused(operator, body):
    operator.order(body)

    answer = operator.order({**body, "note": "放门口"})

    assert (answer.status_code, answer.json()["code"]) == (422, "key_used_for_another_request")


def test_an_order_without_a_key_is_refused(operator, body):
    answer = operator.client.post("/api/v1/orders/", body, content_type="application/json")

    assert answer.status_code == 400
    assert "Idempotency-Key" in answer.json()["fields"]
    assert not Order.objects.exists()


def test_what_cannot_be_placed_says_why_and_frees_the_key(operator, body, campaign, offer):
    too_many = operator.order({**body, "lines": [{"offer": offer.pk, "quantity": "6"}]})
    assert (too_many.status_code, too_many.json()["code"]) == (409, "offer_sold_out")

    assert operator.order(body).status_code == 201
    cut_off(campaign=campaign, by=None, now=make.NOW)
    late = operator.order(body, key="k2")
    assert (late.status_code, late.json()["code"]) == (409, "campaign_closed")


@pytest.mark.parametrize("foreign", ["campaign", "group", "member", "offer"])
def test_ids_in_the_body_must_be_ones_own(stranger, leader, body, foreign, group):
    own_group = make.Group.objects.get(name="别的群")
    own_campaign = make.make_campaign(own_group, opens_at=make.LONG_AGO_MOMENT, cuts_off_at=make.FAR_OFF)
    own = {
        "campaign": own_campaign.pk,
        "group": own_group.pk,
        "member": make.make_member("自己人", group=own_group).pk,
        "lines": [{"offer": make.make_offer(own_campaign).pk, "quantity": "1"}],
    }
    assert stranger.order(own, key="own").status_code == 201

    mixed = {**own, "lines": body["lines"]} if foreign == "offer" else {**own, foreign: body[foreign]}
    answer = stranger.order(mixed, key="mixed")

    assert answer.status_code == 400
    assert Order.objects.count() == 1


@pytest.mark.parametrize("path", ["groups/", "members/", "campaigns/", "offers/", "orders/"])
def test_a_leader_of_another_group_sees_nothing_of_this_one(operator, leader, stranger, body, path):
    operator.order(body)
    mine = leader.get(path).json()["results"]

    theirs = stranger.get(path).json()["results"]

    assert len(mine) == 1 if path != "members/" else len(mine) >= 1
    assert not {one["id"] for one in mine} & {one["id"] for one in theirs}
    assert stranger.get(f"{path}{mine[0]['id']}/").status_code == 404


def test_costs_stay_inside_the_house(leader, offer):
    assert "cost_fen" not in leader.get("offers/").json()["results"][0]
    assert "cost_fen" not in leader.get("campaigns/").json()["results"][0]["offers"][0]


def test_a_token_that_is_none_is_refused_with_a_sentence(client, group):
    answer = client.get("/api/v1/groups/", headers={"authorization": "Bearer nonsense"})

    assert answer.status_code == 401
    assert answer.json()["detail"]


def test_a_token_that_may_only_read_places_nothing(body):
    reader = Program(make.make_user(Role.OPERATOR), TokenScope.READ)
    reader.client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"

    assert reader.get("groups/").status_code == 200
    answer = reader.order(body)

    assert answer.status_code == 403
    assert answer.json() == {
        "detail": "This token may only read. Nothing was saved; use one that may also write.",
        "code": "token_only_reads",
    }
    assert not Order.objects.exists()


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
@pytest.mark.parametrize("path", ["groups/", "members/", "campaigns/", "offers/", "orders/", "commission-entries/"])
def test_a_token_that_may_only_read_writes_at_no_door(path, method):
    reader = Program(make.make_user(Role.OPERATOR), TokenScope.READ)

    answer = getattr(reader.client, method)(f"/api/v1/{path}")

    assert (answer.status_code, answer.json()["code"]) == (403, "token_only_reads")


def test_a_token_that_has_ended_is_refused_and_forgotten(group):
    late = Program(make.make_user(Role.OPERATOR), expiry=timedelta(seconds=-1))

    answer = late.get("groups/")

    assert (answer.status_code, answer.json()["code"]) == (401, "authentication_failed")
    assert not ApiToken.objects.exists()


def test_without_a_token_there_is_no_answer(client, group):
    assert client.get("/api/v1/groups/").status_code == 401


@pytest.mark.parametrize(
    ("path", "queries"), [("groups/", 4), ("members/", 5), ("campaigns/", 7), ("offers/", 4), ("orders/", 5)]
)
@pytest.mark.parametrize("rows", [1, 3])
def test_a_list_costs_the_same_queries_for_one_row_as_for_three(
    operator, group, rows, path, queries, django_assert_num_queries
):
    for number in range(rows):
        home = make.make_group(f"群{number}")
        campaign = make.make_campaign(home)
        make.order_for(make.make_member(group=home), (make.make_offer(campaign), 1), group=home)

    # Token and its user, the count of requests, then the rows, and one each for what hangs on them.
    with django_assert_num_queries(queries):
        assert len(operator.get(path).json()["results"]) >= rows


def test_members_are_found_by_door_pinyin_and_group(operator, group):
    wanted = make.make_member("周敏", group=group, door="3-201")
    make.make_member("李雷", group=make.make_group("二群"), door="3-202")

    for query in ({"q": "zm"}, {"door": "3-201"}, {"group": group.pk}):
        assert [one["id"] for one in operator.get("members/", **query).json()["results"]] == [wanted.pk]


@pytest.mark.django_db(transaction=True)
def test_the_same_key_at_the_same_moment_places_one_order(operator, body):
    gate, answers = Barrier(4), []

    def send():
        gate.wait()
        answers.append(operator.order(body).status_code)
        connection.close()

    threads = [Thread(target=send) for _each in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert answers == [201] * 4
    assert OrderLine.objects.get().quantity == 2


@pytest.mark.parametrize("quantity", ["999999999", "100000", "9" * 40, "1e400"])
def test_a_quantity_nobody_orders_is_refused_with_a_sentence(operator, body, offer, quantity):
    operator.client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"

    answer = operator.order({**body, "lines": [{"offer": offer.pk, "quantity": quantity}]})

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    assert next(iter(answer.json()["fields"]["lines"].values()))["quantity"] == ["A quantity is at most 99999.999."]


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.ADMIN])
def test_who_only_looks_places_nothing(role, body):
    answer = Program(make.make_user(role)).order(body)

    assert (answer.status_code, answer.json()["code"]) == (403, "permission_denied")
    assert set(answer.json()) == {"detail", "code"}
    assert not Order.objects.exists()


def test_two_spellings_of_a_door_are_one_household(operator, body):
    operator.order({**body, "door": "3栋1701"})

    assert Order.objects.get().door == "3-1701"


def test_what_was_answered_stands_after_the_member_has_left(operator, body, member):
    first = operator.order(body)
    member.memberships.update(left_on=make.TODAY)

    again = operator.order(body)

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert operator.order(body, key="k2").status_code == 400


def test_a_blank_key_is_none(operator, body):
    assert operator.order(body, key="   ").status_code == 400
    assert not Order.objects.exists()


def test_an_id_that_is_not_found_has_the_one_shape_and_the_asked_language(operator):
    answer = operator.client.get("/api/v1/orders/999/", headers={"accept-language": "en"})

    assert answer.status_code == 404
    assert answer.json() == {"detail": "There is nothing with this id, or it is not yours to see.", "code": "not_found"}
