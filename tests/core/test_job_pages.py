"""Jobs as pages: who sees which, how far they are, what went wrong, trying again."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from core.enums import JobState, Role
from core.jobs import drain_all, enqueue
from core.jobs.housekeeping import CHECK
from core.models import Job, User
from tests.factories import make_user

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


@pytest.fixture
def operator() -> User:
    return make_user(Role.OPERATOR)


@pytest.fixture
def admin() -> User:
    return make_user(Role.ADMIN)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def ask(key: str = "a", by: User | None = None, parts: int = 1) -> Job:
    return enqueue(key=key, kind=CHECK, arguments={}, shards=[{}] * parts, by=by)


def give_up(job: Job, error: str = "ValueError: no price for 苹果") -> None:
    job.shards.filter(number=1).update(state=JobState.DEAD, attempts=5, error=error)
    Job.objects.filter(pk=job.pk).update(state=JobState.DEAD)


@pytest.mark.parametrize("role", [Role.ADMIN, Role.AUDITOR])
def test_admins_and_auditors_see_every_job(role: Role, operator: User) -> None:
    ask("by hand", by=operator)
    ask("by the clock")

    page = signed_in(make_user(role)).get(reverse("core:job_list"))

    assert [job.key for job in page.context["jobs"]] == ["by the clock", "by hand"]


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.LEADER])
def test_others_see_the_jobs_they_asked_for(role: Role, admin: User) -> None:
    user = make_user(role)
    ask("mine", by=user)
    theirs = ask("somebody else's", by=admin)
    client = signed_in(user)

    page = client.get(reverse("core:job_list"))

    assert [job.key for job in page.context["jobs"]] == ["mine"]
    for name in ("core:job_detail", "core:job_progress"):
        assert client.get(reverse(name, args=[theirs.pk])).status_code == 404


def test_the_list_is_filtered_by_state(admin: User) -> None:
    give_up(ask("dead"))
    ask("waiting")

    page = signed_in(admin).get(reverse("core:job_list"), {"state": "dead"})

    assert [job.key for job in page.context["jobs"]] == ["dead"]
    assert [(option["count"], option["current"]) for option in page.context["options"]] == [
        (2, False),
        (1, False),
        (0, False),
        (0, False),
        (1, True),
    ]


@pytest.mark.parametrize("jobs", [1, 3])
def test_the_list_asks_the_database_as_often_for_many_jobs_as_for_one(
    jobs: int, admin: User, django_assert_num_queries: Any
) -> None:
    for number in range(jobs):
        ask(str(number), by=admin)
    client = signed_in(admin)

    with django_assert_num_queries(6):  # session, user, side bar (2), counts, jobs
        client.get(reverse("core:job_list"))


def test_a_job_under_way_shows_how_far_it_is_and_asks_again(admin: User) -> None:
    job = ask(parts=3)
    Job.objects.filter(pk=job.pk).update(state=JobState.RUNNING, shards_done=2)

    page = signed_in(admin).get(reverse("core:job_detail", args=[job.pk])).content.decode()

    assert 'max="3" value="2"' in page
    assert 'hx-trigger="every 1s"' in page


def test_a_job_that_is_done_does_not_ask_again(admin: User) -> None:
    job = ask()
    drain_all()

    page = signed_in(admin).get(reverse("core:job_detail", args=[job.pk])).content.decode()

    assert 'max="1" value="1"' in page
    assert "hx-trigger" not in page.partition("<main")[2].partition("</main")[0]


def test_the_bar_alone_is_for_other_pages(operator: User) -> None:
    job = ask(by=operator, parts=3)
    client = signed_in(operator)
    url = reverse("core:job_progress", args=[job.pk])

    fragment = client.get(url, headers=HTMX)
    page = client.get(url)

    assert f'hx-get="{url}"' in fragment.content.decode()
    assert "<html" not in fragment.content.decode()
    assert page["Location"] == reverse("core:job_detail", args=[job.pk])


def test_a_dead_job_shows_its_error_and_can_be_tried_again(admin: User) -> None:
    job = ask()
    give_up(job)
    client = signed_in(admin)
    url = reverse("core:job_detail", args=[job.pk])

    page = client.get(url).content.decode()
    answer = client.post(reverse("core:job_retry", args=[job.pk]))
    drain_all()

    assert "no price for 苹果" in page
    assert reverse("core:job_retry", args=[job.pk]) in page
    assert answer["Location"] == url
    assert Job.objects.get().state == JobState.DONE
    assert job.events.get().pgh_context.metadata["user"] == admin.pk


def test_an_error_is_shown_as_text(admin: User) -> None:
    job = ask()
    give_up(job, "ValueError: <script>alert(1)</script>")

    page = signed_in(admin).get(reverse("core:job_detail", args=[job.pk])).content.decode()

    assert "&lt;script&gt;alert" in page


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.OPERATOR, Role.LEADER])
def test_only_an_admin_has_it_tried_again(role: Role) -> None:
    user = make_user(role)
    job = ask(by=user)
    give_up(job)
    client = signed_in(user)

    page = client.get(reverse("core:job_detail", args=[job.pk])).content.decode()

    assert reverse("core:job_retry", args=[job.pk]) not in page
    assert client.post(reverse("core:job_retry", args=[job.pk])).status_code == 404
    assert Job.objects.get().state == JobState.DEAD


def test_a_job_that_was_not_given_up_is_not_tried_again(admin: User) -> None:
    job = ask()

    answer = signed_in(admin).post(reverse("core:job_retry", args=[job.pk]))

    assert answer.status_code == 422
    assert answer.context["refusal"]


def test_what_the_last_check_found_is_a_page(admin: User) -> None:
    ask()
    Job.objects.update(
        state=JobState.DONE,
        shards_done=1,
        result={
            "findings": [
                {"name": "ledger.entries_balance", "count": 0, "examples": []},
                {"name": "orders.lines_equal_their_facts", "count": 2, "examples": ["line 3", "line 9"]},
            ]
        },
    )

    page = signed_in(make_user(Role.AUDITOR)).get(reverse("core:invariants"))

    assert [finding.count for finding in page.context["findings"]] == [2, 0]
    assert "line 3, line 9" in page.content.decode()


def test_an_admin_has_everything_checked_now(admin: User) -> None:
    client = signed_in(admin)

    answer = client.post(reverse("core:invariants_check"))
    drain_all()
    page = client.get(reverse("core:invariants"))

    assert answer["Location"] == reverse("core:job_detail", args=[Job.objects.get().pk])
    assert page.context["broken"] == 0
    assert len(page.context["findings"]) >= 9


@pytest.mark.parametrize(
    ("role", "seen", "checked"),
    [(Role.ADMIN, 200, 302), (Role.AUDITOR, 200, 404), (Role.OPERATOR, 404, 404), (Role.LEADER, 404, 404)],
)
def test_checks_are_for_those_who_keep_and_check_the_books(role: Role, seen: int, checked: int) -> None:
    client = signed_in(make_user(role))

    assert client.get(reverse("core:invariants")).status_code == seen
    assert client.post(reverse("core:invariants_check")).status_code == checked
