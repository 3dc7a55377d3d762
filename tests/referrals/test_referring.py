"""Who brought whom: kept once, in join order, and told to orders at intake."""

from typing import Any

import pytest

from community.models import Member
from core.errors import DomainError
from orders.attribution import Intake, attribute
from referrals import services
from referrals.models import Referral
from referrals.queries import referrers_of
from tests.factories import NOW, TODAY, make_member

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
