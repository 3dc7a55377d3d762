"""The facts behind 值得一看, and the sentences made of them."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from community.enums import SeedSource
from community.models import SeedProfile
from insights.queries import Cohort
from insights.queries.noteworthy import (
    Bringer,
    FallingGroup,
    ReturningCohort,
    ScarceOffer,
    bringers,
    falling_groups,
    returning_cohorts,
    scarce_offers,
)
from insights.services import roll_up
from insights.views.noteworthy import noteworthy
from orders.enums import CampaignState, FactKind
from orders.models import Campaign, Offer
from referrals.models import Referral
from tests.factories import NOW, TODAY, make_group, make_leader, make_member, make_offer, make_user
from tests.factories import make_campaign as make_running_campaign
from tests.insights.sales import happened, make_campaign, make_order

pytestmark = pytest.mark.django_db

MONDAY = date(2026, 11, 16)
"""Of the week of TODAY, its Friday; the three weeks before it are finished."""
THREE_WEEKS = [MONDAY - timedelta(weeks=ago) for ago in (3, 2, 1)]


@pytest.fixture(autouse=True)
def in_english(client):
    client.cookies["django_language"] = "en"
    with translation.override("en"):
        yield


@pytest.fixture
def operator():
    return make_user()


def sell(group, *weeks_fen: int) -> None:
    """One order in each of the three finished weeks."""
    for monday, fen in zip(THREE_WEEKS, weeks_fen, strict=True):
        if fen:
            make_order(make_member(), group, fen=fen, day=monday + timedelta(days=2))


class TestFallingGroups:
    def test_a_group_that_fell_is_told_with_its_weeks_its_leader_and_the_last_opening(self):
        group = make_group("锦绣一群")
        make_leader(group, name="从前", last_day=TODAY - timedelta(days=1))
        make_leader(group, name="周敏", first_day=TODAY)
        sell(group, 30_000, 25_000, 20_000)
        make_order(make_member(), group, fen=90_000, day=MONDAY)

        # What was sold this week does not count; its campaign was opened on its Monday. 10 000 of 30 000 are gone.
        (fallen,) = falling_groups(now=NOW)
        assert fallen == FallingGroup(group.pk, "锦绣一群", (30_000, 25_000, 20_000), "周敏", MONDAY, open_now=False)
        assert fallen.fell_ppm == 333_333

    def test_a_draft_and_a_cancelled_campaign_were_never_opened_there(self):
        group = make_group()
        sell(group, 30_000, 25_000, 20_000)
        for state in (CampaignState.DRAFT, CampaignState.CANCELLED):
            make_campaign(group, TODAY - timedelta(days=1), state=state)

        assert falling_groups(now=NOW)[0].opened_on == THREE_WEEKS[-1] + timedelta(days=2)

    def test_what_takes_orders_there_now_is_known(self):
        group = make_group()
        sell(group, 30_000, 25_000, 20_000)
        make_running_campaign(group)

        assert falling_groups(now=NOW)[0].open_now

    def test_the_deepest_fall_comes_first_and_no_other_group_is_told(self):
        small, deep, level, risen, new = (make_group(name) for name in ("小", "深", "平", "升", "新"))
        sell(small, 30_000, 28_000, 26_000)
        sell(deep, 60_000, 30_000, 10_000)
        sell(level, 30_000, 30_000, 20_000)
        sell(risen, 10_000, 20_000, 30_000)
        sell(new, 0, 0, 30_000)

        assert [one.group_id for one in falling_groups(now=NOW)] == [deep.pk, small.pk]

    def test_a_group_that_sold_nothing_last_week_fell_too_before_and_after_the_night(self):
        group = make_group()
        sell(group, 30_000, 25_000, 20_000)
        last = group.orders.latest("placed_at")
        roll_up(now=NOW)
        happened(last, FactKind.CANCELLED, -20_000)

        tonight = falling_groups(now=NOW)
        roll_up(now=NOW)

        assert tonight == falling_groups(now=NOW)
        assert tonight[0].weeks_fen == (30_000, 25_000, 0)
        assert tonight[0].leader == ""


class TestReturningCohorts:
    """Four cohorts of 100 of which 40 came back in the week after."""

    before = [Cohort(MONDAY - timedelta(weeks=ago), 100, (40, 10, None)) for ago in (6, 5, 4, 3)]

    def test_the_newest_whose_second_week_is_over_is_told_beside_those_before_it(self):
        newest = Cohort(MONDAY - timedelta(weeks=2), 100, (60, None, None))
        running = Cohort(MONDAY - timedelta(weeks=1), 100, (None, None, None))

        (told,) = returning_cohorts([*self.before, newest, running])

        assert told == ReturningCohort(newest.week, 60, 100, 160, 400, cohorts_before=4)
        assert (told.rate_ppm, told.before_ppm) == (600_000, 400_000)

    def test_only_the_four_before_it_are_its_measure(self):
        long_ago = [Cohort(MONDAY - timedelta(weeks=7), 1000, (1000, 0, 0))]

        assert returning_cohorts([*long_ago, *self.before, Cohort(MONDAY - timedelta(weeks=2), 100, (60, None, None))])

    def test_an_earlier_one_that_stood_out_is_no_news(self):
        high = Cohort(MONDAY - timedelta(weeks=2), 100, (60, 10, None))
        newest = Cohort(MONDAY - timedelta(weeks=1), 100, (40, None, None))

        assert returning_cohorts([*self.before, high, newest]) == []

    def test_without_cohorts_there_is_nothing_to_tell(self):
        assert returning_cohorts([]) == []

    def test_it_is_said_with_both_shares_and_leads_to_what_was_posted_that_week(self, operator):
        newest = Cohort(date(2026, 11, 2), 100, (60, None, None))

        (item,) = noteworthy(user=operator, cohorts=[*self.before, newest], now=NOW)

        assert item.title == "60% of the newcomers of the week of November 2 came back the week after"
        assert item.text == "60 of 100 members; of the 4 weeks before it together 40%."
        assert item.url == reverse("content:calendar") + "?week=2026-11-02"


class TestScarceOffers:
    def scarce(self, campaign: Campaign, name: str, *, taken: int, stock: int | None) -> Offer:
        return make_offer(
            campaign, name, unit="盒", taken=Decimal(taken), stock=None if stock is None else Decimal(stock)
        )

    def test_what_has_least_left_comes_first_and_plenty_is_not_told(self, operator):
        campaign = make_running_campaign(make_group())
        self.scarce(campaign, "蓝莓", taken=48, stock=60)
        self.scarce(campaign, "草莓", taken=10, stock=10)
        self.scarce(campaign, "苹果", taken=47, stock=60)
        self.scarce(campaign, "脐橙", taken=500, stock=None)

        found = scarce_offers(user=operator, now=NOW)

        assert [(one.name, one.left) for one in found] == [("草莓", 0), ("蓝莓", 12)]
        assert found[1] == ScarceOffer(
            campaign.pk, campaign.title, campaign.cuts_off_at, "蓝莓", "盒", Decimal(48), Decimal(60)
        )

    @pytest.mark.parametrize("state", [CampaignState.CUT_OFF, CampaignState.CLOSED, CampaignState.DRAFT])
    def test_nothing_runs_out_where_nobody_orders(self, operator, state):
        self.scarce(make_running_campaign(make_group(), state=state), "草莓", taken=10, stock=10)

        assert scarce_offers(user=operator, now=NOW) == []


class TestBringers:
    def bring(self, referrer, number: int, *, on: date = MONDAY) -> list:
        people = [make_member(f"新邻居{each}") for each in range(number)]
        for person in people:
            Referral.objects.create(referrer=referrer, referee=person, bound_on=on)
        return people

    def test_who_brought_most_since_monday_is_told_with_how_many_ordered(self, operator):
        group, most, fewer = make_group(), make_member("王芳"), make_member("李静")
        once, twice, cancelled = self.bring(most, 3)
        for person, orders in ((once, 1), (twice, 2), (cancelled, 1)):
            for _each in range(orders):
                order = make_order(person, group, fen=100, day=TODAY)
        happened(order, FactKind.CANCELLED, -100)
        self.bring(fewer, 2, on=TODAY)
        self.bring(fewer, 5, on=MONDAY - timedelta(days=1))
        SeedProfile.objects.create(member=most, niche="美食", source=SeedSource.PERSONAL)

        assert bringers(user=operator, now=NOW) == [
            Bringer(most.pk, "王芳", 3, 2, seed=True),
            Bringer(fewer.pk, "李静", 2, 0, seed=False),
        ]

    def test_one_person_is_not_told(self, operator):
        self.bring(make_member(), 1)

        assert bringers(user=operator, now=NOW) == []


class TestOnThePage:
    """Pages read the clock themselves, so their weeks are those before today."""

    @pytest.fixture(autouse=True)
    def signed_in(self, client, operator):
        client.force_login(operator)

    def card(self, client) -> str:
        html = client.get(reverse("today")).content.decode()
        return html.split('id="noteworthy-heading"')[1].split("</section>")[0]

    def test_nothing_special_is_said_in_a_sentence(self, client):
        assert "Nothing stands out this week." in self.card(client)

    def test_each_fact_has_its_figures_a_next_step_and_a_link(self, client):
        now = timezone.now()
        today = timezone.localdate(now)
        monday = today - timedelta(days=today.weekday())
        group = make_group("锦绣一群")
        make_leader(group, name="周敏")
        for ago, fen in ((3, 300_000), (2, 250_000), (1, 200_000)):
            make_order(make_member(), group, fen=fen, day=monday - timedelta(weeks=ago))
        running = make_running_campaign(
            make_group("别的群"),
            title="周五鲜果团",
            opens_at=now - timedelta(days=1),
            cuts_off_at=now + timedelta(days=9),
        )
        make_offer(running, "草莓", unit="盒", taken=Decimal(57), stock=Decimal(60))
        referrer = make_member("王芳")
        for number in range(2):
            Referral.objects.create(referrer=referrer, referee=make_member(f"新{number}"), bound_on=today)

        card = self.card(client)

        assert "草莓: 3 盒 left" in card
        assert "57 of 60 盒 are taken; 周五鲜果团 closes" in card
        assert reverse("orders:campaign_detail", args=[running.pk]) in card
        assert "锦绣一群 fell two weeks running, by 33.3%" in card
        assert "GMV ¥3,000, then ¥2,500, then ¥2,000. Leader 周敏. Nothing opened there since" in card
        assert "Call 周敏 first" in card
        assert reverse("community:group_detail", args=[group.pk]) in card
        assert "王芳 brought 2 people this week" in card
        assert "0 of them ordered so far." in card
        assert reverse("community:member_detail", args=[referrer.pk]) in card
        assert "How this is counted" in card
