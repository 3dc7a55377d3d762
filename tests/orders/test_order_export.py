"""The file of the orders a list shows: at once, streamed, or by a job."""

import csv
from datetime import UTC, datetime, timedelta
from io import StringIO

import pgtrigger
import pytest
from django.urls import reverse
from django.utils import timezone

from core import exports
from core.jobs import drain_all
from core.jobs.housekeeping import forget_exports
from core.jobs.registry import Work
from core.models import Export, ExportPart, Job
from orders.models import Order
from tests import factories as make
from tests.factories import order_for
from tests.workbooks import sheets_in, sheets_of

pytestmark = pytest.mark.django_db

CSV, XLSX = "/orders/export.csv", "/orders/export.xlsx"
USUAL = ["Order", "Member", "Door", "Campaign", "Group", "Goods", "Ordered at", "Amount", "State"]


@pytest.fixture
def campaign(group, other_group, selling):
    return selling(group, other_group)


@pytest.fixture
def berries(campaign):
    return make.make_offer(campaign, "草莓", unit="盒", counted=True, price_fen=2990)


@pytest.fixture
def place(berries, group):
    """Somebody orders two 盒 at ten o'clock in Shanghai."""

    def order_of(name: str, *, of=None, **fields: object) -> Order:
        of = of or group
        order = order_for(make.make_member(name, group=of), (berries, 2), group=of, now=timezone.now())
        with pgtrigger.ignore("orders.Order:intake_is_frozen"):
            placed = {"placed_at": datetime(2026, 11, 20, 2, 0, tzinfo=UTC), **fields}
            Order.objects.filter(pk=order.pk).update(**placed)
        return order

    return order_of


@pytest.fixture
def by_job(monkeypatch):
    """Files of more than two orders are made by a job, two orders a part."""
    monkeypatch.setattr("orders.views.orders.AT_ONCE", 2)
    monkeypatch.setattr(exports, "PART", 2)


def rows_of(answer) -> list[list[str]]:
    text = b"".join(answer.streaming_content).decode()
    assert text.startswith("\ufeff")
    return list(csv.reader(StringIO(text.removeprefix("\ufeff"))))


def names(rows: list[list[object]]) -> list[object]:
    return [row[1] for row in rows[1:]]


def test_a_csv_file_has_a_row_an_order_with_its_amount_in_yuan_as_a_number(signed_in, operator, place):
    order = place("王芳", door="3-1701")

    rows = rows_of(signed_in(operator).get(CSV))

    assert rows == [
        USUAL,
        [
            str(order.pk),
            "王芳",
            "3-1701",
            "周五鲜果团",
            "锦绣华城一群",
            "草莓 ×2盒",
            "2026-11-20 10:00",
            "59.80",
            "Placed",
        ],
    ]


def test_what_looks_like_a_formula_is_disarmed_in_a_csv_file_and_text_in_a_workbook(signed_in, operator, place):
    place("=HYPERLINK(1)", note="+1", door="3-1701")
    browser = signed_in(operator)

    (line,) = rows_of(browser.get(f"{CSV}?columns=note"))[1:]
    (row,) = sheets_of(browser.post(f"{XLSX}?columns=note"))["Orders"][1:]

    assert line[1:] == ["'=HYPERLINK(1)", "'+1"]
    assert row[1:] == ["=HYPERLINK(1)", "+1"]


def test_a_file_has_exactly_what_the_filters_show_on_all_pages_in_the_chosen_order_and_columns(
    signed_in, operator, place, monkeypatch
):
    monkeypatch.setattr("orders.views.orders.CSV_ROWS", 2)
    for number in range(5):
        place(f"王{number}", note=f"第{number}")
    place("赵敏")
    browser = signed_in(operator)
    query = "?q=王&sort=placed_at&columns=amount,note"

    rows = rows_of(browser.get(CSV + query))
    sheet = sheets_of(browser.post(XLSX + query))["Orders"]

    assert rows[0] == sheet[0] == ["Order", "Member", "Note", "Amount"]
    assert [row[1:] for row in rows[1:]] == [[f"王{number}", f"第{number}", "59.80"] for number in range(5)]
    assert [row[1:] for row in sheet[1:]] == [[f"王{number}", f"第{number}", 59.8] for number in range(5)]


def test_a_file_speaks_the_language_of_who_asked_to_its_last_row(signed_in, operator, place):
    place("王芳")
    browser = signed_in(operator)
    browser.cookies["django_language"] = "zh-hans"

    answer = browser.get(f"{CSV}?columns=state")
    browser.cookies["django_language"] = "en"
    browser.get("/orders/")
    rows = rows_of(answer)

    assert [row[-1] for row in rows] == ["状态", "已下单"]


