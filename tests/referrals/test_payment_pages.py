"""The pages from statement to payout: who does what on them, what they say, and how few questions they ask."""

from time import time
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils.timezone import now

from community.models import Member
from core.enums import Role
from core.models import User
from core.tables import read_table
from referrals import services
from referrals.enums import BatchState, PayoutLayout, StatementState, TransferState
from referrals.models import Dispute, PayoutBatch, Statement, Transfer
from referrals.rules.payout_files import Returned
from tests.factories import make_leader, make_user
from tests.referrals.sales import A_DAY_IN_MARCH, END_OF_MARCH
from tests.referrals.stating import Books
from tests.referrals.test_payouts import NOW, PAY_DAY

pytestmark = pytest.mark.django_db

PASSWORD = "苹果-七-火车-云"


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    client.cookies["django_language"] = "en"
    return client


def to(name: str, *arguments: object) -> str:
    return reverse(f"referrals:{name}", args=arguments)


def text(answer: Any) -> str:
    return str(answer.content.decode())


@pytest.fixture
def books() -> Books:
    return Books()


@pytest.fixture
def issued(books: Books) -> Statement:
    books.sale(12_890)
    books.run_march()
    books.issue(books.march)
    return books.statement(books.march)


@pytest.fixture
def batch(books: Books) -> PayoutBatch:
    statement = books.march_stated(4_520_36)
    return services.prepare_payout(
        statements=[statement.pk], pays_on=PAY_DAY, layout=PayoutLayout.GENERIC, by=books.preparer, now=NOW
    )


# Statements


def test_an_admin_issues_a_period_and_another_one_approves_it(books: Books) -> None:
    books.sale(12_890)
    books.run_march()
    period = {"period": books.march.pk}

    answer = signed_in(books.preparer).post(to("statement_issue"), period, follow=True)
    assert "1 statement issued, ¥128.90 to be paid." in text(answer)
    assert to("statements_approve") not in text(answer)  # nothing here that the preparer may approve
    answer = signed_in(books.approver).post(to("statements_approve"), period, follow=True)
    assert "1 statement approved, ¥128.90 to be paid." in text(answer)
    assert Statement.objects.get().state == StatementState.APPROVED


def test_issuing_twice_says_why_not(books: Books, issued: Statement) -> None:
    answer = signed_in(books.preparer).post(to("statement_issue"), {"period": books.march.pk})

    assert answer.status_code == 422
    assert "No approved run has added anything that is not on a statement." in text(answer)


def test_approving_what_was_issued_by_oneself_says_whom_to_ask(books: Books, issued: Statement) -> None:
    answer = signed_in(books.preparer).post(to("statement_approve", issued.pk))

    assert answer.status_code == 422
    assert "You issued this yourself. Ask another admin" in text(answer)


def test_what_was_added_after_the_look_is_not_approved_unseen(books: Books, issued: Statement) -> None:
    client = signed_in(books.approver)
    assert 'name="seen" value="12890"' in text(client.get(to("statement_detail", issued.pk)))
    books.sale(90_000)
    books.run_march()
    books.issue(books.march)

    answer = client.post(to("statement_approve", issued.pk), {"seen": "12890"})

    assert answer.status_code == 422
    assert "The statement has changed since you opened it." in text(answer)
    assert client.post(to("statement_approve", issued.pk), {"seen": "102890"}).status_code == 302


def test_an_admin_who_earns_does_not_approve_the_own_statement(books: Books, issued: Statement) -> None:
    books.leader.user = books.approver
    books.leader.save(update_fields=["user"])
    client = signed_in(books.approver)

    answer = client.post(to("statement_approve", issued.pk))

    assert answer.status_code == 422
    assert "This statement is your own. Ask another admin" in text(answer)
    assert not client.get(to("statement_detail", issued.pk)).context["may_approve"]
    assert client.post(to("statements_approve"), {"period": books.march.pk}).status_code == 422
    assert Statement.objects.get().state == StatementState.ISSUED


def test_approving_all_where_nothing_is_ones_own_to_approve_says_so(books: Books, issued: Statement) -> None:
    answer = signed_in(books.preparer).post(to("statements_approve"), {"period": books.march.pk})

    assert answer.status_code == 422
    assert "None of these statements is yours to approve now" in text(answer)
    assert "approved already" not in text(answer)


