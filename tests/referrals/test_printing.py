"""Statements as PDF: what the file says, who may have it made and fetch it, and that it needs nothing but itself."""

from io import BytesIO
from typing import Any
from unittest.mock import patch

import pytest
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from core.jobs import drain_all
from core.models import Export, Job
from referrals.models import Statement
from referrals.views import statements as views
from tests.factories import make_leader
from tests.referrals.sales import END_OF_MARCH
from tests.referrals.stating import Books
from tests.referrals.test_payment_pages import signed_in, text, to

pytestmark = pytest.mark.django_db


@pytest.fixture
def books() -> Books:
    """周敏 earned 128.90, 欧阳玥 80.00; both stated for March."""
    books = Books()
    books.sale(128_90)
    books.sale(80_00, leader=make_leader(name="欧阳玥"))
    books.run_march()
    books.issue(books.march, END_OF_MARCH)
    return books


def pages(client: Client, url: str, **sent: object) -> list[str]:
    """What the pages of the file say that is asked for there, made and fetched."""
    asked = client.post(url, sent)
    drain_all()
    export = Export.objects.get(job=Job.objects.latest("pk"))
    assert asked["Location"] == reverse("core:job_detail", args=[export.job_id])
    fetched = client.get(reverse("core:export_file", args=[export.pk]))
    assert fetched["Content-Type"] == "application/pdf"
    return words(fetched.content)


def words(file: bytes) -> list[str]:
    """The text of each page; the reader leaves the first byte of letters of two as a letter of its own."""
    return [page.extract_text().replace("\0", "") for page in PdfReader(BytesIO(file)).pages]


def test_an_earner_fetches_the_own_statement(books: Books) -> None:
    statement = books.statement(books.march)

    (page,) = pages(signed_in(books.leader.user), to("statement_pdf", statement.pk))

    assert "Statement 2026-03" in page
    assert f"周敏 · {statement.number} · Issued" in page
    assert "Tobepaid¥128.90" in "".join(page.split())
    assert "Leader commission 128.90" in page
    assert "李会计" in page


def test_an_approved_one_says_by_whom_and_its_fingerprint(books: Books) -> None:
    books.approve(books.march)
    statement = books.statement(books.march)

    (page,) = pages(signed_in(books.leader.user), to("statement_pdf", statement.pk))

    assert "王复核" in page
    assert statement.sha256 in page.replace("\n", "")


def test_a_period_is_one_file_with_every_statement_on_pages_of_its_own(books: Books) -> None:
    first, second = Statement.objects.order_by("-payable_fen")

    found = pages(signed_in(books.approver), to("statements_pdf"), period=books.march.pk)

    assert [("周敏" in page, "欧阳玥" in page) for page in found] == [(True, False), (False, True)]
    assert [page.splitlines()[-1].strip() for page in found] == [first.number, second.number]  # at the foot


def test_the_letters_are_in_the_file(books: Books) -> None:
    client = signed_in(books.leader.user)
    client.post(to("statement_pdf", books.statement(books.march).pk))
    drain_all()

    reader = PdfReader(BytesIO(bytes(Export.objects.get().file)))
    fonts: list[Any] = [font.get_object() for font in reader.pages[0]["/Resources"]["/Font"].values()]
    descriptors = [font["/DescendantFonts"][0].get_object()["/FontDescriptor"] for font in fonts]
    assert fonts
    assert all("/FontFile3" in one or "/FontFile2" in one for one in descriptors)


def test_nobody_has_anybody_elses_statement_made_or_fetches_it(books: Books) -> None:
    statement = books.statement(books.march)
    stranger = signed_in(make_leader(name="李强").user)

    assert stranger.post(to("statement_pdf", statement.pk)).status_code == 404
    pages(signed_in(books.leader.user), to("statement_pdf", statement.pk))
    assert stranger.get(reverse("core:export_file", args=[Export.objects.get().pk])).status_code == 404


def test_who_may_not_read_it_any_more_when_it_is_made_gets_nothing_of_it(books: Books) -> None:
    statement, client = books.statement(books.march), signed_in(books.leader.user)
    client.post(to("statement_pdf", statement.pk))
    books.leader.user = None
    books.leader.save(update_fields=["user"])
    drain_all()

    export = Export.objects.get()
    assert (export.rows, any("128.90" in page for page in words(bytes(export.file)))) == (0, False)


def test_two_statements_asked_for_in_one_minute_are_two_files(books: Books) -> None:
    client = signed_in(books.approver)
    for statement in Statement.objects.all():
        client.post(to("statement_pdf", statement.pk))

    assert Export.objects.count() == 2


def test_more_than_anybody_prints_is_refused_with_the_way_out(books: Books) -> None:
    with patch.object(views, "PRINTED_AT_ONCE", 1):
        answer = signed_in(books.approver).post(to("statements_pdf"), {"period": books.march.pk})

    assert answer.status_code == 422
    assert "A file takes 1 statements" in text(answer)
    assert not Export.objects.exists()


def test_a_period_without_statements_has_nothing_to_print(books: Books) -> None:
    answer = signed_in(books.approver).post(to("statements_pdf"), {"period": books.april.pk})

    assert (answer.status_code, Export.objects.exists()) == (422, False)