@pytest.mark.parametrize("orders", [1, 3])
def test_a_csv_file_asks_as_often_for_one_order_as_for_three(
    signed_in, operator, place, django_assert_num_queries, orders
):
    for number in range(orders):
        place(f"王{number}", referrer_1=make.make_member("张阿姨"))
    browser = signed_in(operator)

    with django_assert_num_queries(4):  # session, user, orders, their lines
        rows = rows_of(browser.get(f"{CSV}?columns=goods,leader,referrer,campaign"))

    assert len(rows) == orders + 1


def test_a_long_workbook_is_made_by_a_job_and_fetched_from_its_page(signed_in, operator, place, by_job):
    for number in range(5):
        place(f"王{number}")
    place("赵敏")
    browser = signed_in(operator)

    answer = browser.post(f"{XLSX}?q=王&columns=amount&sort=placed_at")
    job = Job.objects.get(kind="export_orders")
    waiting = browser.get(answer.url).text
    done = drain_all()
    page = browser.get(answer.url)
    file = browser.get(reverse("core:export_file", args=[page.context["export"].pk]))

    assert answer.url == reverse("core:job_detail", args=[job.pk])
    assert "The file can be fetched here" in waiting
    assert done == job.shards_total == 3
    assert "5 rows, kept until" in page.text
    assert file["Content-Disposition"].startswith('attachment; filename="orders-')
    (sheet,) = sheets_in(file.content).values()
    assert [row[1:] for row in sheet] == [["Member", "Amount"], *([f"王{number}", 59.8] for number in range(5))]
    assert not ExportPart.objects.exists()


def test_a_file_made_by_a_job_can_be_fetched_from_the_list_of_jobs_as_well(signed_in, operator, place, by_job):
    for number in range(3):
        place(f"王{number}")
    browser = signed_in(operator)
    browser.post(XLSX)

    before = browser.get(reverse("core:job_list")).text
    drain_all()
    after = browser.get(reverse("core:job_list")).text

    url = reverse("core:export_file", args=[Export.objects.get().pk])
    assert (url in before, url in after) == (False, True)


def test_only_who_asked_reads_the_file_and_an_admin_sees_the_job_alone(signed_in, operator, admin, place, by_job):
    for number in range(3):
        place(f"王{number}")
    job_url = signed_in(operator).post(XLSX).url
    drain_all()
    url = reverse("core:export_file", args=[Export.objects.get().pk])

    other = signed_in(make.make_user(name="陆一鸣"))

    assert [signed_in(operator).get(url).status_code, other.get(url).status_code] == [200, 404]
    assert signed_in(admin).get(url).status_code == 404
    assert url not in signed_in(admin).get(job_url).text


def test_asking_twice_in_a_minute_makes_one_file(signed_in, operator, place, by_job, monkeypatch):
    for number in range(3):
        place(f"王{number}")
    browser = signed_in(operator)
    monkeypatch.setattr("orders.views.orders.timezone.now", lambda: make.NOW)

    first, again = browser.post(XLSX).url, browser.post(XLSX).url
    others = browser.post(f"{XLSX}?columns=note").url

    assert first == again != others
    assert Export.objects.count() == 2


def test_whoever_may_see_less_by_the_time_the_job_runs_gets_less(signed_in, operator, place, by_job):
    for number in range(3):
        place(f"王{number}")
    signed_in(operator).post(XLSX)
    operator.role = "leader"
    operator.save(update_fields=["role"])

    drain_all()

    (sheet,) = sheets_in(bytes(Export.objects.get().file)).values()
    assert names(sheet) == []


def test_a_workbook_longer_than_any_is_refused_with_what_to_do_instead(signed_in, operator, place, by_job, monkeypatch):
    monkeypatch.setattr("orders.views.orders.MOST", 2)
    monkeypatch.setattr(exports, "MOST", 2)
    for number in range(3):
        place(f"王{number}")

    answer = signed_in(operator).post(XLSX)

    assert answer.status_code == 422
    assert "A workbook takes 2 rows." in answer.text
    assert not Job.objects.exists()


def test_a_file_runs_out_after_seven_days_and_the_job_page_says_so(signed_in, operator, place, by_job):
    for number in range(3):
        place(f"王{number}")
    browser = signed_in(operator)
    job_url = browser.post(XLSX).url
    drain_all()
    export = Export.objects.get()
    week = timedelta(days=7)
    assert timezone.now() + week - export.expires_at < timedelta(minutes=5)

    Export.objects.update(expires_at=timezone.now())
    fetched = browser.get(reverse("core:export_file", args=[export.pk]))
    forgotten = forget_exports(Work(0, 1, {}, {}, 1, None, timezone.now()))

    assert fetched.status_code == 404
    assert forgotten == {"files": 1}
    assert not Export.objects.exists()
    assert "The file has run out" in browser.get(job_url).text


@pytest.mark.parametrize("who", ["leader", "stranger"])
def test_a_leader_exports_nothing(signed_in, request, who):
    browser = signed_in(request.getfixturevalue(who).user)

    assert [browser.get(CSV).status_code, browser.post(XLSX).status_code] == [404, 404]