def test_an_earner_reads_the_own_statement_and_no_other(books: Books, issued: Statement) -> None:
    stranger = make_leader(name="李强")

    page = signed_in(books.leader.user).get(to("statement_detail", issued.pk))

    assert "¥128.90" in text(page)
    assert signed_in(stranger.user).get(to("statement_detail", issued.pk)).status_code == 404
    campaign = issued.earner.led_orders.get().campaign_id
    assert signed_in(stranger.user).get(to("statement_orders", issued.pk, campaign)).status_code == 404


def test_an_earner_disputes_a_line_and_reads_the_answer(books: Books, issued: Statement) -> None:
    order = books.leader.led_orders.get()
    leader, admin = signed_in(books.leader.user), signed_in(books.preparer)

    answer = leader.post(to("dispute_create", issued.pk, order.pk), {"text": "少算一盒"}, follow=True)
    assert "The statement is not approved before you have an answer." in text(answer)
    refused = signed_in(books.approver).post(to("statement_approve", issued.pk))
    assert "A dispute on this statement waits for an answer." in text(refused)
    dispute = Dispute.objects.get()
    assert "少算一盒" in text(admin.get(to("dispute_list")))
    admin.post(to("dispute_answer", dispute.pk), {"state": "upheld", "answer": "按实送"})
    assert "按实送" in text(leader.get(to("statement_detail", issued.pk)))
    answer = admin.post(to("dispute_answer", dispute.pk), {"state": "corrected", "answer": "改了"})
    assert Dispute.objects.get().state == "upheld"


def test_a_dispute_without_words_is_asked_for_some(books: Books, issued: Statement) -> None:
    order = books.leader.led_orders.get()

    answer = signed_in(books.leader.user).post(to("dispute_create", issued.pk, order.pk), {"text": "  "})

    assert answer.status_code == 422
    assert not Dispute.objects.exists()


def test_an_order_that_is_not_on_the_statement_is_not_found(books: Books, issued: Statement) -> None:
    late = books.sale(500)

    assert signed_in(books.leader.user).get(to("dispute_create", issued.pk, late.pk)).status_code == 404


def test_the_phone_says_what_can_be_paid_and_what_was(books: Books, batch: PayoutBatch) -> None:
    phone = signed_in(books.leader.user)
    context = phone.get(to("earnings")).context
    assert (context["payable_fen"], context["paid_fen"]) == (4_520_36, 0)

    services.approve_payout(batch=batch, by=books.approver, now=NOW)
    number = Statement.objects.get().number
    paid = services.record_returns  # 3 797.10 arrive, 723.26 of tax are kept back
    paid(batch=batch, returned=[returned(number, "paid")], by=books.preparer, now=NOW)

    context = phone.get(to("earnings")).context
    assert (context["payable_fen"], context["paid_fen"]) == (0, 4_520_36)


def returned(number: str, outcome: str) -> Any:
    return Returned(number, outcome, "", "")


# Payouts


def test_a_payout_is_chosen_checked_and_shown_in_words(books: Books) -> None:
    statement = books.march_stated(4_520_36)
    form = {"statements": [statement.pk], "pays_on": "2026-04-15", "layout": "generic"}

    answer = signed_in(books.preparer).post(to("payout_create"), form, follow=True)

    assert "人民币叁仟柒佰玖拾柒元壹角整" in text(answer)  # 4 520.36 − 723.26 = 3 797.10
    assert "You prepared this, so somebody else has to approve it" in text(answer)


def test_a_statement_that_is_paid_elsewhere_is_no_choice(books: Books, batch: PayoutBatch) -> None:
    form = {"statements": [Statement.objects.get().pk], "pays_on": "2026-04-15", "layout": "generic"}

    answer = signed_in(books.preparer).post(to("payout_create"), form)

    assert answer.status_code == 422
    assert PayoutBatch.objects.count() == 1


def test_approving_asks_for_the_password_and_leads_back(books: Books, batch: PayoutBatch) -> None:
    books.approver.set_password(PASSWORD)
    books.approver.save()
    client, page = signed_in(books.approver), to("payout_approve", batch.pk)

    answer = client.post(page)
    batch.refresh_from_db()
    assert (answer.status_code, batch.state) == (302, BatchState.PREPARED)
    wrong = client.post(answer.url, {"password": "falsch"})
    assert (wrong.status_code, client.get(page).status_code) == (422, 302)
    assert client.post(answer.url, {"password": PASSWORD}).url == page
    assert "人民币叁仟柒佰玖拾柒元壹角整" in text(client.get(page))
    answer = client.post(page, follow=True)
    assert "is approved. Take the file to the bank." in text(answer)


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_the_password_page_leads_nowhere_else(books: Books, elsewhere: str) -> None:
    books.approver.set_password(PASSWORD)
    books.approver.save()

    answer = signed_in(books.approver).post(f"{reverse('core:prove')}?next={elsewhere}", {"password": PASSWORD})

    assert answer.url == "/"


