"""The books as pages: read by those who keep and check them, closed by an admin."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.functional import lazy
from django.utils.translation import get_language

from core.enums import Role
from core.models import User
from ledger import memos, purposes, services
from ledger.enums import Nature, PeriodState
from ledger.memos import Memo
from ledger.models import Account, Entry, Period
from tests.factories import make_user

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 12, 2, 1, 0, tzinfo=UTC)
DAY = date(2026, 11, 20)


@pytest.fixture
def november() -> Period:
    return services.open_period(month=DAY, by=None, now=NOW)


@pytest.fixture
def cash() -> Account:
    return services.account("cash", None, Nature.ASSET)


def owed_to() -> str:
    return "Owed to %(party)d" if get_language() == "en" else "欠成员 %(party)d"


@pytest.fixture(autouse=True)
def worded() -> None:
    memos.word_memo("owed", lazy(owed_to, str)())


def owe(period: Period, cash: Account, party: int, fen: int) -> Entry:
    """The house owes a party so much."""
    owed = services.account("owed", party, Nature.LIABILITY)
    legs = [(cash, fen), (owed, -fen)]
    memo = Memo("owed", {"party": party})
    return services.post(period=period, booked_on=DAY, key=f"k{party}", memo=memo, legs=legs, by=None)


def signed_in(role_or_user: Role | User) -> Client:
    client = Client()
    client.force_login(role_or_user if isinstance(role_or_user, User) else make_user(role_or_user))
    return client


def pages(entry: Entry) -> list[str]:
    return [
        reverse("ledger:account_list"),
        reverse("ledger:account_detail", args=[entry.legs.first().account_id]),
        reverse("ledger:entry_detail", args=[entry.pk]),
        reverse("ledger:period_list"),
    ]


@pytest.mark.parametrize(
    ("role", "seen"), [(Role.ADMIN, 200), (Role.AUDITOR, 200), (Role.OPERATOR, 404), (Role.LEADER, 404)]
)
def test_the_books_are_read_by_those_who_keep_and_check_them(
    role: Role, seen: int, november: Period, cash: Account
) -> None:
    entry = owe(november, cash, 7, 500)
    client = signed_in(role)

    assert [client.get(url).status_code for url in pages(entry)] == [seen] * 4


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.OPERATOR, Role.LEADER])
def test_only_an_admin_opens_and_closes(role: Role, november: Period) -> None:
    client = signed_in(role)
    close = reverse("ledger:period_close", args=[november.pk])

    answers = [client.get(close), client.post(close), client.post(reverse("ledger:period_open"))]

    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert Period.objects.get().state == PeriodState.OPEN


def test_the_trial_balance_comes_to_nothing(november: Period, cash: Account) -> None:
    owe(november, cash, 7, 128980)

    page = signed_in(Role.AUDITOR).get(reverse("ledger:account_list"))

    assert page.context["trial"].difference_fen == 0
    assert "¥1,289.80" in page.content.decode()
    assert "−¥1,289.80" in page.content.decode()


def test_the_trial_balance_of_one_period_counts_that_period(november: Period, cash: Account) -> None:
    owe(november, cash, 7, 500)
    december = services.open_period(month=date(2026, 12, 1), by=None, now=NOW)

    page = signed_in(Role.ADMIN).get(reverse("ledger:account_list"), {"period": december.pk})

    assert page.context["chosen"] == december
    assert page.context["trial"].lines == []


def test_accounts_of_one_purpose_bear_the_names_an_app_gives_them(
    november: Period, cash: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(purposes, "_purposes", {})
    purposes.name_purpose("owed", "Owed to members", names=lambda ids: {pk: "王芳" for pk in ids if pk == 7})
    owe(november, cash, 7, 500)
    owe(november, cash, 8, 300)

    page = signed_in(Role.ADMIN).get(reverse("ledger:account_list"), {"purpose": "owed"})

    assert list(page.context["names"].values()) == ["王芳", "#8"]
    assert "Owed to members" in page.content.decode()
    assert "cash</a>" not in page.content.decode().partition('id="balances"')[2]


@pytest.mark.parametrize("entries", [1, 3])
def test_the_list_asks_the_database_as_often_for_many_accounts_as_for_one(
    entries: int, november: Period, cash: Account, django_assert_num_queries: Any
) -> None:
    for party in range(entries):
        owe(november, cash, party, 500)
    client = signed_in(Role.ADMIN)

    with django_assert_num_queries(8):  # session, user, side bar (2), periods, balances, accounts, trial balance
        client.get(reverse("ledger:account_list"))


def test_an_account_shows_what_moved_on_it_the_newest_first(november: Period, cash: Account) -> None:
    owe(november, cash, 7, 500)
    owe(november, cash, 8, 300)

    page = signed_in(Role.AUDITOR).get(reverse("ledger:account_detail", args=[cash.pk]))

    assert [leg.amount_fen for leg in page.context["page"].rows] == [300, 500]
    assert page.context["balance_fen"] == 800


def test_an_entry_shows_debits_and_credits(november: Period, cash: Account) -> None:
    entry = owe(november, cash, 7, 500)

    page = signed_in(Role.AUDITOR).get(reverse("ledger:entry_detail", args=[entry.pk]))

    assert [leg.amount_fen for leg in page.context["legs"]] == [500, -500]


def test_an_entry_says_what_it_is_about_in_the_readers_language(november: Period, cash: Account) -> None:
    with translation.override("zh-hans"):
        entry = owe(november, cash, 7, 500)
    client = signed_in(Role.AUDITOR)

    said = {}
    for language in ("zh-hans", "en"):
        client.cookies["django_language"] = language
        said[language] = [
            client.get(reverse("ledger:entry_detail", args=[entry.pk])).content.decode(),
            client.get(reverse("ledger:account_detail", args=[cash.pk])).content.decode(),
        ]

    assert all("欠成员 7" in page and "Owed to 7" not in page for page in said["zh-hans"])
    assert all("Owed to 7" in page and "欠成员 7" not in page for page in said["en"])


def written_before_there_were_codes(memo: str, code: str = "", values: str = "{}") -> Entry:
    """An entry as an earlier version wrote it, or one that nobody has words for."""
    account = services.account("cash", None, Nature.ASSET)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH e AS (
                INSERT INTO ledger_entry (period_id, booked_on, key, memo, memo_code, memo_values, leg_count)
                SELECT id, %s, 'old', %s, %s, %s, 2 FROM ledger_period RETURNING id
            )
            INSERT INTO ledger_leg (entry_id, position, account_id, amount_fen)
            SELECT e.id, l.position, %s, l.fen FROM e, (VALUES (1, 5), (2, -5)) l (position, fen)
            """,
            [DAY, memo, code, values, account.pk],
        )
    return Entry.objects.get(key="old")


