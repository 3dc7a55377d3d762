from datetime import date, timedelta

import pytest

from content.attribution import credited_publications, link_for
from orders.attribution import Attribution, Intake
from tests.content.factories import make_publication
from tests.factories import NOW, TODAY, make_campaign, make_group

pytestmark = pytest.mark.django_db

WANG, LI, ZHAO = 1, 2, 3


@pytest.fixture
def group():
    return make_group()


@pytest.fixture
def campaign(group):
    return make_campaign(group)


def intake(campaign, group, *, codes=None, at=NOW):
    return Intake(campaign_id=campaign.pk, group_id=group.pk, member_ids=[WANG, LI], codes=codes or {}, at=at)


def ago(days):
    return TODAY - timedelta(days=days)


def test_an_order_that_carries_a_link_is_credited_to_it_the_others_to_the_window(campaign, group):
    elsewhere = make_group("平阳六村一群")
    make_publication(code="carried", campaign=campaign, group=elsewhere)
    make_publication(code="opened7", campaign=campaign, group=group, clicks=3)

    answers = credited_publications(intake(campaign, group, codes={WANG: "carried"}))

    assert answers == {
        WANG: Attribution(link_code="carried", link_basis="opened"),
        LI: Attribution(link_code="opened7", link_basis="window"),
    }


@pytest.mark.parametrize("code", ["nothere", ""])
def test_a_code_that_is_no_link_of_the_campaign_credits_nobody(campaign, group, code):
    assert credited_publications(intake(campaign, group, codes={WANG: code})) == {}


def test_a_link_to_another_campaign_credits_nobody(campaign, group):
    make_publication(code="another", group=group, campaign=make_campaign(group), clicks=1)

    assert credited_publications(intake(campaign, group, codes={WANG: "another"})) == {}


def test_the_window_is_of_the_same_group(campaign, group):
    make_publication(code="another", group=make_group("平阳六村一群"), campaign=campaign, clicks=1)

    assert link_for(campaign_id=campaign.pk, group_id=group.pk, at=NOW) is None


def test_a_publication_nobody_opened_is_not_credited(campaign, group):
    make_publication(code="silent2", group=group, campaign=campaign)
    make_publication(code="silent3", group=group, campaign=campaign).click_days.create(day=TODAY, clicks=0)

    assert link_for(campaign_id=campaign.pk, group_id=group.pk, at=NOW) is None


@pytest.mark.parametrize(
    ("day", "credited"), [(ago(0), "windowx"), (ago(6), "windowx"), (ago(7), None), (ago(-1), None)]
)
def test_the_window_is_seven_days_that_begin_with_the_publications_own(campaign, group, day, credited):
    publication = make_publication(code="windowx", group=group, campaign=campaign, day=day)
    publication.click_days.create(day=min(day, TODAY), clicks=1)

    assert link_for(campaign_id=campaign.pk, group_id=group.pk, at=NOW) == credited


def test_the_length_of_the_window_is_a_setting(campaign, group, settings):
    settings.ATTRIBUTION_WINDOW_DAYS = 2
    make_publication(code="windowx", group=group, campaign=campaign, day=ago(2), clicks=1)

    assert link_for(campaign_id=campaign.pk, group_id=group.pk, at=NOW) is None


def test_a_click_after_the_order_does_not_earn_it(campaign, group):
    publication = make_publication(code="toolate", group=group, campaign=campaign, day=ago(2))
    publication.click_days.create(day=ago(-1), clicks=9)

    assert link_for(campaign_id=campaign.pk, group_id=group.pk, at=NOW) is None


def test_the_latest_opened_publication_is_credited(campaign, group):
    make_publication(code="earlier", group=group, campaign=campaign, day=ago(3), clicks=90)
    make_publication(code="later22", group=group, campaign=campaign, day=ago(1), clicks=1)
    make_publication(code="silent2", group=group, campaign=campaign, day=ago(0))

    assert link_for(campaign_id=campaign.pk, group_id=group.pk, at=NOW) == "later22"


def test_an_order_just_after_midnight_in_shanghai_belongs_to_the_new_day(campaign, group):
    make_publication(code="windowx", group=group, campaign=campaign, day=date(2026, 11, 20), clicks=1)
    eighth_day = NOW.replace(day=26, hour=16)

    assert link_for(campaign_id=campaign.pk, group_id=group.pk, at=eighth_day - timedelta(minutes=1)) == "windowx"
    assert link_for(campaign_id=campaign.pk, group_id=group.pk, at=eighth_day) is None


def test_any_number_of_buyers_takes_three_queries(campaign, group, django_assert_num_queries):
    make_publication(code="windowx", group=group, campaign=campaign, clicks=1)
    buyers = range(1, 201)
    asked = Intake(campaign.pk, group.pk, buyers, dict.fromkeys(range(1, 100), "windowx"), NOW)

    with django_assert_num_queries(3):
        answers = credited_publications(asked)

    assert len(answers) == 200
