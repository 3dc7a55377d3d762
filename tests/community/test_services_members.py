from datetime import date, timedelta

import pytest

from community import services
from community.enums import Channel
from community.models import Membership
from core.enums import Role
from tests.factories import NOW, TODAY, make_group, make_member, make_user

pytestmark = pytest.mark.django_db


def test_a_new_member_is_in_the_group_since_today_in_shanghai():
    group, operator = make_group(), make_user(Role.OPERATOR)

    joined = services.add_member(
        group=group, name=" 王芳 ", door=" ３－１７０１ ", channel=Channel.STORE, by=operator, now=NOW
    )

    assert (joined.member.name, joined.member.channel) == ("王芳", "store")
    assert joined.member.pinyin.startswith("wangfang wf")
    assert (joined.membership.group, joined.membership.door) == (group, "3-1701")
    assert joined.member.joined_on == joined.membership.joined_on == TODAY


def test_a_full_group_still_takes_a_member_so_that_no_order_is_kept_out():
    group, operator = make_group(capacity=1), make_user(Role.OPERATOR)
    make_member(group=group)

    services.add_member(group=group, name="李雷", by=operator, now=NOW)

    assert group.memberships.current().count() == 2


def test_nobody_is_twice_in_one_group():
    group, operator = make_group(), make_user(Role.OPERATOR)
    member = make_member("王芳", group=group)

    with pytest.raises(services.AlreadyInGroup, match="王芳"):
        services.join_group(member=member, group=group, by=operator, now=NOW)


def test_who_left_may_come_back():
    group, operator = make_group(), make_user(Role.OPERATOR)
    member = make_member(group=group)
    services.leave_group(membership=member.memberships.get(), by=operator, now=NOW)

    back = services.join_group(member=member, group=group, door="5-602", by=operator, now=NOW + timedelta(days=1))

    assert back.joined_on == TODAY + timedelta(days=1)
    assert list(member.memberships.order_by("pk").values_list("left_on", flat=True)) == [TODAY, None]


def test_moving_house_within_the_group_changes_the_door_only():
    group, operator = make_group(), make_user(Role.OPERATOR)
    member = make_member(group=group, door="3-1701")

    services.move_member(membership=member.memberships.get(), group=group, door="5-602", by=operator, now=NOW)

    assert list(member.memberships.values_list("door", "left_on")) == [("5-602", None)]


def test_moving_to_another_group_ends_one_membership_and_begins_another_on_the_same_day():
    old, new, operator = make_group(), make_group("平阳六村一群"), make_user(Role.OPERATOR)
    member = make_member(group=old, door="3-1701")

    services.move_member(membership=member.memberships.get(), group=new, door="8-201", by=operator, now=NOW)

    spans = member.memberships.order_by("pk").values_list("group", "door", "joined_on", "left_on")
    assert list(spans) == [
        (old.pk, "3-1701", date(2025, 1, 1), TODAY),
        (new.pk, "8-201", TODAY, None),
    ]


def test_moving_into_a_group_they_are_already_in_changes_nothing():
    old, new, operator = make_group(), make_group("平阳六村一群"), make_user(Role.OPERATOR)
    member = make_member(group=old)
    Membership.objects.create(group=new, member=member, joined_on=TODAY)

    with pytest.raises(services.AlreadyInGroup):
        services.move_member(membership=member.memberships.get(group=old), group=new, door="", by=operator, now=NOW)

    assert member.memberships.current().count() == 2


def test_nobody_leaves_twice():
    group, operator = make_group(), make_user(Role.OPERATOR)
    membership = make_member(group=group).memberships.get()
    services.leave_group(membership=membership, by=operator, now=NOW)

    with pytest.raises(services.NoLongerInGroup):
        services.leave_group(membership=membership, by=operator, now=NOW)


def test_nobody_leaves_before_joining():
    group, operator = make_group(), make_user(Role.OPERATOR)
    membership = make_member(group=group, joined_on=TODAY + timedelta(days=1)).memberships.get()

    with pytest.raises(services.LeavesBeforeJoining):
        services.leave_group(membership=membership, by=operator, now=NOW)


def test_a_corrected_name_is_found_by_its_own_pinyin():
    member, operator = make_member("王方"), make_user(Role.OPERATOR)

    services.change_member(member=member, name="黄方", channel=Channel.EVENT, by=operator, now=NOW)

    member.refresh_from_db()
    assert member.pinyin.startswith("huangfang hf")
    assert member.channel == "event"


def test_every_change_names_who_made_it():
    group, operator = make_group(), make_user(Role.OPERATOR)

    joined = services.add_member(group=group, name="王芳", by=operator, now=NOW)

    assert joined.member.events.get().pgh_context.metadata["user"] == operator.pk
    assert joined.membership.events.get().pgh_context.metadata["user"] == operator.pk