@pytest.mark.parametrize(
    ("memo", "code", "values", "said"),
    [
        ("佣金 2026-03", "", "{}", "佣金 2026-03"),
        ("", "", "{}", "old"),
        ("", "nobody words this", "{}", "old"),
        ("", "owed", "{}", "old"),
        ("", "owed", "[]", "old"),
    ],
)
def test_an_entry_without_words_says_what_stands_in_it(
    november: Period, cash: Account, memo: str, code: str, values: str, said: str
) -> None:
    entry = written_before_there_were_codes(memo, code, values)

    page = signed_in(Role.AUDITOR).get(reverse("ledger:entry_detail", args=[entry.pk]))

    assert f"<h1>{said}</h1>" in page.content.decode()


def test_an_admin_closes_a_period_after_being_asked(november: Period, cash: Account) -> None:
    owe(november, cash, 7, 500)
    admin = make_user(Role.ADMIN)
    client = signed_in(admin)
    url = reverse("ledger:period_close", args=[november.pk])

    asked = client.get(url)
    answer = client.post(url)

    assert asked.status_code == 200
    assert answer["Location"] == reverse("ledger:period_list")
    november.refresh_from_db()
    assert (november.state, november.closed_by) == (PeriodState.CLOSED, admin)


def test_closing_twice_is_refused_in_a_sentence(november: Period) -> None:
    client = signed_in(Role.ADMIN)
    url = reverse("ledger:period_close", args=[november.pk])
    client.post(url)

    answer = client.post(url)

    assert answer.status_code == 422
    assert answer.context["refusal"]


def test_months_are_opened_one_after_the_other(november: Period) -> None:
    client = signed_in(Role.ADMIN)

    client.post(reverse("ledger:period_open"))
    client.post(reverse("ledger:period_open"))

    assert [str(period) for period in Period.objects.order_by("span")] == ["2026-11", "2026-12", "2027-01"]


def test_the_first_month_is_this_one() -> None:
    signed_in(Role.ADMIN).post(reverse("ledger:period_open"))

    assert services.period_for(timezone.localdate()) == Period.objects.get()
