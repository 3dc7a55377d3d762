"""What is kept: no plain SQL changes, deletes or empties it."""

import json

import pghistory
import pytest
from django.db import IntegrityError, InternalError, connection, transaction
from pghistory.models import Context

from community.models import Group
from core.append_only import emptying
from core.changes import tracked
from core.violations import violated
from tests.factories import make_group

pytestmark = pytest.mark.django_db

KEPT_IS_KEPT = "what_is_kept_is_not_emptied"


def run(sql: str, *values: object) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)


def refused(sql: str, *values: object) -> str:
    """Run what must be refused; the name of the promise it would have broken."""
    with pytest.raises(IntegrityError) as caught:
        run(sql, *values)
    return violated(caught.value)


def append_only_tables() -> set[str]:
    """The tables that refuse updates and deletes of whatever row."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname LIKE 'pgtrigger_append_only_%%'")
        return {table for (table,) in cursor.fetchall()}


def test_facts_entries_and_histories_are_append_only() -> None:
    facts = {
        "orders_salefact",
        "orders_arrival",
        "orders_tick",
        "orders_payment",
        "orders_settlement",
        "orders_balancemove",
        "orders_complaint",
        "orders_complaintdecision",
        "core_picture",
        "community_consent",
        "community_consenttext",
        "community_phonereveal",
        "ledger_entry",
        "ledger_leg",
        "referrals_bindingrule",
        "referrals_commissionentry",
        "referrals_heldorder",
        "referrals_joining",
        "referrals_rewardentry",
        "referrals_spreader",
        "referrals_signal",
        "referrals_signaldecision",
        "referrals_signalpair",
        "referrals_statementpart",
    }
    histories = {model._meta.db_table for model in tracked().values()}

    assert append_only_tables() == facts | histories


def test_no_append_only_table_is_emptied() -> None:
    tables = append_only_tables() | {"pghistory_context"}

    assert {table: refused(f"TRUNCATE {table} CASCADE") for table in tables} == dict.fromkeys(tables, KEPT_IS_KEPT)


def test_a_table_is_not_emptied_by_way_of_another_it_rests_on() -> None:
    assert refused("TRUNCATE orders_campaign CASCADE") == KEPT_IS_KEPT


def test_who_says_so_empties_and_only_for_as_long() -> None:
    make_group()

    with emptying():
        run("TRUNCATE community_groupevent")

    assert not Group.pgh_event_models["insert"].objects.exists()
    assert refused("TRUNCATE community_groupevent") == KEPT_IS_KEPT


@pytest.fixture
def made() -> Context:
    """Somebody made a group on a page, in a transaction that is over (what it set is gone)."""
    with pghistory.context(user=7, url="/groups/new/"):
        make_group()
    run("SELECT set_config('pghistory.context_id', '', true)")
    return Context.objects.get()


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE pghistory_context SET metadata = '{}'",
        """UPDATE pghistory_context SET metadata = metadata || '{"user": 8}'""",
        """UPDATE pghistory_context SET metadata = metadata || '{"job": 1}'""",
        "UPDATE pghistory_context SET created_at = created_at - interval '1 day'",
        "UPDATE pghistory_context SET id = gen_random_uuid()",
    ],
)
def test_who_made_a_change_is_not_changed(made: Context, change: str) -> None:
    assert refused(change) == "context_of_changes_is_only_added_to"
    assert Context.objects.get().metadata == {"user": 7, "url": "/groups/new/"}


def test_who_made_a_change_is_not_deleted(made: Context) -> None:
    with pytest.raises(InternalError, match="Cannot delete"):
        run("DELETE FROM pghistory_context")


def test_what_becomes_known_later_is_added_while_the_context_is_open() -> None:
    with pghistory.context(user=None, url="/login/"):
        make_group("一群")
        with pghistory.context(user=7, job=3):
            make_group("二群")

    assert Context.objects.get().metadata == {"user": 7, "url": "/login/", "job": 3}


def test_nobody_takes_over_what_somebody_else_did_in_the_same_context() -> None:
    with pghistory.context(user=7):
        make_group("一群")
        with pghistory.context(user=8), pytest.raises(IntegrityError) as caught, transaction.atomic():
            make_group("二群")

    assert violated(caught.value) == "context_of_changes_is_only_added_to"


def test_an_open_context_opens_no_other(made: Context) -> None:
    taken = json.dumps({"user": 7, "url": "/groups/new/", "more": True})

    with pghistory.context(user=9):
        promise = refused("UPDATE pghistory_context SET metadata = %s", taken)

    assert promise == "context_of_changes_is_only_added_to"
