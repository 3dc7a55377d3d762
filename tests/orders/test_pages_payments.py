"""收款: the money of an order on its page, one tap a door, what leaders hold and hand over."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from orders.enums import ClaimState, PayMethod
from orders.models import Holding, Order, Payment, PaymentClaim, Settlement
from orders.queries import due_of
from orders.services import claim_red_packet, collect_due, hand_over, top_up
from tests import factories as make
from tests.factories import order_for

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


@pytest.fixture
def campaign(group, other_group, selling):
    return selling(group, other_group)


@pytest.fixture
def berries(campaign):
    return make.make_offer(campaign, "草莓", unit="盒", counted=True, price_fen=2990)


@pytest.fixture
def buys(berries, group):
    """Two 盒, ¥59.80, for somebody; in the own group unless told otherwise."""

    def order_of(name: str = "王芳", *, of=None) -> Order:
        of = of or group
        member = make.make_member(name, group=of, door="3-1701")
        return order_for(member, (berries, 2), group=of, now=timezone.now())

    return order_of


@pytest.fixture
def collected(leader):
    """Collected in cash by the leader, in whole."""

    def collect(order: Order, *, method=PayMethod.CASH, by=None) -> Payment:
        due_fen, now = due_of(order.pk).fen, timezone.now()
        return collect_due(order=order, due_fen=due_fen, method=method, by=by or leader.user, now=now)

    return collect


def url(name: str, *args: int) -> str:
    return reverse(f"orders:{name}", args=args)


class TestOneTap:
    def test_a_tap_records_all_that_is_due_and_answers_with_the_row(self, signed_in, leader, campaign, buys):
        order = buys()

        answer = signed_in(leader.user).post(
            url("collect", order.pk), {"due": "5980", "method": "wechat"}, headers=HTMX
        )

        payment = order.payments.get()
        assert (payment.amount_fen, payment.method, payment.holder) == (5980, "wechat", leader)
        assert "<html" not in answer.text
        assert f'id="order-{order.pk}"' in answer.text
        assert "Everything is paid" in answer.text
        assert url("payment_take_back", payment.pk) in answer.text

    def test_a_second_tap_books_nothing_and_says_so(self, signed_in, leader, buys):
        order, browser = buys(), signed_in(leader.user)
        sent = {"due": "5980", "method": "cash"}

        answers = [browser.post(url("collect", order.pk), sent, headers=HTMX) for _tap in range(2)]

        assert [answer.status_code for answer in answers] == [200, 422]
        assert "Nothing was booked twice" in answers[1].text
        assert order.payments.count() == 1

    @pytest.mark.parametrize("sent", [{}, {"due": "", "method": "cash"}, {"due": "5980", "method": "gold"}])
    def test_a_tap_that_says_nothing_books_nothing(self, signed_in, leader, buys, sent):
        order = buys()

        answer = signed_in(leader.user).post(url("collect", order.pk), sent, headers=HTMX)

        assert (answer.status_code, Payment.objects.count()) == (422, 0)

    def test_the_toast_takes_it_back_and_leads_to_the_page(self, signed_in, leader, campaign, buys, collected):
        payment = collected(buys())

        answer = signed_in(leader.user).post(url("payment_take_back", payment.pk))

        assert answer["Location"] == f"{url('collecting', campaign.pk)}#order-{payment.order_id}"
        assert due_of(payment.order_id).fen == 5980

    def test_without_javascript_the_tap_leads_back_to_its_row(self, signed_in, leader, campaign, buys):
        order = buys()

        answer = signed_in(leader.user).post(url("collect", order.pk), {"due": "5980", "method": "cash"})

        assert answer["Location"] == f"{url('collecting', campaign.pk)}#order-{order.pk}"

    def test_an_operator_chooses_the_group_first_and_stays_in_it(
        self, signed_in, operator, campaign, group, other_group, buys
    ):
        order, theirs, browser = buys(), buys("赵敏", of=other_group), signed_in(operator)

        groups = browser.get(url("collecting", campaign.pk)).text
        mine = browser.get(f"{url('collecting', campaign.pk)}?group={group.pk}")
        tapped = browser.post(url("collect", order.pk), {"due": "5980", "method": "cash"})

        assert groups.count("¥59.80") == 2
        assert [row.order for row in mine.context["rows"]] == [order]
        assert tapped["Location"] == f"{url('collecting', campaign.pk)}?group={group.pk}#order-{order.pk}"
        assert theirs.member.name not in mine.text

    def test_what_is_paid_is_out_of_the_way_until_asked_for(self, signed_in, leader, campaign, buys, collected):
        paid, owing = buys("王芳"), buys("李雷")
        collected(paid)
        browser = signed_in(leader.user)

        pages = [browser.get(url("collecting", campaign.pk) + query) for query in ("", "?show=all")]

        assert [[row.order for row in page.context["rows"]] for page in pages] == [[owing], [owing, paid]]
        assert "¥59.80 due · ¥59.80 paid" in pages[0].text

    def test_a_leader_sees_and_collects_nothing_of_another_group(
        self, signed_in, leader, campaign, buys, other_group, collected, operator
    ):
        theirs = buys("赵敏", of=other_group)
        payment, browser = collected(theirs, by=operator), signed_in(leader.user)
        claim = claim_red_packet(order=theirs, amount_fen=1, by=operator, now=timezone.now())

        assert "赵敏" not in browser.get(url("collecting", campaign.pk) + "?show=all").text
        refused = [
            url("collect", theirs.pk),
            url("payment_add", theirs.pk),
            url("packet_add", theirs.pk),
            url("payment_take_back", payment.pk),
            url("claim_confirm", claim.pk),
            url("claim_refuse", claim.pk),
        ]
        assert {browser.post(one, {"due": "1", "method": "cash"}).status_code for one in refused} == {404}

    @pytest.mark.parametrize("rows", [1, 3])
    def test_the_page_costs_the_same_queries_for_one_row_as_for_three(
        self, signed_in, leader, campaign, buys, collected, django_assert_num_queries, rows
    ):
        for number in range(rows):
            buys(f"甲{number}")
            paid = buys(f"乙{number}")
            collected(paid)
            claim_red_packet(order=paid, amount_fen=1, by=leader.user, now=timezone.now())
        browser = signed_in(leader.user)

        with django_assert_num_queries(7):  # session, user; campaign, groups; orders, payments, claims
            browser.get(url("collecting", campaign.pk) + "?show=all")


class TestOrderPage:
    def pay(self, browser, order, **fields):
        typed = {"paid": "0", "move": "in", "amount_fen": "20", "method": "cash", **fields}
        sent = {f"pay-{field}": value for field, value in typed.items()}
        return browser.post(url("payment_add", order.pk), {"page": "order", **sent})

    def test_a_part_is_recorded_and_what_is_left_is_due(self, signed_in, leader, buys):
        order, browser = buys(), signed_in(leader.user)

        answer = self.pay(browser, order)
        page = browser.get(answer["Location"]).text

        assert "¥39.80 due" in page
        assert "with 周敏" in page

    def test_what_is_too_much_is_to_give_back_and_given_back(self, signed_in, operator, leader, buys):
        order, browser = buys(), signed_in(operator)

        self.pay(browser, order, amount_fen="100", holder=str(leader.pk))
        assert "¥40.20 to give back" in browser.get(f"/orders/{order.pk}/").text
        browser.post(url("collect", order.pk), {"page": "order", "due": "-4020", "method": "cash"})

        assert due_of(order.pk).fen == 0
        assert Holding.objects.get(leader=leader).amount_fen == 10000, "the operator gave back from the house's money"

    @pytest.mark.parametrize(
        ("typed", "sentence"),
        [
            ({"amount_fen": "五块"}, "Write an amount like 12.80."),
            ({"amount_fen": "0"}, "An amount is more than nothing."),
            ({"move": "out"}, "Only ¥0.00 was paid for this order"),
            ({"paid": "100"}, "recorded for this order meanwhile"),
        ],
    )
    def test_an_impossible_payment_keeps_what_was_typed(self, signed_in, operator, buys, typed, sentence):
        order = buys()

        answer = self.pay(signed_in(operator), order, note="留着", **typed)

        assert answer.status_code == 422
        assert sentence in answer.text
        assert 'value="留着"' in answer.text
        assert not Payment.objects.exists()

    def test_the_money_can_only_be_with_somebody_who_led_the_group(self, signed_in, operator, buys, stranger):
        order = buys()

        answer = self.pay(signed_in(operator), order, holder=str(stranger.pk))

        assert (answer.status_code, Payment.objects.count()) == (422, 0)

    def test_a_leader_is_not_asked_who_has_it_nor_offered_a_balance(self, signed_in, leader, operator, buys):
        order = buys()
        top_up(member=order.member, amount_fen=9000, latest=0, by=operator, now=timezone.now())

        answer = self.pay(signed_in(leader.user), order, method="balance")

        assert (answer.status_code, Payment.objects.count()) == (422, 0)

    def test_a_red_packet_is_noted_and_becomes_money_when_it_was_opened(self, signed_in, leader, buys):
        order, browser = buys(), signed_in(leader.user)

        browser.post(url("packet_add", order.pk), {"packet-amount_fen": "59.80"})
        claim = PaymentClaim.objects.get()
        page = browser.get(f"/orders/{order.pk}/").text
        browser.post(url("claim_confirm", claim.pk), {"page": "order", "due": "5980"})

        assert "Red packet, not opened yet" in page
        assert order.payments.get().method == "red_packet"

    def test_a_second_red_packet_waits_for_the_first(self, signed_in, leader, buys):
        order, browser = buys(), signed_in(leader.user)

        answers = [browser.post(url("packet_add", order.pk), {"packet-amount_fen": "1"}) for _time in range(2)]

        assert [answer.status_code for answer in answers] == [302, 422]
        assert "waits already" in answers[1].text

    def test_a_claim_is_refused(self, signed_in, leader, buys):
        order = buys()
        claim = claim_red_packet(order=order, amount_fen=1, by=leader.user, now=timezone.now())

        signed_in(leader.user).post(url("claim_refuse", claim.pk), {"page": "order"})

        claim.refresh_from_db()
        assert claim.state == ClaimState.REFUSED

    @pytest.mark.parametrize("who", ["admin", "auditor"])
    def test_others_at_the_desk_read_payments_and_record_none(self, signed_in, request, buys, collected, who):
        payment = collected(buys())
        browser = signed_in(request.getfixturevalue(who))

        page = browser.get(f"/orders/{payment.order_id}/").text

        assert "with 周敏" in page
        assert "/take-back/" not in page
        assert browser.post(url("payment_take_back", payment.pk)).status_code == 404

    @pytest.mark.parametrize("rows", [1, 3])
    def test_the_page_costs_the_same_queries_for_one_payment_as_for_three(
        self, signed_in, operator, buys, collected, django_assert_num_queries, rows
    ):
        order, browser = buys(), signed_in(operator)
        for number in range(rows):
            self.pay(browser, order, paid=str(number * 2000))
        browser.get(f"/orders/{order.pk}/")  # says what was recorded

        # session, user, side bar; order, lines, payments, claims, coupons, leaders to choose from; what happened
        with django_assert_num_queries(11):
            browser.get(f"/orders/{order.pk}/")


class TestHandingOver:
    def test_an_operator_confirms_and_gets_the_receipt(self, signed_in, operator, leader, buys, collected):
        collected(buys())
        browser = signed_in(operator)

        held = browser.get(url("holding_detail", leader.pk)).text
        answer = browser.post(url("hand_over", leader.pk), {"amount_fen": "50", "latest": "0", "note": "两个信封"})
        receipt = browser.get(answer["Location"]).text

        settlement = Settlement.objects.get()
        assert 'value="59.80"' in held
        assert [word in receipt for word in (settlement.number, "周敏", "¥50.00", "沈嘉宁", "两个信封")] == [True] * 5
        assert Holding.objects.get(leader=leader).amount_fen == 980

    @pytest.mark.parametrize(
        ("amount", "latest", "sentence"),
        [("59.81", "0", "holds less than that"), ("0", "0", "more than nothing"), ("1", "7", "recorded meanwhile")],
    )
    def test_a_hand_over_that_cannot_be_keeps_what_was_typed(
        self, signed_in, operator, leader, buys, collected, amount, latest, sentence
    ):
        collected(buys())

        answer = signed_in(operator).post(
            url("hand_over", leader.pk), {"amount_fen": amount, "latest": latest, "note": "留着"}
        )

        assert answer.status_code == 422
        assert sentence in answer.text
        assert 'value="留着"' in answer.text
        assert not Settlement.objects.exists()

    def test_a_leader_sees_what_they_hold_and_their_receipts_and_nobody_elses(
        self, signed_in, operator, leader, stranger, buys, collected
    ):
        collected(buys())
        receipt = hand_over(leader=leader, amount_fen=5000, latest=0, by=operator, now=timezone.now())
        mine, theirs = signed_in(leader.user), signed_in(stranger.user)

        page = mine.get(url("holding_own")).text

        assert ("¥9.80" in page, receipt.number in page) == (True, True)
        assert mine.get(url("settlement", receipt.pk)).status_code == 200
        assert "¥9.80" not in theirs.get(url("holding_own")).text
        assert theirs.get(url("settlement", receipt.pk)).status_code == 404

    def test_a_leader_confirms_no_hand_over(self, signed_in, leader, buys, collected):
        collected(buys())

        answer = signed_in(leader.user).post(url("hand_over", leader.pk), {"amount_fen": "1", "latest": "0"})

        assert (answer.status_code, Settlement.objects.count()) == (404, 0)

    def test_a_wrong_receipt_is_taken_back_and_says_so(self, signed_in, admin, leader, operator, buys, collected):
        collected(buys())
        receipt = hand_over(leader=leader, amount_fen=5980, latest=0, by=operator, now=timezone.now())
        browser = signed_in(admin)

        browser.post(url("settlement_take_back", receipt.pk))
        page = browser.get(url("settlement", receipt.pk)).text
        again = browser.post(url("settlement_take_back", receipt.pk))

        assert "It no longer counts" in page
        assert (again.status_code, Holding.objects.get(leader=leader).amount_fen) == (422, 5980)

    @pytest.mark.parametrize("rows", [1, 3])
    def test_the_list_costs_the_same_queries_for_one_leader_as_for_three(
        self, signed_in, auditor, operator, campaign, berries, django_assert_num_queries, rows
    ):
        for number in range(rows):
            group = make.make_group(f"{number}群")
            campaign.groups.add(group)
            head = make.make_leader(group, name=f"区长{number}")
            order = order_for(make.make_member(group=group), (berries, 1), group=group, now=timezone.now())
            due = {"order": order, "due_fen": 2990, "method": PayMethod.CASH}
            collect_due(**due, by=head.user, now=timezone.now())
            hand_over(leader=head, amount_fen=1000, latest=0, by=operator, now=timezone.now())
        browser = signed_in(auditor)

        with django_assert_num_queries(3):  # session, user (nothing waits for an auditor); holdings
            page = browser.get(url("holding_list"))

        assert [one.amount_fen for one in page.context["holdings"]] == [1990] * rows


class TestBalance:
    def test_a_member_pays_in_advance_and_is_charged(self, signed_in, operator, buys, collected):
        order, browser = buys(), signed_in(operator)
        here = url("balance", order.member_id)

        browser.post(url("balance_top_up", order.member_id), {"top-up-amount_fen": "100", "top-up-latest": "0"})
        collected(order, method=PayMethod.BALANCE, by=operator)

        page = browser.get(here).text
        assert ("¥40.20" in page, "−¥59.80" in page) == (True, True)

    def test_a_correction_below_nothing_is_refused_at_its_field(self, signed_in, admin, buys):
        order = buys()
        typed = {"move": "out", "amount_fen": "1", "reason": "算错", "latest": "0"}

        answer = signed_in(admin).post(
            url("balance_correct", order.member_id), {f"correct-{field}": value for field, value in typed.items()}
        )

        assert answer.status_code == 422
        assert "does not hold that much" in answer.text
        assert 'value="算错"' in answer.text


def test_the_campaigns_page_says_what_is_unpaid_and_follows_it(signed_in, operator, campaign, buys, collected):
    order, browser = buys(), signed_in(operator)
    buys("李雷")
    unpaid = browser.get(f"/campaigns/{campaign.pk}/").context["kpis"][-1]

    collected(order)

    live = browser.get(f"/campaigns/{campaign.pk}/live/", headers=HTMX).text
    assert (unpaid.value, unpaid.note) == ("119.60", "2 orders")
    assert url("collecting", campaign.pk) in live
    assert ">59.80<" in live
    assert "1 order<" in live


def test_the_list_of_orders_says_what_is_due_of_each(signed_in, operator, buys, collected):
    collected(buys("王芳"))
    buys("李雷")

    page = signed_in(operator).get("/orders/").text

    assert page.count("unpaid") == 1


def test_a_red_packet_that_waits_stands_on_the_leaders_day_until_it_ran_out(signed_in, leader, buys):
    now = timezone.now()
    claim_red_packet(order=buys("王芳"), amount_fen=100, by=leader.user, now=now)
    claim_red_packet(order=buys("李雷"), amount_fen=200, by=leader.user, now=now - timedelta(hours=25))

    page = signed_in(leader.user).get("/leader/").text

    assert ("王芳 ¥1.00" in page, "李雷 ¥2.00" in page) == (True, False)
