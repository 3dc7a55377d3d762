"""The pages of signals: who reads and decides, what an earner is told, what the closing says, how few questions."""

from typing import Any

import pytest
from django.urls import reverse

from core.enums import Role
from core.models import Job
from referrals.enums import Verdict
from referrals.models import Signal, SignalDecision
from tests.factories import make_user
from tests.referrals.sales import END_OF_MARCH
from tests.referrals.signalling import Bindings
from tests.referrals.test_payment_pages import signed_in, text, to

pytestmark = pytest.mark.django_db


@pytest.fixture
def books() -> Bindings:
    return Bindings()


def test_an_admin_reads_why_and_decides_with_a_reason(books: Bindings) -> None:
    order, signal = books.held_sale(100_00)
    admin = signed_in(books.approver)

    listed = text(admin.get(to("signal_list")))
    assert "They are paid to one bank account." in listed
    assert "王芳 → 李强" in listed
    page = text(admin.get(to("signal_detail", signal.pk)))
    assert f"#{order.pk} 李强" in page
    assert "¥15.00" in page  # 10 % and 5 % of 100.00
    said = {"verdict": "refuse", "reason": "同一个人", "seen": "0"}
    answer = admin.post(to("signal_decide", signal.pk), said, follow=True)

    assert "Decided. What is held follows it" in text(answer)
    assert "No signal waits" in text(answer)
    assert "同一个人" in text(admin.get(f"{to('signal_list')}?state=decided"))


def test_a_decision_without_a_reason_keeps_what_was_chosen(books: Bindings) -> None:
    _order, signal = books.held_sale()

    answer = signed_in(books.approver).post(to("signal_decide", signal.pk), {"verdict": "pay", "seen": "0"})

    assert answer.status_code == 422
    assert answer.context["form"]["verdict"].value() == "pay"
    assert not SignalDecision.objects.exists()


def test_a_decision_after_somebody_elses_says_so(books: Bindings) -> None:
    _order, signal = books.held_sale()
    books.decide(signal, Verdict.PAY)

    said = {"verdict": "refuse", "reason": "同一个人", "seen": "0"}
    answer = signed_in(books.preparer).post(to("signal_decide", signal.pk), said)

    assert answer.status_code == 422
    assert "Somebody has decided meanwhile." in text(answer)


def test_an_auditor_reads_and_does_not_decide(books: Bindings) -> None:
    _order, signal = books.held_sale()

    page = signed_in(make_user(Role.AUDITOR)).get(to("signal_detail", signal.pk))

    assert page.context["form"] is None
    assert to("signal_decide", signal.pk) not in text(page)


def test_looking_now_is_a_job(books: Bindings) -> None:
    answer = signed_in(books.approver).post(to("signal_look"))

    assert answer["Location"] == reverse("core:job_detail", args=[Job.objects.get(kind="look_for_signals").pk])


def test_the_earner_reads_that_it_waits_and_nothing_of_others(books: Bindings) -> None:
    order, _signal = books.held_sale(100_00)
    earner = signed_in(books.wang.user)

    page = earner.get(to("earnings"))
    assert "Waits for a check. Nothing for you to do." in text(page)
    assert (page.context["waits_fen"], page.context["payable_fen"]) == (10_00, 0)
    assert "李强" not in text(page)
    assert "waits for a check" in text(earner.get(to("earnings_campaign", order.campaign_id)))


def test_the_earner_reads_why_it_was_refused(books: Bindings) -> None:
    order, signal = books.held_sale(100_00)
    books.decide(signal, Verdict.REFUSE, "两个账户属于同一个人")

    page = signed_in(books.wang.user).get(to("earnings"))

    assert "Not paid: 两个账户属于同一个人" in text(page)
    assert (page.context["waits_fen"], page.context["payable_fen"]) == (0, 0)
    assert "not paid after a check" in text(signed_in(books.wang.user).get(to("earnings_campaign", order.campaign_id)))


def test_what_is_to_be_paid_after_a_check_is_to_be_paid(books: Bindings) -> None:
    _order, signal = books.held_sale(100_00)
    books.decide(signal, Verdict.PAY)

    page = signed_in(books.wang.user).get(to("earnings"))

    assert page.context["payable_fen"] == 10_00
    assert "Waits for a check." not in text(page)


def test_the_closing_says_what_is_held_and_what_was_refused(books: Bindings) -> None:
    _order, signal = books.held_sale(100_00)
    books.issue(books.march, END_OF_MARCH)
    books.approve(books.march, END_OF_MARCH)
    admin = signed_in(books.preparer)

    page = admin.get(to("closing", books.march.pk))
    assert (page.context["waits_fen"], page.context["refused_fen"], page.context["agrees"]) == (15_00, 0, True)
    assert "Something still waits." in text(page)
    books.decide(signal, Verdict.REFUSE)
    page = admin.get(to("closing", books.march.pk))

    assert (page.context["waits_fen"], page.context["refused_fen"], page.context["agrees"]) == (0, 15_00, True)
    assert "Nothing waits, and statements and books say the same." in text(page)


@pytest.mark.parametrize("pairs", [1, 3])
def test_the_list_asks_as_much_for_three_signals_as_for_one(
    books: Bindings, pairs: int, django_assert_num_queries: Any
) -> None:
    books.bought(100_00)
    books.one_account(books.wang, books.li)
    books.run_march()
    books.look()
    if pairs == 3:
        for kind in ("door", "ring"):
            signal = Signal.objects.create(kind=kind, figures={"number": 4, "days": 7}, found_at=END_OF_MARCH)
            signal.pairs.create(kind=kind, referrer=books.wang, referee=books.li)
    client = signed_in(books.approver)
    client.get(to("signal_list"))

    with django_assert_num_queries(8):
        assert len(client.get(to("signal_list")).context["signals"]) == pairs
