"""Invitation links: made once, retired once; who joins through one is bound to its member, or it is said why not."""

from datetime import timedelta
from threading import Event
from typing import Any
from unittest.mock import patch

import pytest
from django.db import IntegrityError, InternalError, connection, transaction

from community.consent import Wording
from community.models import Consent, Group, Member, Membership
from community.services import Arrived, Visitor, add_member, leave_group, record_consent
from core.enums import Role
from core.models import User
from core.rules.links import ALPHABET
from core.violations import violated
from referrals import services
from referrals.enums import Refusal, TouchRule
from referrals.models import Joining, Referral, ReferralLink
from referrals.rules.binding import Terms
from referrals.services import Opened
from referrals.services import joining as joining_module
from tests.factories import NOW, TODAY, make_group, make_leader, make_member, make_user
from tests.races import meanwhile, wait_until_we_block_somebody

pytestmark = pytest.mark.django_db

PHONE, OTHER_PHONE = "13800000000", "13911112222"
WORDING = Wording(1, "zh-hans", "同意保存")


@pytest.fixture
def operator() -> User:
    return make_user(Role.OPERATOR)


@pytest.fixture
def group() -> Group:
    return make_group()


@pytest.fixture
def wang(group: Group) -> Member:
    return make_member("王芳", group=group, phone=OTHER_PHONE)


@pytest.fixture
def link(wang: Member, group: Group, operator: User) -> ReferralLink:
    return services.make_link(member=wang, group=group, by=operator, now=NOW)


def join(link: ReferralLink, *, phone: str = PHONE, opened: Any = (), nonce: str = "", now: Any = NOW) -> Any:
    visitor = Visitor("李强", "3-1701", phone)
    nonce = nonce or f"{Joining.objects.count():032x}"
    return services.join_through(link=link, visitor=visitor, opened=opened, wording=WORDING, nonce=nonce, now=now)


def set_rule(operator: User, **terms: Any) -> None:
    services.set_binding_rule(plan=services.standard_plan(), terms=Terms(**terms), by=operator, now=NOW)


# The link


def test_a_link_has_a_code_of_its_own_that_is_typed_without_doubt(link: ReferralLink) -> None:
    assert len(link.code) == 8
    assert set(link.code) <= set(ALPHABET)


def test_a_member_has_one_living_link_into_a_group(
    link: ReferralLink, wang: Member, group: Group, operator: User
) -> None:
    with pytest.raises(services.HasLink, match="王芳"):
        services.make_link(member=wang, group=group, by=operator, now=NOW)

    services.retire_link(link=link, by=operator, now=NOW)
    again = services.make_link(member=wang, group=group, by=operator, now=NOW)

    assert again.code != link.code


def test_who_is_not_in_the_group_does_not_invite_into_it(wang: Member, group: Group, operator: User) -> None:
    leave_group(membership=wang.memberships.get(), by=operator, now=NOW)

    with pytest.raises(services.InvitesElsewhere):
        services.make_link(member=wang, group=group, by=operator, now=NOW)


def test_a_leader_invites_into_the_group_they_lead(group: Group, operator: User) -> None:
    leader = make_leader(group)

    assert services.make_link(member=leader, group=group, by=leader.user, now=NOW).member == leader


def test_a_retired_link_takes_nobody_in_and_nothing_of_the_form_is_kept(link: ReferralLink, operator: User) -> None:
    services.retire_link(link=link, by=operator, now=NOW)

    with pytest.raises(services.LinkRetired):
        join(link)

    assert not Member.objects.filter(phone=PHONE).exists()
    assert not Consent.objects.exists()


def test_a_link_is_retired_once(link: ReferralLink, operator: User) -> None:
    services.retire_link(link=link, by=operator, now=NOW)

    with pytest.raises(services.LinkRetired):
        services.retire_link(link=link, by=operator, now=NOW + timedelta(days=1))

    link.refresh_from_db()
    assert (link.retired_by, link.retired_at) == (operator, NOW)


# Who joins


