"""On which terms something is offered, and which of them may still change."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.enums import Role
from orders.enums import CampaignState
from orders.models import GroupStock, Offer, PriceStep
from orders.queries import standings
from orders.rules.ladders import Step, is_as_good, price_at
from orders.services import (
    CampaignNotOpen,
    CampaignNotReady,
    TermsRefused,
    change_campaign,
    change_offer,
    cut_off,
    save_offer,
)
from tests import factories as make
from tests.factories import NOW, order_for

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]

LADDER = [Step(2, 4990), Step(3, 4500)]


@pytest.fixture
def group():
    return make.make_group()


@pytest.fixture
def draft(group):
    return make.make_campaign(group, state=CampaignState.DRAFT)


@pytest.fixture
def crabs():
    return make.make_product("大闸蟹", unit="只", price_fen=5990)


def terms_of(offer: Offer) -> tuple[object, ...]:
    offer = Offer.objects.get(pk=offer.pk)
    ladder = list(offer.steps.values_list("joined", "price_fen"))
    shares = dict(offer.group_stocks.values_list("group", "stock"))
    return offer.price_fen, offer.stock, offer.limit_each, offer.minimum, ladder, shares


def test_an_offer_comes_with_its_ladder_its_minimum_and_what_each_group_may_take(draft, group, crabs):
    offer = save_offer(
        campaign=draft,
        product=crabs,
        stock=Decimal(60),
        limit_each=Decimal(5),
        minimum=Decimal(20),
        steps=LADDER,
        shares={group.pk: Decimal(30)},
    )

    assert terms_of(offer) == (5990, 60, 5, 20, [(2, 4990), (3, 4500)], {group.pk: 30})


def test_what_is_weighed_is_so_in_the_campaign_whatever_becomes_of_the_product(draft):
    fish = make.make_product("草鱼", weighed=True)
    offer = save_offer(campaign=draft, product=fish)

    fish.weighed = False
    fish.save()

    assert Offer.objects.get(pk=offer.pk).weighed


@pytest.mark.parametrize(
    ("terms", "field"),
    [
        ({"steps": [Step(1, 4990)]}, "step_1_joined"),
        ({"steps": [Step(3, 4990), Step(3, 4500)]}, "step_2_joined"),
        ({"steps": [Step(3, 4990), Step(2, 4500)]}, "step_2_joined"),
        ({"steps": [Step(2, 5990)]}, "step_1_price"),
        ({"steps": [Step(2, 4990), Step(3, 4990)]}, "step_2_price"),
        ({"steps": [Step(n, 5000 - n) for n in range(2, 7)]}, "step_1_joined"),
        ({"price_fen": 4990, "steps": LADDER}, "step_1_price"),
        ({"stock": Decimal(10), "minimum": Decimal(11)}, "minimum"),
    ],
)
def test_terms_no_campaign_could_keep_are_refused_beside_their_field(draft, crabs, terms, field):
    with pytest.raises(TermsRefused) as refused:
        save_offer(campaign=draft, product=crabs, **terms)

    assert refused.value.field == field
    assert not Offer.objects.exists()


def test_a_group_cannot_have_more_than_there_is_for_all(draft, group, crabs):
    with pytest.raises(TermsRefused) as refused:
        save_offer(campaign=draft, product=crabs, stock=Decimal(5), shares={group.pk: Decimal(6)})

    assert refused.value.field == f"share_{group.pk}"


def test_a_minimum_the_groups_together_cannot_reach_is_refused(draft, group, crabs):
    other = make.make_group("二群")
    draft.groups.add(other)
    shares = {group.pk: Decimal(4), other.pk: Decimal(5)}

    with pytest.raises(TermsRefused) as refused:
        save_offer(campaign=draft, product=crabs, minimum=Decimal(10), shares=shares)
    assert refused.value.field == "minimum"
    save_offer(campaign=draft, product=crabs, minimum=Decimal(10), shares={group.pk: Decimal(4)})  # the other has room


def test_only_the_campaigns_own_groups_have_a_stock(draft, crabs):
    with pytest.raises(CampaignNotReady):
        save_offer(campaign=draft, product=crabs, shares={make.make_group("别的群").pk: Decimal(6)})


def test_a_group_that_is_taken_out_of_the_plan_takes_its_stock_along(draft, group, crabs):
    other = make.make_group("二群")
    draft.groups.add(other)
    save_offer(campaign=draft, product=crabs, shares={group.pk: Decimal(4), other.pk: Decimal(5)})

    clock = {field: getattr(draft, field) for field in ("title", "opens_at", "cuts_off_at", "delivers_on")}
    change_campaign(campaign=draft, groups=[other], **clock)

    assert list(GroupStock.objects.values_list("group", "stock")) == [(other.pk, 5)]


class TestOnceOrdered:
    """¥59.90 a piece, 20 to go ahead, ¥49.90 for two and ¥45.00 for three; one is ordered."""

    @pytest.fixture
    def offer(self, group, crabs):
        campaign = make.make_campaign(group)
        offer = save_offer(
            campaign=campaign,
            product=crabs,
            stock=Decimal(40),
            minimum=Decimal(20),
            steps=LADDER,
            shares={group.pk: Decimal(30)},
        )
        order_for(make.make_member(), (offer, 1), group=group)
        return offer

    @staticmethod
    def change(offer, **terms):
        now = {"price_fen": 5990, "stock": Decimal(40), "limit_each": None, "minimum": Decimal(20), "steps": LADDER}
        now["shares"] = {share.group_id: share.stock for share in offer.group_stocks.all()}
        return change_offer(offer=offer, **{**now, **terms})

    @pytest.mark.parametrize(
        "terms",
        [
            {"minimum": Decimal(15)},
            {"minimum": None},
            {"steps": [Step(2, 4800), Step(3, 4500)]},
            {"steps": [Step(2, 4500)]},
            {"steps": [*LADDER, Step(10, 3990)]},
            {"stock": Decimal(50)},
            {"stock": Decimal(30)},
            {"limit_each": Decimal(3)},
        ],
    )
    def test_what_is_better_for_who_ordered_or_touches_nobody_goes_through(self, offer, terms):
        self.change(offer, **terms)

        price, stock, limit, minimum, ladder, _shares = terms_of(offer)
        now = {"stock": stock, "limit_each": limit, "minimum": minimum, "steps": [Step(*step) for step in ladder]}
        assert price == 5990
        assert {name: now[name] for name in terms} == terms

    @pytest.mark.parametrize(
        ("terms", "field"),
        [
            ({"price_fen": 5000}, "price_fen"),
            ({"minimum": Decimal(21)}, "minimum"),
            ({"steps": []}, "step_1_joined"),
            ({"steps": [Step(2, 4991), Step(3, 4500)]}, "step_1_joined"),
            ({"steps": [Step(3, 4500)]}, "step_1_joined"),
            ({"steps": [Step(2, 4990), Step(4, 4000)]}, "step_1_joined"),
            ({"stock": Decimal("0.5")}, "minimum"),
            ({"stock": Decimal("0.5"), "minimum": None, "shares": {}}, "stock"),
        ],
    )
    def test_what_is_worse_for_who_ordered_is_refused_and_changes_nothing(self, offer, terms, field):
        before = terms_of(offer)

        with pytest.raises(TermsRefused) as refused:
            self.change(offer, **terms)

        assert refused.value.field == field
        assert terms_of(offer) == before

    def test_an_offer_ordered_without_a_minimum_gets_none(self, offer):
        self.change(offer, minimum=None)

        with pytest.raises(TermsRefused, match="without a minimum"):
            self.change(offer, minimum=Decimal(1))

    def test_a_group_keeps_what_it_took_when_its_stock_changes(self, offer, group):
        self.change(offer, minimum=None, shares={group.pk: Decimal(2)})

        assert list(offer.group_stocks.values_list("stock", "taken")) == [(2, 1)]
        with pytest.raises(TermsRefused, match="already ordered"):
            self.change(offer, minimum=None, shares={group.pk: Decimal("0.5")})
        self.change(offer, minimum=None, shares={})
        assert not offer.group_stocks.exists()

    def test_a_group_gets_no_stock_of_its_own_while_orders_come_in(self, offer, group):
        self.change(offer, shares={})

        with pytest.raises(TermsRefused, match="before the opening"):
            self.change(offer, shares={group.pk: Decimal(30)})

    def test_after_the_cut_off_nothing_changes(self, offer):
        cut_off(campaign=offer.campaign, by=make.make_user(Role.OPERATOR), now=NOW)

        with pytest.raises(CampaignNotOpen):
            self.change(offer, stock=Decimal(90))


def test_before_anybody_ordered_everything_may_change(group, crabs):
    offer = save_offer(campaign=make.make_campaign(group), product=crabs, minimum=Decimal(5), steps=LADDER)

    change_offer(offer=offer, price_fen=6990, stock=None, limit_each=None, minimum=Decimal(9), steps=[Step(5, 6000)])

    assert terms_of(offer) == (6990, None, None, 9, [(5, 6000)], {})


def test_the_standing_of_an_offer_counts_members_once_and_says_what_is_missing(group, crabs):
    other, campaign = make.make_group("二群"), make.make_campaign(group)
    campaign.groups.add(other)
    offer = save_offer(
        campaign=campaign, product=crabs, stock=Decimal(40), minimum=Decimal(20), steps=LADDER, shares={other.pk: 9}
    )
    twice = make.make_member("两头跑")
    order_for(twice, (offer, 3), group=group)
    order_for(twice, (offer, 2), group=other)
    withdrawn = make.make_member("退了")
    order_for(withdrawn, (offer, 1), group=group)
    order_for(withdrawn, (offer, -1), group=group)

    (one,) = standings(campaign.offers.all())

    assert (one.joined, one.left, one.missing) == (1, 35, 15)
    assert (one.price_fen, one.next_step) == (5990, Step(2, 4990))
    assert [(share.group_id, share.stock, share.taken) for share in one.shares] == [(other.pk, 9, 2)]


def test_two_who_join_bring_the_price_down_for_the_next_step(group, crabs):
    offer = save_offer(campaign=make.make_campaign(group), product=crabs, steps=LADDER)
    for _member in range(2):
        order_for(make.make_member(), (offer, 1), group=group)

    (one,) = standings(offer.campaign.offers.all())

    assert (one.price_fen, one.next_step) == (4990, Step(3, 4500))


ladders = st.lists(st.builds(Step, st.integers(2, 30), st.integers(0, 1000)), max_size=4)


@given(before=ladders, after=ladders)
def test_a_ladder_is_as_good_exactly_if_nobody_ever_pays_more(before, after):
    dearer = [n for n in range(1, 40) if price_at(1000, after, n) > price_at(1000, before, n)]

    assert is_as_good(1000, before, after) == (not dearer)


def test_a_change_of_the_ladder_leaves_no_old_step(group, crabs):
    offer = save_offer(campaign=make.make_campaign(group), product=crabs, steps=LADDER)

    change_offer(offer=offer, price_fen=5990, stock=None, limit_each=None, steps=[Step(2, 4000)])

    assert list(PriceStep.objects.values_list("joined", "price_fen")) == [(2, 4000)]
