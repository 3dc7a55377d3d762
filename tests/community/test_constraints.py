"""What the database refuses in community/, tried in plain SQL: no code path stands between."""

import pytest
from django.db import IntegrityError, connection

from community.models import SeedProfile
from tests.factories import make_group, make_leader, make_member

pytestmark = pytest.mark.django_db


def execute(sql, *parameters):
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)


def make_profile():
    return SeedProfile.objects.create(member=make_member(), niche="烘焙", source="forum")


def test_a_group_never_has_two_leaders_at_once():
    group, other = make_group(), make_leader(name="许诺")
    make_leader(group, name="周敏")

    with pytest.raises(IntegrityError, match="group_has_one_leader_at_a_time"):
        execute(
            "insert into community_leaderassignment (group_id, leader_id, span) values (%s, %s, %s)",
            group.pk,
            other.pk,
            "[2026-05-01,2026-05-02)",
        )


@pytest.mark.parametrize("span", ["empty", "(,2026-01-01)"])
def test_an_assignment_has_a_first_day(span):
    group, zhou = make_group(), make_leader()

    with pytest.raises(IntegrityError, match="assignment_begins_on_a_day"):
        execute(
            "insert into community_leaderassignment (group_id, leader_id, span) values (%s, %s, %s)",
            group.pk,
            zhou.pk,
            span,
        )


def test_a_member_is_in_a_group_once_at_a_time():
    group = make_group()
    member = make_member(group=group)

    with pytest.raises(IntegrityError, match="member_is_in_a_group_once"):
        execute(
            "insert into community_membership (group_id, member_id, door, joined_on) values (%s, %s, '', '2026-01-01')",
            group.pk,
            member.pk,
        )


def test_a_member_leaves_after_joining():
    member = make_member(group=make_group())

    with pytest.raises(IntegrityError, match="member_leaves_after_joining"):
        execute("update community_membership set left_on = joined_on - 1 where member_id = %s", member.pk)


@pytest.mark.parametrize("capacity", [0, 501])
def test_a_group_holds_what_wechat_allows(capacity):
    group = make_group()

    with pytest.raises(IntegrityError, match="group_holds_what_wechat_allows"):
        execute("update community_group set capacity = %s where id = %s", capacity, group.pk)


@pytest.mark.parametrize("quality", ["authority", "reach", "expression", "agreement"])
def test_scores_go_to_five(quality):
    profile = make_profile()

    with pytest.raises(IntegrityError, match="seed_scores_go_to_five"):
        execute(
            f"update community_seedprofile set {quality} = 6, {quality}_evidence = '群主' where id = %s",  # noqa: S608 (names of our columns)
            profile.pk,
        )


@pytest.mark.parametrize("quality", ["authority", "reach", "expression", "agreement"])
def test_a_score_names_its_evidence(quality):
    profile = make_profile()

    with pytest.raises(IntegrityError, match="seed_score_names_its_evidence"):
        execute(f"update community_seedprofile set {quality} = 3 where id = %s", profile.pk)  # noqa: S608 (likewise)


def test_a_seed_stands_in_one_of_the_four_columns():
    profile = make_profile()

    with pytest.raises(IntegrityError, match="seed_status_is_a_column"):
        execute("update community_seedprofile set status = 'vip' where id = %s", profile.pk)


def test_a_member_is_on_the_board_once():
    profile = make_profile()

    with pytest.raises(IntegrityError, match="member_id"):
        execute(
            "insert into community_seedprofile (member_id, niche, source, status, note, authority_evidence,"
            " reach_evidence, expression_evidence, agreement_evidence)"
            " values (%s, '烘焙', 'forum', 'seed', '', '', '', '', '')",
            profile.member_id,
        )


@pytest.mark.parametrize(
    "table", ["memberevent", "membershipevent", "leaderassignmentevent", "seedprofileevent", "groupevent"]
)
def test_who_changed_what_is_never_rewritten(table):
    group = make_group()
    make_leader(group, group=group)
    make_profile()

    with pytest.raises(Exception, match="Cannot update or delete"):
        execute(f"delete from community_{table}")  # noqa: S608 (a name of the table above)
