"""Who leads beside the leader: days, shares that leave the leader something, and the group's page."""

from copy import copy
from datetime import date
from threading import Thread

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from community import services
from community.models import CoLeader, Group
from core.enums import Role
from core.models import User
from tests.factories import make_group, make_leader, make_share, make_user

pytestmark = pytest.mark.django_db

MAY, JUNE, JULY = date(2026, 5, 1), date(2026, 6, 1), date(2026, 7, 1)


@pytest.fixture
def operator() -> User:
    return make_user(Role.OPERATOR)


@pytest.fixture
def desk(client: Client, operator: User) -> Client:
    client.force_login(operator)
    return client


def shares_of(group: Group) -> list[tuple[str, int, date, date | None]]:
    return [(one.member.name, one.share_ppm, one.first_day, one.last_day) for one in group.co_leaders.order_by("pk")]


def test_a_share_of_one_member_ends_before_another_begins(operator):
    group, xu = make_group(), make_leader(name="许诺")
    share = services.give_share(group=group, member=xu, share_ppm=400_000, first_day=MAY, by=operator)

    with pytest.raises(services.HasAShareAlready, match="许诺"), transaction.atomic():
        services.give_share(group=group, member=xu, share_ppm=100_000, first_day=JUNE, by=operator)
    services.end_share(share=share, last_day=date(2026, 5, 31), by=operator)
    services.give_share(group=group, member=xu, share_ppm=100_000, first_day=JUNE, last_day=JULY, by=operator)

    assert shares_of(group) == [("许诺", 400_000, MAY, date(2026, 5, 31)), ("许诺", 100_000, JUNE, JULY)]


def test_the_leader_of_the_day_is_given_no_share(operator):
    group = make_group()
    zhou = make_leader(group, name="周敏", last_day=date(2026, 5, 31))

    with pytest.raises(services.LeadsIt, match="周敏"), transaction.atomic():
        services.give_share(group=group, member=zhou, share_ppm=400_000, first_day=MAY, by=operator)
    services.give_share(group=group, member=zhou, share_ppm=400_000, first_day=JUNE, by=operator)


def test_the_shares_of_a_day_leave_the_leader_something(operator):
    """Half in May and June, 40 % in June and July: 10 % more fit into May, but on no day of June."""
    group = make_group()
    first, second, third = (make_leader(name=name) for name in ("许诺", "何悦", "吴桐"))
    make_share(group, first, 500_000, MAY, date(2026, 6, 30))
    make_share(group, second, 400_000, JUNE, date(2026, 7, 31))

    with pytest.raises(services.SharesLeaveNothing, match=group.name), transaction.atomic():
        services.give_share(group=group, member=third, share_ppm=100_000, first_day=MAY, last_day=JUNE, by=operator)
    services.give_share(
        group=group, member=third, share_ppm=100_000, first_day=MAY, last_day=date(2026, 5, 31), by=operator
    )
    services.give_share(group=group, member=third, share_ppm=99_999, first_day=JUNE, by=operator)


def test_a_longer_span_is_held_to_the_whole_as_well(operator):
    group = make_group()
    share = make_share(group, make_leader(name="许诺"), 500_000, MAY, date(2026, 5, 31))
    make_share(group, make_leader(name="何悦"), 500_000, JUNE)

    with pytest.raises(services.SharesLeaveNothing), transaction.atomic():
        services.end_share(share=share, last_day=JUNE, by=operator)


@pytest.mark.parametrize(
    ("share_ppm", "span", "promise"),
    [
        (0, "[2026-05-01,)", "share_is_a_part"),
        (1_000_000, "[2026-05-01,)", "share_is_a_part"),
        (1, "(,2026-05-01)", "share_begins_on_a_day"),
        (1, "empty", "share_begins_on_a_day"),
        (600_000, "[2026-05-01,)", "shares_stay_within_the_whole"),
    ],
)
def test_the_database_refuses_a_share_that_is_none(share_ppm, span, promise):
    group, xu = make_group(), make_leader(name="许诺")
    make_share(group, make_leader(name="何悦"), 400_000)

    with pytest.raises(IntegrityError, match=promise), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO community_coleader (group_id, member_id, share_ppm, span) VALUES (%s, %s, %s, %s)",
            [group.pk, xu.pk, share_ppm, span],
        )


def two_at_once(group: Group) -> None:
    """Sixty percent each, for two members: the second is written while the first waits to be committed."""
    members = [make_leader(name="许诺"), make_leader(name="何悦")]
    refused: list[str] = []

    def give_the_second() -> None:
        try:
            make_share(group, members[1], 600_000)
        except IntegrityError as error:
            refused.append(str(error))
        finally:
            connection.close()

    second = Thread(target=give_the_second)
    with transaction.atomic():
        make_share(group, members[0], 600_000)
        second.start()
        second.join(0.5)
    second.join()


@pytest.mark.django_db(transaction=True)
def test_two_shares_at_once_do_not_pass_the_whole():
    group = make_group()

    two_at_once(group)

    assert group.co_leaders.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_shares_at_once_pass_the_whole_where_the_group_is_not_held():
    group = make_group()
    (trigger,) = (one for one in CoLeader._meta.triggers if one.name == "shares_stay_within_the_whole")
    unheld = copy(trigger)
    unheld.func = trigger.func.replace("FOR UPDATE", "")
    assert unheld.func != trigger.func

    unheld.install(CoLeader)
    try:
        two_at_once(group)
    finally:
        trigger.install(CoLeader)

    assert group.co_leaders.count() == 2


def test_a_share_is_given_and_ended_on_the_groups_page(desk):
    group, xu = make_group(), make_leader(name="许诺")

    given = desk.post(
        reverse("community:share_give", args=[group.pk]),
        {"share-member": xu.pk, "share-share_ppm": "37.5", "share-first_day": "2026-05-01"},
    )
    share = group.co_leaders.get()
    page = desk.get(given.url)
    desk.post(reverse("community:share_end", args=[share.pk]), {"last_day": "2026-05-31"})

    assert "37.5%" in page.text
    assert shares_of(group) == [("许诺", 375_000, MAY, date(2026, 5, 31))]


@pytest.mark.parametrize("percent", ["0", "100", "60"])
def test_a_share_that_does_not_fit_is_refused_with_what_was_sent(desk, percent):
    group, xu = make_group(), make_leader(name="许诺")
    make_share(group, make_leader(name="何悦"), 400_000)

    answer = desk.post(
        reverse("community:share_give", args=[group.pk]),
        {"share-member": xu.pk, "share-share_ppm": percent, "share-first_day": "2026-05-01"},
    )

    assert answer.status_code == 422
    assert answer.context["shares"].errors
    assert f'value="{percent}"' in answer.text
    assert group.co_leaders.count() == 1
