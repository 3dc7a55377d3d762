from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from core.enums import Role, TokenScope
from core.models import ApiToken, User
from ledger.services import open_period
from tests import factories as make

pytestmark = pytest.mark.django_db

KINDS = ("community.Membership", "orders.Product")


@pytest.fixture
def admin(client):
    user = make.make_user(Role.ADMIN, name="钱会计")
    client.force_login(user)
    return user


def test_a_change_on_a_page_is_kept_with_who_made_it_and_what_it_was_before(client, admin):
    person = make.make_user(Role.LEADER, name="周敏")

    client.post(
        reverse("core:user_edit", args=[person.pk]),
        {"name": "周敏敏", "role": Role.OPERATOR, "is_active": "on", "email": ""},
    )
    page = client.get(reverse("core:history"), {"of": "core.User"})

    change = page.context["changes"][0]
    assert (change.who, change.is_new) == ("钱会计", False)
    assert {(field.before, field.after) for field in change.fields} == {
        ("周敏", "周敏敏"),
        (Role.LEADER.label, Role.OPERATOR.label),
    }


def test_a_change_names_rows_labels_days_and_money(client, admin):
    group = make.make_group("锦绣华城一群")
    member = make.make_member("王芳", group=group, door="3-1701")
    product = make.make_product("草莓", price_fen=2990, counted=True)

    joined, new = (client.get(reverse("core:history"), {"of": kind}).context["changes"][0] for kind in KINDS)

    assert joined.row == "锦绣华城一群 · 王芳"
    assert [field.after for field in joined.fields][:3] == ["锦绣华城一群", "王芳", "3-1701"]
    assert f"{member.joined_on:%Y-%m-%d}" in [field.after for field in joined.fields]
    assert (new.row, {field.after for field in new.fields} & {"¥29.90", "是"}) == (product.name, {"¥29.90", "是"})


def test_a_period_is_told_by_its_first_and_last_day(client, admin):
    open_period(month=date(2026, 11, 3), by=None, now=timezone.now())

    change = client.get(reverse("core:history"), {"of": "ledger.Period"}).context["changes"][0]

    assert change.row == "2026-11-01 – 2026-11-30"


def test_the_history_shows_fifty_changes_and_goes_on(client, admin):
    group = make.make_group()
    for number in range(60):
        group.purpose = f"用途{number}"
        group.save(update_fields=["purpose"])

    first = client.get(reverse("core:history"), {"of": "community.Group"})
    older = client.get(first.context["next_url"])

    assert len(first.context["changes"]) == 50
    assert first.context["changes"][0].fields[0].after == "用途59"
    assert [change.fields[0].after for change in older.context["changes"]][:2] == ["用途9", "用途8"]


def test_an_auditor_reads_the_history_and_an_operator_does_not(client):
    for role, status in [(Role.AUDITOR, 200), (Role.OPERATOR, 404), (Role.LEADER, 404)]:
        client.force_login(make.make_user(role))
        assert client.get(reverse("core:history")).status_code == status


def test_a_new_login_gets_its_password_on_the_next_page(client, admin):
    answer = client.post(
        reverse("core:user_create"),
        {"username": "liyy", "name": "李运营", "role": Role.OPERATOR, "is_active": "on", "email": ""},
    )
    person = User.objects.get(username="liyy")
    assert not person.has_usable_password()

    client.post(answer["Location"], {"new_password1": "xiao-qu-tuan-gou-8", "new_password2": "xiao-qu-tuan-gou-8"})

    person.refresh_from_db()
    assert person.check_password("xiao-qu-tuan-gou-8")


def test_nobody_switches_their_own_login_off(client, admin):
    client.post(reverse("core:user_edit", args=[admin.pk]), {"name": "钱会计", "role": Role.AUDITOR, "email": ""})

    admin.refresh_from_db()
    assert (admin.is_active, admin.role) == (True, Role.ADMIN)


def test_a_token_is_shown_once_and_kept_as_a_hash(client):
    client.force_login(make.make_user(Role.OPERATOR))

    page = client.post(reverse("core:token_create"), {"scope": TokenScope.READ})

    secret = page.context["secret"]
    assert secret in page.content.decode()
    assert secret not in client.get(reverse("core:token_list")).content.decode()
    assert ApiToken.objects.get().digest != secret


def test_a_new_token_is_for_what_was_chosen_and_ends(client):
    client.force_login(make.make_user(Role.OPERATOR))
    client.cookies["django_language"] = "en"

    for scope in TokenScope:
        client.post(reverse("core:token_create"), {"scope": scope})
    page = client.get(reverse("core:token_list")).content.decode()

    tokens = ApiToken.objects.order_by("created")
    assert [token.scope for token in tokens] == [TokenScope.READ, TokenScope.WRITE]
    ends = [f"{timezone.localtime(token.created) + timedelta(days=90):%Y-%m-%d}" for token in tokens]
    for word in ("Read", "Read and write", *ends):
        assert f">{word}</td>" in page


@pytest.mark.parametrize("sent", [{}, {"scope": "everything"}])
def test_a_token_is_for_something_that_exists(client, sent):
    client.force_login(make.make_user(Role.OPERATOR))

    answer = client.post(reverse("core:token_create"), sent)

    assert (answer.status_code, answer.context["form"].errors.keys()) == (422, {"scope"})
    assert not ApiToken.objects.exists()


@pytest.mark.parametrize("broken", [{"expiry": None}, {"scope": "all"}])
def test_the_database_keeps_no_token_without_an_end_or_a_scope_it_knows(broken):
    with pytest.raises(IntegrityError), transaction.atomic():
        make.make_token(make.make_user(Role.OPERATOR), **broken)


def test_somebody_elses_token_cannot_be_revoked(client):
    row, _secret = ApiToken.objects.create(user=make.make_user(Role.OPERATOR))
    client.force_login(make.make_user(Role.OPERATOR))

    answer = client.post(reverse("core:token_revoke", args=[row.token_key]))

    assert answer.status_code == 404
    assert ApiToken.objects.exists()


@pytest.mark.parametrize(
    ("changed", "kept"),
    [({"role": Role.LEADER}, False), ({"is_active": ""}, False), ({"name": "李运营"}, True)],
)
def test_tokens_end_with_the_role_or_the_login_they_were_given_for(client, admin, changed, kept):
    person = make.make_user(Role.OPERATOR)
    ApiToken.objects.create(user=person)
    sent = {"name": person.name, "role": person.role, "is_active": "on", "email": ""} | changed

    client.post(reverse("core:user_edit", args=[person.pk]), sent)

    assert ApiToken.objects.filter(user=person).exists() is kept
