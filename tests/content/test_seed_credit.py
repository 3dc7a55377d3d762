"""Which seed user an order is credited to, frozen on it: whose link it came through, or whose voice speaks there."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from community.enums import SeedSource, SeedStatus
from community.models import Member, SeedProfile
from content.attribution import credited_publications
from content.models import IP
from orders.attribution import Intake, attribute
from orders.enums import OrderSource
from orders.models import Order
from orders.services import Wanted, place
from referrals.services import make_link
from tests.content.factories import make_publication
from tests.factories import NOW, make_campaign, make_group, make_member, make_offer
from tests.referrals.sales import make_sale

pytestmark = pytest.mark.django_db


@pytest.fixture
def group():
    return make_group()


@pytest.fixture
def campaign(group):
    return make_campaign(group)


def make_seed(name: str = "何悦", status: SeedStatus = SeedStatus.SEED, **fields: object) -> Member:
    member = make_member(name, **fields)
    SeedProfile.objects.create(member=member, niche="烘焙", source=SeedSource.FORUM, status=status)
    return member


def spoken_by(publication, person: Member | None) -> None:
    IP.objects.filter(pk=publication.piece.ip_id).update(person=person)


def ordered(campaign, group, member: Member, code: str = "") -> Order:
    offer = make_offer(campaign, "草莓")
    wanted = [Wanted(member_id=member.pk, quantities={offer.pk: 1}, link_code=code)]
    place(campaign=campaign, group=group, wanted=wanted, source=OrderSource.PUBLIC, by=None, now=NOW)
    return Order.objects.get(member=member)


def test_an_order_through_a_piece_is_credited_to_the_seed_user_whose_voice_it_is(campaign, group):
    seed, buyer = make_seed(), make_member("李强")
    spoken_by(make_publication(code="carried", campaign=campaign, group=group), seed)

    order = ordered(campaign, group, buyer, "carried")

    assert (order.link_code, order.seed) == ("carried", seed)


def test_one_through_the_seed_users_own_invitation_is_theirs(campaign, group, operator):
    seed, buyer = make_seed(group=group), make_member("李强")
    link = make_link(member=seed, group=group, by=operator, now=NOW - timedelta(days=1))

    order = ordered(campaign, group, buyer, link.code)

    assert (order.link_code, order.seed) == (link.code, seed)


@pytest.mark.parametrize("status", [SeedStatus.TO_CONTACT, SeedStatus.JOINED, None])
def test_whoever_is_no_seed_yet_is_credited_with_nothing(campaign, group, operator, status):
    voice = make_seed(status=status, group=group) if status else make_member("何悦", group=group)
    spoken_by(make_publication(code="carried", campaign=campaign, group=group), voice)
    link = make_link(member=voice, group=group, by=operator, now=NOW - timedelta(days=1))

    assert ordered(campaign, group, make_member("李强"), "carried").seed is None
    assert ordered(campaign, group, make_member("王芳"), link.code).seed is None


def test_nobody_is_the_seed_user_of_their_own_order(campaign, group):
    seed = make_seed()
    spoken_by(make_publication(code="windowx", campaign=campaign, group=group, clicks=1), seed)

    own, other = ordered(campaign, group, seed), ordered(campaign, group, make_member("李强"))

    assert (own.link_code, own.seed, other.seed) == ("windowx", None, seed)
    with pytest.raises(IntegrityError, match="nobody_seeds_their_own_order"), transaction.atomic():
        make_sale(group, 10_00, member=seed, seed=seed)


def test_the_seed_user_belongs_to_the_link_that_is_credited(campaign, group, operator):
    """The carried invitation is credited, so the seed user behind the publication of the window is not."""
    spoken_by(make_publication(code="windowx", campaign=campaign, group=group, clicks=1), make_seed())
    inviter = make_member("周敏", group=group)
    link = make_link(member=inviter, group=group, by=operator, now=NOW - timedelta(days=1))
    buyer = make_member("李强")
    intake = Intake(campaign.pk, group.pk, [buyer.pk], {buyer.pk: link.code}, NOW)

    assert credited_publications(intake)[buyer.pk].seed is not None
    assert (attribute(intake)[buyer.pk].link_code, attribute(intake)[buyer.pk].seed) == (link.code, None)