def test_a_password_typed_long_ago_counts_no_more(books: Books, batch: PayoutBatch, monkeypatch: Any) -> None:
    books.approver.set_password(PASSWORD)
    books.approver.save()
    client, page = signed_in(books.approver), to("payout_approve", batch.pk)
    client.post(reverse("core:prove"), {"password": PASSWORD})
    assert client.get(page).status_code == 200

    later = time() + 601
    monkeypatch.setattr("core.freshness.time", lambda: later)

    assert client.get(page).status_code == 302


def test_the_file_is_there_once_the_payout_is_approved(books: Books, batch: PayoutBatch) -> None:
    client = signed_in(books.preparer)
    assert client.get(to("payout_file", batch.pk)).status_code == 404
    services.approve_payout(batch=batch, by=books.approver, now=NOW)

    file = client.get(to("payout_file", batch.pk)).content.decode("utf-8-sig")

    assert file.splitlines()[1] == f"{Statement.objects.get().number},周敏,,,4520.36,723.26,3797.10,2026-03"


def test_what_came_back_is_recorded_with_the_password_typed_anew(books: Books, batch: PayoutBatch) -> None:
    books.preparer.set_password(PASSWORD)
    books.preparer.save()
    services.approve_payout(batch=batch, by=books.approver, now=NOW)
    item = batch.items.get()
    client, url = signed_in(books.preparer), to("came_back", item.pk)
    services.record_returns(
        batch=batch, returned=[Returned(item.statement.number, "paid", "", "")], by=books.preparer, now=NOW
    )
    asked = client.get(url)
    client.post(asked.url, {"password": PASSWORD})

    empty = client.post(url, {"said": ""})
    done = client.post(url, {"said": "收款账户已销户"}, follow=True)

    assert (empty.status_code, client.get(url).status_code) == (422, 404)
    assert "is owed again and can be paid by another payout" in text(done)
    assert "收款账户已销户" in text(done)


def test_the_banks_layout_wants_an_account(books: Books) -> None:
    statement = books.march_stated(800_00)
    batch = services.prepare_payout(
        statements=[statement.pk], pays_on=PAY_DAY, layout=PayoutLayout.BANK, by=books.preparer, now=NOW
    )
    services.approve_payout(batch=batch, by=books.approver, now=NOW)
    client = signed_in(books.preparer)
    assert "The bank&#x27;s file needs every earner&#x27;s account." in text(client.get(to("payout_file", batch.pk)))

    account = {"holder": "周敏", "bank": "招商银行上海分行", "number": "6214 8312 3456 7890"}
    client.post(to("account_set", books.leader.pk), account)

    file = signed_in(books.approver).get(to("payout_file", batch.pk)).content.decode("gb18030")
    assert file.splitlines()[1] == f"6214831234567890,周敏,招商银行上海分行,800.00,2026-03,{statement.number}"
    assert "•••• 7890" in text(client.get(to("earner_terms", books.leader.pk)))


def account_of(leader: Member, by: User, number: str = "6214831234567890") -> None:
    services.set_account(earner=leader, holder="周敏", bank="招商银行", number=number, by=by, now=now())


def test_nobody_turns_an_approved_payout_to_an_account_alone(books: Books, batch: PayoutBatch) -> None:
    """What two people approved goes where a second one has seen it go."""
    account_of(books.leader, books.preparer)
    services.approve_payout(batch=batch, by=books.approver, now=now())
    file = to("payout_file", batch.pk)
    assert signed_in(books.preparer).get(file).status_code == 200
    account_of(books.leader, books.preparer, "9999999999999999")

    refused = signed_in(books.preparer).get(file)

    assert refused.status_code == 422
    assert "You entered 周敏&#x27;s account after the approval." in text(refused)
    assert "9999999999999999" in signed_in(books.approver).get(file).content.decode()


def test_who_approves_a_payout_sees_where_it_goes_and_who_said_so(books: Books, batch: PayoutBatch) -> None:
    account_of(books.leader, books.preparer)

    page = text(signed_in(books.approver).get(to("payout_detail", batch.pk)))

    assert "招商银行 •••• 7890 · entered by 李会计" in page
    assert "6214831234567890" not in page


