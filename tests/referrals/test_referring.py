"""Who brought whom: kept once, in join order, and told to orders at intake."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, InternalError, connection, transaction

from community.models import Group, Member
from core.enums import Role
from core.errors import DomainError
from core.models import User
from core.violations import violated
from orders.attribution import Intake, attribute
from orders.models import Order
from orders.services import refund_quantity
from referrals import services
from referrals.models import Referral
from referrals.queries import referrers_of
from tests.factories import (
    NOW,
    TODAY,
    delivered,
    make_campaign,
    make_group,
    make_member,
    make_offer,
    make_user,
    order_for,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def chain() -> list[Member]:
    """王芳 brought 李强, who brought 陈静."""
    members = [make_member(name) for name in ("王芳", "李强", "陈静")]
    refer(members[0], members[1])
    refer(members[1], members[2])
    return members


def refer(referrer: Member, referee: Member) -> Referral:
    return services.refer(referrer=referrer, referee=referee, reason="扫码入群", by=None, now=NOW)


def test_a_referral_is_bound_on_the_day_it_is_said() -> None:
    first, second = make_member("王芳"), make_member("李强")

    referral = refer(first, second)

    assert (referral.referrer, referral.referee, referral.bound_on) == (first, second, TODAY)


def test_a_member_has_one_referrer_for_ever(chain: list[Member]) -> None:
    with pytest.raises(services.AlreadyReferred, match="陈静"):
        refer(chain[0], chain[2])

    assert Referral.objects.get(referee=chain[2]).referrer == chain[1]


def test_nobody_brings_themselves(chain: list[Member]) -> None:
    with pytest.raises(services.SelfReferral):
        refer(chain[0], chain[0])


def test_a_referrer_joined_before() -> None:
    first, second = make_member("王芳"), make_member("李强")

    with pytest.raises(services.ReferrerJoinedLater):
        refer(second, first)


def test_a_refusal_leaves_the_transaction_usable(chain: list[Member]) -> None:
    with pytest.raises(DomainError):
        refer(chain[0], chain[2])

    assert Referral.objects.count() == 2


def test_referrers_are_told_two_levels_up_in_one_query(chain: list[Member], django_assert_num_queries: Any) -> None:
    first, second, third = (member.pk for member in chain)

    with django_assert_num_queries(1):
        above = referrers_of([first, second, third])

    assert above == {first: (None, None), second: (first, None), third: (second, first)}


def test_an_order_freezes_who_brought_its_buyer(chain: list[Member]) -> None:
    first, second, third = (member.pk for member in chain)

    known = attribute(Intake(campaign_id=1, group_id=1, member_ids=[third], codes={}, at=NOW))

    assert (known[third].referrer_1, known[third].referrer_2) == (second, first)


# Correcting a binding


@pytest.fixture
def operator() -> User:
    return make_user(Role.OPERATOR)


@pytest.fixture
def group() -> Group:
    return make_group()


def correct(referee: Member, referrer: Member, by: User, reason: str = "本人说的") -> Referral:
    referral = Referral.objects.get(referee=referee)
    return services.correct_referrer(referral=referral, referrer=referrer, reason=reason, by=by, now=NOW)


def order_of(member: Member, group: Group) -> Order:
    return order_for(member, (make_offer(make_campaign(group)), 2), group=group)


def test_a_correction_says_who_and_why_and_keeps_what_was_said(chain: list[Member], operator: User) -> None:
    correct(chain[2], chain[0], operator)

    referral = Referral.objects.get(referee=chain[2])
    assert (referral.referrer, referral.reason, referral.corrected_by) == (chain[0], "本人说的", operator)
    assert (referral.bound_on, referral.bound_by, referral.corrected_at) == (TODAY, None, NOW)
    told = referral.events.order_by("pgh_id").values_list("referrer", "reason", "pgh_context__metadata__user")
    assert list(told) == [(chain[1].pk, "扫码入群", None), (chain[0].pk, "本人说的", operator.pk)]


@pytest.mark.parametrize(
    ("referrer", "reason", "refusal"),
    [
        (0, " ", services.ReasonMissing),
        (2, "本人说的", services.SelfReferral),
        (3, "本人说的", services.ReferrerJoinedLater),
    ],
)
def test_a_correction_that_cannot_be_is_refused(
    chain: list[Member], operator: User, referrer: int, reason: str, refusal: type[DomainError]
) -> None:
    people = [*chain, make_member("后来")]

    with pytest.raises(refusal):
        correct(chain[2], people[referrer], operator, reason)

    assert Referral.objects.get(referee=chain[2]).referrer == chain[1]


def test_a_binding_is_corrected_while_nothing_has_been_delivered(
    chain: list[Member], operator: User, group: Group
) -> None:
    order = order_of(chain[2], group)

    correct(chain[2], chain[0], operator)

    order.refresh_from_db()
    assert order.referrer_1 == chain[1], "an order keeps who was known when it was placed"
    assert order_of(chain[2], group).referrer_1 == chain[0]


def test_a_binding_stays_once_it_has_counted(chain: list[Member], operator: User, group: Group) -> None:
    delivered(order_of(chain[2], group), by=operator)

    with pytest.raises(services.ReferralHasCounted, match="陈静"):
        correct(chain[2], chain[0], operator)

    assert Referral.objects.get(referee=chain[2]).referrer == chain[1]


def test_what_was_ordered_before_the_binding_does_not_make_it_count(operator: User, group: Group) -> None:
    first, second, third = (make_member(name) for name in ("王芳", "李强", "陈静"))
    delivered(order_of(third, group), by=operator)
    services.refer(referrer=second, referee=third, reason="", by=None, now=NOW + timedelta(days=1))

    assert correct(third, first, operator).referrer == first


def test_an_order_paid_back_whole_has_not_counted(chain: list[Member], operator: User, group: Group) -> None:
    line = delivered(order_of(chain[2], group), by=operator).lines.get()
    refund_quantity(line_id=line.pk, quantity=line.quantity, reason="坏了", by=operator, now=NOW)

    assert correct(chain[2], chain[0], operator).referrer == chain[0]


# What the database refuses whoever asks


def run(sql: str, *values: object) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)


def refused(sql: str, *values: object) -> str:
    """Run what must be refused; the name of the promise it would have broken."""
    with pytest.raises(IntegrityError) as caught:
        run(sql, *values)
    return violated(caught.value)


OPENLY = (
    "UPDATE referrals_referral SET referrer_id = %s, reason = 'x', corrected_by_id = %s, corrected_at = now()"
    " WHERE referee_id = %s"
)


def test_the_raw_correction_used_here_can_succeed(chain: list[Member], operator: User) -> None:
    run(OPENLY, chain[0].pk, operator.pk, chain[2].pk)

    assert Referral.objects.get(referee=chain[2]).referrer == chain[0]


@pytest.mark.parametrize("corrected_before", [False, True])
def test_no_binding_is_corrected_silently(chain: list[Member], operator: User, corrected_before: bool) -> None:
    if corrected_before:
        correct(chain[2], chain[1], operator)

    silently = refused("UPDATE referrals_referral SET referrer_id = %s WHERE referee_id = %s", chain[0].pk, chain[2].pk)
    for_no_reason = refused(OPENLY.replace("'x'", "' '"), chain[0].pk, operator.pk, chain[2].pk)

    assert {silently, for_no_reason} == {"correction_of_a_referral_says_why"}


def test_no_correction_goes_without_the_one_who_made_it(chain: list[Member]) -> None:
    promise = refused("UPDATE referrals_referral SET reason = 'x', corrected_at = now()")

    assert promise == "correction_of_a_referral_says_why"


def test_a_binding_that_has_counted_is_not_even_corrected_openly(
    chain: list[Member], operator: User, group: Group
) -> None:
    delivered(order_of(chain[2], group), by=operator)

    promise = refused(OPENLY, chain[0].pk, operator.pk, chain[2].pk)

    assert promise == "referral_that_has_counted_stays"


@pytest.mark.parametrize("what", ["referee_id = id + 1000", "bound_on = bound_on - 1", "bound_by_id = 1", "id = -id"])
def test_whom_it_binds_and_since_when_is_never_changed(chain: list[Member], operator: User, what: str) -> None:
    openly = OPENLY.replace("reason = 'x'", f"reason = 'x', {what}")

    with pytest.raises(InternalError, match="Cannot update"):
        run(openly, chain[0].pk, operator.pk, chain[2].pk)


def test_a_binding_is_not_deleted(chain: list[Member]) -> None:
    with pytest.raises(InternalError, match="Cannot delete"):
        run("DELETE FROM referrals_referral")


def test_bindings_are_not_emptied() -> None:
    assert refused("TRUNCATE referrals_referral CASCADE") == "what_is_kept_is_not_emptied"


def test_a_chain_cannot_be_bent_into_a_loop(chain: list[Member], operator: User) -> None:
    assert refused(OPENLY, chain[2].pk, operator.pk, chain[1].pk) == "referrer_joined_before_referee"