def test_somebody_new_is_a_member_of_the_group_and_bound_to_who_invited_them(link: ReferralLink, wang: Member) -> None:
    joining = join(link)

    member = Member.objects.get(phone=PHONE)
    membership = member.memberships.get()
    referral = Referral.objects.get(referee=member)
    assert (member.name, member.channel, membership.group, membership.door) == (
        "李强",
        "referral",
        link.group,
        "3-1701",
    )
    assert (referral.referrer, referral.bound_on, referral.bound_by) == (wang, TODAY, None)
    assert (joining.referral, joining.credited, joining.refusal, joining.is_new) == (referral, link, "", True)


def test_what_they_agreed_to_is_kept_word_for_word_with_its_moment(link: ReferralLink) -> None:
    consent = join(link).consent

    assert (consent.member.phone, consent.at) == (PHONE, NOW)
    assert (consent.text.version, consent.text.language, consent.text.text) == (1, "zh-hans", "同意保存")


def test_a_form_sent_twice_joins_once(link: ReferralLink) -> None:
    join(link, nonce="a" * 32)

    assert join(link, nonce="a" * 32) is None
    assert Joining.objects.count() == 1


def test_who_is_known_by_their_phone_keeps_name_and_door_joins_and_is_not_bound(link: ReferralLink) -> None:
    known = make_member("陈静", group=make_group("别的群"), door="8-101", phone=PHONE)

    joining = join(link)

    known.refresh_from_db()
    assert (known.name, joining.member, joining.is_new) == ("陈静", known, False)
    assert set(known.memberships.values_list("group__name", "door")) == {
        ("别的群", "8-101"),
        (link.group.name, "3-1701"),
    }
    assert (joining.referral, joining.refusal) == (None, Refusal.ALREADY_MEMBER)
    assert not Referral.objects.exists()


def test_name_and_door_alone_are_nobody_we_know(link: ReferralLink, group: Group) -> None:
    neighbour = make_member("李强", group=group, door="3-1701")

    assert join(link).member != neighbour


def test_nobody_brings_themselves(link: ReferralLink) -> None:
    assert join(link, phone=OTHER_PHONE).refusal == Refusal.SELF


def test_a_known_member_is_bound_where_the_rule_says_so_but_only_once(
    link: ReferralLink, group: Group, operator: User
) -> None:
    set_rule(operator, new_members_only=False)
    known = make_member("陈静", group=group, phone=PHONE)

    first, second = join(link), join(link)

    assert first.referral == Referral.objects.get(referee=known)
    assert (second.referral, second.refusal) == (None, Refusal.ALREADY_REFERRED)


def test_who_joined_before_the_inviter_is_not_bound_to_them(group: Group, operator: User) -> None:
    set_rule(operator, new_members_only=False)
    make_member("陈静", group=group, phone=PHONE)
    later = services.make_link(member=make_member(group=group), group=group, by=operator, now=NOW)

    assert join(later).refusal == Refusal.JOINED_LATER


def test_the_first_link_opened_counts_where_the_rule_says_so(link: ReferralLink, group: Group, operator: User) -> None:
    set_rule(operator, touch=TouchRule.FIRST)
    earlier = services.make_link(member=make_member("陈静", group=group), group=group, by=operator, now=NOW)
    opened = [Opened(earlier.code, NOW - timedelta(days=2)), Opened(link.code, NOW)]

    joining = join(link, opened=opened)

    assert (joining.link, joining.credited) == (link, earlier)
    assert joining.touched_at == NOW - timedelta(days=2)
    assert joining.referral.referrer == earlier.member


def test_a_link_retired_since_it_was_opened_brings_nobody(link: ReferralLink, group: Group, operator: User) -> None:
    set_rule(operator, touch=TouchRule.FIRST)
    earlier = services.make_link(member=make_member("陈静", group=group), group=group, by=operator, now=NOW)
    services.retire_link(link=earlier, by=operator, now=NOW)

    assert join(link, opened=[Opened(earlier.code, NOW - timedelta(days=2))]).credited == link