def test_what_came_back_is_taken_in(books: Books, batch: PayoutBatch) -> None:
    services.approve_payout(batch=batch, by=books.approver, now=NOW)
    rows = f"number,net,outcome,reason\n{Statement.objects.get().number},3797.10,失败,账号有误\nLL1,1.00,成功,\n"
    file = SimpleUploadedFile("回单.csv", rows.encode())

    answer = signed_in(books.preparer).post(to("payout_returns", batch.pk), {"file": file}, follow=True)

    assert "0 paid, 1 returned, 0 unknown. 1 row is not of this payout: LL1." in text(answer)
    assert (Transfer.objects.get().state, Transfer.objects.get().said) == (TransferState.FAILED, "失败 账号有误")


def test_a_file_without_outcomes_is_said_to_be_none(books: Books, batch: PayoutBatch) -> None:
    services.approve_payout(batch=batch, by=books.approver, now=NOW)
    file = SimpleUploadedFile("x.csv", b"number,net\nLL1,1.00\n")

    answer = signed_in(books.preparer).post(to("payout_returns", batch.pk), {"file": file})

    assert answer.status_code == 422
    assert "The file has no column “outcome”. Nothing was recorded." in text(answer)


@pytest.mark.parametrize("name", ["statement_issue", "statements_approve", "payout_create", "payout_approve"])
def test_an_auditor_reads_and_changes_nothing(books: Books, batch: PayoutBatch, name: str) -> None:
    auditor = signed_in(make_user(Role.AUDITOR))

    assert auditor.get(to("payout_detail", batch.pk)).status_code == 200
    url = to(name, batch.pk) if name == "payout_approve" else to(name)
    assert auditor.post(url, {"period": books.march.pk}).status_code == 404


def test_the_quarter_says_who_was_paid_how_much(books: Books, batch: PayoutBatch) -> None:
    services.approve_payout(batch=batch, by=books.approver, now=NOW)
    row = returned(Statement.objects.get().number, "paid")
    services.record_returns(batch=batch, returned=[row], by=books.preparer, now=NOW)
    auditor = signed_in(make_user(Role.AUDITOR))

    def sheet(day: str) -> list[list[str]]:
        return read_table(auditor.get(to("quarter_xlsx"), {"day": day}).content)

    assert sheet("2026-06-30")[1:] == [["周敏", "1", "4520.36", "723.26", "3797.1"]]
    assert (len(sheet("2026-03-31")), len(sheet("2026-07-01"))) == (1, 1)


# Questions asked


@pytest.mark.parametrize("rows", [1, 3])
def test_lists_ask_as_much_for_three_rows_as_for_one(rows: int, books: Books, django_assert_num_queries: Any) -> None:
    leaders = [books.leader, *(make_leader(name=f"团长{number}") for number in range(rows - 1))]
    orders = [books.sale(20_00, leader=leader, on=A_DAY_IN_MARCH) for leader in leaders]
    more = [books.sale(20_00) for _ in range(rows - 1)]
    books.run_march()
    books.issue(books.march)
    mine = books.statement(books.march)
    for order in [orders[0], *more]:
        services.raise_dispute(statement=mine, order=order, text="?", by=books.leader.user, now=END_OF_MARCH)
    others = [one.pk for one in Statement.objects.exclude(pk=mine.pk)]
    client, phone = signed_in(books.preparer), signed_in(books.leader.user)
    for browser, url, queries in [
        (client, to("statement_list"), 9),
        (client, to("statement_detail", mine.pk), 10),
        (client, to("dispute_list"), 5),
        (client, to("dispute_detail", Dispute.objects.first().pk), 7),
        (phone, to("statement_detail", mine.pk), 7),
        (phone, to("statement_orders", mine.pk, orders[0].campaign_id), 8),
    ]:
        with django_assert_num_queries(queries, info=url):
            browser.get(url)

    for dispute in Dispute.objects.all():
        services.answer_dispute(dispute=dispute, state="upheld", answer="对", by=books.preparer, now=NOW)
    services.approve_statements(statements=[mine.pk, *others], by=books.approver, now=NOW)
    with django_assert_num_queries(5):
        client.get(to("payout_create"))
    batch = services.prepare_payout(
        statements=[mine.pk, *others], pays_on=PAY_DAY, layout=PayoutLayout.GENERIC, by=books.preparer, now=NOW
    )
    for url, queries in [(to("payout_list"), 6), (to("payout_detail", batch.pk), 6)]:
        with django_assert_num_queries(queries, info=url):
            client.get(url)
