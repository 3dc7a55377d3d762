"""From statement to payout in a browser: two admins, a leader, an auditor; every page strict, accessible and light."""

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from core.enums import Role
from referrals import services
from referrals.enums import DisputeState, PayoutLayout
from referrals.models import PayoutBatch, Statement
from tests.browser.steps import DESK_BYTES, LEADER_BYTES
from tests.factories import make_leader, make_user
from tests.referrals.sales import END_OF_MARCH
from tests.referrals.stating import Books
from tests.referrals.test_payouts import NOW, PAY_DAY

PASSWORD = "苹果-七-火车-云"


def to(name: str, *arguments: object) -> str:
    return reverse(f"referrals:{name}", args=arguments)


@pytest.fixture
def books(site: str) -> Books:
    """March run and approved: 周敏 earned 4 520.36 on two orders, 李强 800.00."""
    books = Books()
    books.sale(4_500_00)
    books.sale(20_36)
    books.sale(800_00, leader=make_leader(name="李强"))
    books.run_march()
    books.approver.set_password(PASSWORD)
    books.approver.save()
    return books


def test_a_month_is_stated_disputed_approved_and_paid(strict: Page, books: Books, visitor: Callable[..., None]) -> None:
    page = strict
    visitor(user=books.preparer, language="en")
    page.goto(f"{to('statement_list')}?period={books.march.pk}")
    page.get_by_role("button", name="Issue 2026-03").click()
    expect(page.get_by_text("2 statements issued, ¥5,320.36 to be paid.")).to_be_visible()

    visitor(user=books.leader.user, language="en")
    page.goto(to("earnings"))
    page.get_by_role("link", name="2026-03").click()
    page.get_by_role("link", name="周五鲜果团").first.click()
    page.get_by_role("link", name="Not right?").first.click()
    page.get_by_label("What is wrong").fill("少算一盒")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("Waits for an answer")).to_be_visible()

    visitor(user=books.approver, language="en")
    page.goto(to("dispute_list"))
    page.get_by_role("link", name="周敏").click()
    page.get_by_label("The amount stands").check()
    page.get_by_label("Answer to the earner").fill("按实送算")
    page.get_by_role("button", name="Answer").click()
    page.goto(f"{to('statement_list')}?period={books.march.pk}")
    page.get_by_role("button", name="Approve 2 statements").click()
    expect(page.get_by_text("2 statements approved, ¥5,320.36 to be paid.")).to_be_visible()

    visitor(user=books.preparer, language="en")
    page.goto(to("payout_list"))
    page.get_by_role("link", name="New payout").click()
    page.get_by_label("To be paid on").fill("2026-04-15")
    page.get_by_role("button", name="Check").click()
    # 4 520.36 − 723.26 + 800.00 = 4 597.10
    expect(page.get_by_text("人民币肆仟伍佰玖拾柒元壹角整")).to_be_visible()

    visitor(user=books.approver, language="en")
    page.goto(to("payout_detail", PayoutBatch.objects.get().pk))
    page.get_by_role("link", name="Approve").click()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_text("Take the file to the bank.")).to_be_visible()

    paid, back = Statement.objects.order_by("-payable_fen")
    rows = f"number,outcome,reason\n{paid.number},成功,\n{back.number},失败,账号有误\n"
    returns = {"name": "r.csv", "mimeType": "text/csv", "buffer": rows.encode()}
    page.get_by_label("File from the bank").set_input_files(files=[returns])
    page.get_by_role("button", name="Take in").click()
    expect(page.get_by_text("1 paid, 1 returned, 0 unknown.")).to_be_visible()

    visitor(user=books.leader.user, language="en")
    page.goto(to("earnings"))
    expect(page.locator(".figures div").filter(has_text="Paid, ¥").last).to_contain_text("4,520.36")


def test_everybody_can_use_every_page_on_phone_and_desk_and_they_are_light(
    books: Books, visitor: Callable[..., None], weight: Callable[[str], int], wrong_on: Any
) -> None:
    books.issue(books.march, END_OF_MARCH)
    mine = books.statement(books.march)
    order = books.leader.led_orders.first()
    leader, auditor = books.leader.user, make_user(Role.AUDITOR, name="赵审计")
    dispute = services.raise_dispute(statement=mine, order=order, text="少算一盒", by=leader, now=END_OF_MARCH)
    of_the_leader = [
        to("earnings"),
        to("statement_detail", mine.pk),
        to("statement_orders", mine.pk, order.campaign_id),
        to("dispute_create", mine.pk, books.leader.led_orders.last().pk),
    ]
    assert wrong_on(leader, *of_the_leader) == []
    listed = f"{to('statement_list')}?period={books.march.pk}"
    waiting = [listed, to("statement_detail", mine.pk), to("dispute_list"), to("dispute_detail", dispute.pk)]
    assert wrong_on(books.approver, *waiting, to("earner_terms", mine.earner_id)) == []

    services.answer_dispute(dispute=dispute, state=DisputeState.UPHELD, answer="对", by=books.approver, now=NOW)
    books.approve(books.march)
    assert wrong_on(books.preparer, to("payout_create"), reverse("core:prove"), to("closing", books.march.pk)) == []
    ids = list(Statement.objects.values_list("pk", flat=True))
    batch = services.prepare_payout(
        statements=ids, pays_on=PAY_DAY, layout=PayoutLayout.GENERIC, by=books.preparer, now=NOW
    )
    assert wrong_on(books.approver, to("payout_detail", batch.pk)) == []
    services.approve_payout(batch=batch, by=books.approver, now=NOW)
    read = [listed, to("statement_detail", mine.pk), to("payout_list"), to("payout_detail", batch.pk)]
    assert wrong_on(auditor, *read) == []

    visitor(user=books.approver)
    desk = max(weight(listed), weight(to("payout_detail", batch.pk)))
    visitor(user=leader)
    phone = max(weight(to("earnings")), weight(to("statement_detail", mine.pk)))

    assert desk <= DESK_BYTES
    assert phone <= LEADER_BYTES