def test_a_page_left_open_for_too_long_names_nobody_and_says_why(link: ReferralLink) -> None:
    joining = join(link, opened=[Opened(link.code, NOW - timedelta(days=31))])

    assert (joining.referral, joining.refusal) == (None, Refusal.WINDOW_OVER)
    assert joining.member.memberships.get().group == link.group


def test_a_rule_binds_from_now_on_and_what_was_decided_says_by_which(link: ReferralLink, operator: User) -> None:
    before = join(link)
    set_rule(operator, touch=TouchRule.FIRST, window_days=7, new_members_only=False)
    after = join(link, phone="13700000000")

    before.refresh_from_db()
    assert (before.touch, before.window_days, before.new_members_only) == ("last", 30, True)
    assert (after.touch, after.window_days, after.new_members_only) == ("first", 7, False)


# What the database refuses whoever asks


def refused(sql: str, *values: object) -> str:
    """Run what must be refused; the name of the promise it would have broken."""
    with pytest.raises(IntegrityError) as caught, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)
    return violated(caught.value)


AGAIN = """
    INSERT INTO referrals_joining (link_id, credited_id, member_id, is_new, consent_id, touched_at, at, touch,
        window_days, new_members_only, referral_id, refusal)
    SELECT link_id, credited_id, {member}, {is_new}, %s, {touched_at}, at, touch, window_days, new_members_only,
        {referral}, {refusal}
    FROM referrals_joining WHERE id = %s
"""
AS_IT_WAS = {"member": "member_id", "is_new": "is_new", "touched_at": "touched_at"} | {
    "referral": "NULL",
    "refusal": "'member'",
}


def joining_like(joining: Joining, **otherwise: str) -> tuple[str, int, int]:
    consent = Consent.objects.create(member=joining.member, text=joining.consent.text, at=NOW)
    return AGAIN.format(**AS_IT_WAS | otherwise), consent.pk, joining.pk


def test_the_raw_joining_used_here_can_succeed(link: ReferralLink) -> None:
    sql, *values = joining_like(join(link))
    with connection.cursor() as cursor:
        cursor.execute(sql, values)

    assert Joining.objects.count() == 2


@pytest.mark.parametrize(
    ("otherwise", "promise"),
    [
        ({"refusal": "''"}, "joining_binds_or_says_why_not"),
        ({"refusal": "'why not'"}, "joining_binds_or_says_why_not"),
        ({"touched_at": "at + interval '1 second'"}, "joining_follows_its_touch"),
        ({"referral": "{other}", "refusal": "''"}, "joining_binds_whom_its_link_names"),
        ({"referral": "{own}", "refusal": "''", "is_new": "false"}, "binding_keeps_to_new_members"),
        (
            {"referral": "{own}", "refusal": "''", "touched_at": "at - interval '31 days'"},
            "binding_keeps_to_its_window",
        ),
        ({"referral": "{own}", "refusal": "''"}, "referrals_joining_referral_id_key"),
    ],
)
def test_no_joining_says_what_cannot_be(link: ReferralLink, otherwise: dict[str, str], promise: str) -> None:
    joining = join(link)
    other = services.refer(referrer=link.member, referee=make_member(), reason="", by=None, now=NOW)
    otherwise = {key: text.format(own=joining.referral_id, other=other.pk) for key, text in otherwise.items()}

    assert refused(*joining_like(joining, **otherwise)) == promise


def test_not_even_raw_sql_joins_through_a_retired_link(link: ReferralLink, operator: User) -> None:
    joining = join(link)
    services.retire_link(link=link, by=operator, now=NOW)

    assert refused(*joining_like(joining)) == "retired_link_takes_nobody_in"


@pytest.mark.parametrize(
    ("change", "promise"),
    [
        ("retired_at = now()", "retired_link_says_who_and_when"),
        ("retired_by_id = made_by_id, retired_at = made_at - interval '1 day'", "retired_link_says_who_and_when"),
    ],
)
def test_a_link_is_not_retired_by_nobody_or_before_it_was_made(link: ReferralLink, change: str, promise: str) -> None:
    assert refused(f"UPDATE referrals_referrallink SET {change}") == promise  # noqa: S608


@pytest.mark.parametrize("change", ["code = 'zzzzzzzz'", "member_id = member_id + 1", "made_at = now()", "id = -id"])
def test_whose_link_it_is_and_into_which_group_is_never_changed(link: ReferralLink, change: str) -> None:
    with pytest.raises(InternalError, match="Cannot update"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE referrals_referrallink SET {change}")  # noqa: S608


def test_a_link_is_not_deleted_and_does_not_come_back(link: ReferralLink, operator: User) -> None:
    services.retire_link(link=link, by=operator, now=NOW)

    assert (
        refused("UPDATE referrals_referrallink SET retired_by_id = NULL, retired_at = NULL") == "link_is_retired_once"
    )
    with pytest.raises(InternalError, match="Cannot delete"), transaction.atomic():
        ReferralLink.objects.all().delete()


@pytest.mark.parametrize("days", [0, 91])
def test_a_window_is_one_to_ninety_days(operator: User, days: int) -> None:
    with pytest.raises(IntegrityError, match="binding_window_is_up_to_ninety_days"):
        set_rule(operator, window_days=days)


# Two at once


def join_twice_at_once(first: ReferralLink, second: ReferralLink, *, waits: bool = True) -> None:
    """The same person joins through two links at one moment: the other waits for us until we are done."""
    begun, done = Event(), Event()

    def join_then() -> None:
        begun.wait(5)
        join(second, nonce="b" * 32)
        done.set()

    with meanwhile(join_then), transaction.atomic():
        join(first, nonce="a" * 32)
        begun.set()
        if waits:
            wait_until_we_block_somebody()
        else:
            assert done.wait(20)


@pytest.fixture
def two_links(link: ReferralLink, group: Group, operator: User) -> tuple[ReferralLink, ReferralLink]:
    chen = make_member("陈静", group=group)
    return link, services.make_link(member=chen, group=group, by=operator, now=NOW)


@pytest.mark.django_db(transaction=True)
def test_two_joins_of_one_person_at_once_bind_once(two_links: tuple[ReferralLink, ReferralLink]) -> None:
    join_twice_at_once(*two_links)

    told = Joining.objects.order_by("pk").values_list("credited", "referral__referrer", "refusal")
    assert list(told) == [
        (two_links[0].pk, two_links[0].member_id, ""),
        (two_links[1].pk, None, Refusal.ALREADY_REFERRED),
    ]
    assert Membership.objects.filter(member__phone=PHONE).count() == Referral.objects.count() == 1


def take_in_unlocked(*, visitor: Visitor, group: Group, **_how: Any) -> Arrived:
    return Arrived(Member.objects.get(phone=visitor.phone), is_new=False)


@pytest.mark.django_db(transaction=True)
def test_even_without_the_lock_a_member_is_bound_once(
    two_links: tuple[ReferralLink, ReferralLink], group: Group, operator: User
) -> None:
    set_rule(operator, new_members_only=False)
    make_member("李强", group=group, phone=PHONE)

    with patch.object(joining_module, "take_in", take_in_unlocked):
        join_twice_at_once(*two_links)

    assert list(Joining.objects.order_by("pk").values_list("refusal", flat=True)) == ["", Refusal.ALREADY_REFERRED]
    assert Referral.objects.count() == 1


def take_in_anew(*, visitor: Visitor, group: Group, channel: str, now: Any) -> Arrived:
    return Arrived(add_member(group=group, name=visitor.name, by=None, now=now).member, is_new=True)


@pytest.mark.django_db(transaction=True)
def test_positive_control_without_the_phone_the_same_two_forms_bind_twice(
    two_links: tuple[ReferralLink, ReferralLink],
) -> None:
    record_consent(member=two_links[0].member, wording=WORDING, now=NOW)  # or they would wait for the words

    with patch.object(joining_module, "take_in", take_in_anew):
        join_twice_at_once(*two_links, waits=False)

    assert Referral.objects.count() == 2
