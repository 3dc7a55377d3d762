"""今日 and 分析: who sees them, what they say, how many questions they ask the database."""

import csv
import io
from datetime import UTC, date, datetime, timedelta
from html import unescape

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from community.enums import SeedSource
from community.models import SeedProfile
from core.enums import JobState, Role
from core.models import Job
from core.spreadsheets import harmless
from insights.definitions import VERSIONS, definition
from insights.models import MemberStat
from insights.services import roll_up
from ledger.models import Period
from orders.enums import CampaignState, FactKind
from referrals.enums import RunState
from referrals.models import Referral, Run
from tests.factories import make_group, make_leader, make_member, make_neighbourhood, make_user
from tests.insights.sales import deliver, happened, make_campaign, make_order, noon

pytestmark = pytest.mark.django_db

TODAY = reverse("today")
HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def in_english(client):
    """What a page says is tested in the words of the source."""
    client.cookies["django_language"] = "en"
    with translation.override("en"):
        yield


@pytest.fixture
def operator(client):
    user = make_user(name="沈嘉宁")
    client.force_login(user)
    return user


@pytest.fixture
def admin(client):
    user = make_user(Role.ADMIN)
    client.force_login(user)
    return user


def day(ago: int = 0):
    return timezone.localdate() - timedelta(days=ago)


def sell(group, *, fen: int = 1000, ago: int = 0, name: str = "王芳"):
    return make_order(make_member(name, group=group), group, fen=fen, day=day(ago))


def page(client, url: str = TODAY, **headers) -> str:
    answer = client.get(url, headers=headers)
    assert answer.status_code == 200
    return answer.content.decode()


class TestWhoSeesWhat:
    def test_a_stranger_is_sent_to_the_login(self, client):
        assert client.get(TODAY).url == "/login/?next=/"

    @pytest.mark.parametrize(
        ("role", "elsewhere"), [(Role.LEADER, "orders:leader_today"), (Role.AUDITOR, "referrals:run_list")]
    )
    def test_the_day_of_others_begins_elsewhere(self, client, role, elsewhere):
        client.force_login(make_user(role))

        assert client.get(TODAY).url == reverse(elsewhere)

    @pytest.mark.parametrize("role", [Role.LEADER, Role.AUDITOR])
    def test_the_figures_are_not_found_by_others(self, client, role):
        client.force_login(make_user(role))
        member = make_member()
        addresses = [
            reverse("insights:analysis"),
            reverse("insights:cohorts_csv"),
            reverse("insights:sales_csv"),
            reverse("insights:groups_csv"),
            reverse("insights:member_worth", args=[member.pk]),
        ]

        assert [client.get(url).status_code for url in addresses] == [404] * 5

    @pytest.mark.parametrize("role", [Role.OPERATOR, Role.ADMIN])
    def test_operator_and_admin_read_them(self, client, role):
        client.force_login(make_user(role))

        assert client.get(reverse("insights:analysis")).status_code == 200
        assert client.get(TODAY).status_code == 200


class TestToday:
    def test_a_new_house_says_what_comes_next(self, client, operator):
        html = page(client)

        assert "No orders yet" in html
        assert "No group yet" in html
        assert reverse("community:group_create") in html
        assert "Not counted yet" in html
        assert "Nothing waits" in html

    def test_it_greets_and_says_when_repurchase_was_counted(self, client, operator):
        roll_up(now=datetime(2026, 1, 4, 19, 10, tzinfo=UTC))

        html = page(client)

        assert "沈嘉宁" in html
        assert "repurchase counted January 5 03:10" in html

    def test_the_strip_shows_this_week_live_before_any_roll_up(self, client, operator):
        sell(make_group(), fen=18_642_049)

        html = page(client)

        assert "<small>¥</small>186,420</span>" in html
        assert "GMV this week, ¥186,420 an order" in html
        assert "counted every night at 03:10" in html

    def test_the_window_switches_between_30_60_and_90_days(self, client, operator):
        group, member = make_group(), make_member()
        for ago in (0, 40):
            make_order(member, group, fen=100, day=day(ago))
        roll_up(now=timezone.now())

        rates = [page(client, f"{TODAY}?window={days}") for days in (30, 60, 75)]

        assert "Repurchase, 30 days" in rates[0]
        assert ">0<small>%" in rates[0]
        assert "Repurchase, 60 days" in rates[1]
        assert ">100<small>%" in rates[1]
        assert "Repurchase, 30 days" in rates[2], "a window that is not offered"

    def test_two_orders_on_one_day_are_a_return_where_orders_count(self, client, operator):
        member = make_member()
        for name in ("一群", "二群"):
            make_order(member, make_group(name), fen=100, day=day())
        roll_up(now=timezone.now())

        rates = [page(client, f"{TODAY}?count={count}&window=60") for count in ("occasions", "orders")]

        assert ">0<small>%" in rates[0]
        assert ">100<small>%" in rates[1]
        assert str(definition("repurchase_orders").text) in rates[1]
        assert "?count=orders&amp;window=30" in rates[1], "the other choice is kept"

    def test_every_figure_comes_with_its_definition_zone_and_refund_basis(self, client, operator):
        sell(make_group())

        html = page(client)

        for key in ("gmv", "valid_orders", "repurchase", "active_groups", "commission_due", "retention"):
            shown = definition(key)
            assert str(shown.text) in html or key == "retention"
            assert str(shown.refunds) in html
        assert "Shanghai time" in html

    def test_last_year_is_drawn_and_defined_once_something_was_sold_then(self, client, operator):
        group = make_group()
        sell(group)
        drawn = [("Last year, 52 weeks earlier" in page(client))]
        make_order(make_member(), group, fen=100, day=day(364))

        html = page(client)

        assert drawn == [False]
        assert 'class="plot-line past"' in html
        assert '<th scope="col" class="number">Last year, 52 weeks earlier</th>' in html
        assert str(definition("gmv_year_ago").text) in html

    def test_the_strip_has_twelve_finished_weeks_of_orders_and_of_active_groups(self, client, operator):
        group, monday = make_group(), day(timezone.localdate().weekday())
        for weeks in (0, 1, 12, 13):
            make_order(make_member(), group, fen=100, day=monday - timedelta(weeks=weeks))

        _gmv, orders, _repurchase, groups, _commission = client.get(TODAY).context["kpis"]

        # This week is not over, the thirteenth too long ago.
        assert orders.trend == groups.trend == [1, *[0] * 10, 1]

    def test_the_active_groups_are_counted_whatever_the_table_shows(self, client, operator):
        sell(make_group("锦绣一群"))
        make_group("东方御苑")

        html = page(client, f"{TODAY}?q=dfyy")

        assert ">1<small>/2</small>" in html


class TestTodos:
    def test_how_many_things_wait_and_what_comes_next_stand_on_the_page(self, client, operator):
        group = make_group()
        now = timezone.now()
        campaign = make_campaign(
            group,
            day(),
            title="周五鲜果团",
            opens_at=now - timedelta(days=1),
            cuts_off_at=timezone.localtime(now).replace(hour=23, minute=59, second=59),
        )
        make_order(make_member(), group, fen=100, campaign=campaign)
        late = make_campaign(group, day(1), title="没送的", state=CampaignState.CUT_OFF, delivers_on=day(1))
        make_order(make_member(), group, fen=100, campaign=late, day=day(1))

        html = page(client)

        assert "周五鲜果团 closes" in html
        assert "<b>23:59</b>" in html
        assert "没送的 is not delivered" in html
        assert ">1 thing<" in html

    def test_the_quiet_groups_are_counted_whatever_the_table_shows(self, client, operator):
        make_group("东方御苑")
        make_group("锦绣一群")

        assert "2 groups without orders for 7 days" in page(client, f"{TODAY}?q=dfyy")

    def test_seed_users_whose_contact_is_due_are_named(self, client, operator):
        for name, ago in (("林婉清", 3), ("赵国强", 0), ("明天", -1)):
            wanted(name, ago)

        html = page(client)

        assert "2 seed users to talk to" in html
        assert "林婉清, 赵国强" in html

    def test_an_admin_reviews_what_others_ran_and_looks_after_dead_jobs(self, client, admin):
        period = Period.objects.create(span=(day(30), day(-1)))
        Run.objects.create(period=period, ran_by=make_user(Role.ADMIN), state=RunState.REVIEW)
        Run.objects.create(period=period, ran_by=admin, state=RunState.REVIEW)
        Job.objects.create(key="x", kind="nightly_rollup", state=JobState.DEAD)

        html = page(client)

        assert "1 commission run to review" in html
        assert "1 job gave up" in html

    def test_an_operator_is_not_asked_to_do_an_admins_work(self, client, operator):
        Job.objects.create(key="x", kind="nightly_rollup", state=JobState.DEAD)

        assert "gave up" not in page(client)


def wanted(name: str, ago: int) -> None:
    """A possible seed user to talk to so many days ago."""
    profile = {"niche": "美食", "source": SeedSource.PERSONAL, "next_contact_on": day(ago)}
    SeedProfile.objects.create(member=make_member(name), **profile)


class TestGroups:
    @pytest.fixture
    def groups(self, operator):
        busy = make_group("锦绣一群", neighbourhood=make_neighbourhood("锦绣华城", district="浦东"))
        calm = make_group("东方御苑", neighbourhood=make_neighbourhood("东方", district="徐汇"))
        make_leader(busy, name="周敏")
        sell(busy, fen=2000)
        sell(calm, fen=500, ago=9)
        return busy, calm

    def rows(self, client, query: str) -> list[str]:
        answer = client.get(f"{TODAY}{query}")
        return [line.row.name for line in answer.context["rows"]]

    def test_the_address_filters_and_sorts(self, client, groups):
        assert self.rows(client, "") == ["锦绣一群", "东方御苑"]
        assert self.rows(client, "?sort=gmv") == ["东方御苑", "锦绣一群"]
        assert self.rows(client, "?sort=name") == ["东方御苑", "锦绣一群"]
        assert self.rows(client, "?health=quiet") == ["东方御苑"]
        assert self.rows(client, "?district=浦东") == ["锦绣一群"]
        assert self.rows(client, "?q=jx") == ["锦绣一群"]

    def test_an_address_without_sense_shows_them_all(self, client, groups):
        assert self.rows(client, "?sort=;drop&health=x&page=-3") == ["锦绣一群", "东方御苑"]
        assert self.rows(client, "?page=99999999") == ["锦绣一群", "东方御苑"]

    def test_nothing_found_offers_the_way_back(self, client, groups):
        html = page(client, f"{TODAY}?q=没有的群")

        assert "No group like that" in html

    def test_htmx_gets_the_table_alone_and_history_the_whole_page(self, client, groups):
        fragment = client.get(f"{TODAY}?q=jx", headers=HTMX)
        restored = client.get(f"{TODAY}?q=jx", headers=HTMX | {"HX-History-Restore-Request": "true"})

        assert fragment.content.decode().lstrip().startswith('<section class="card" aria-labelledby="groups-heading"')
        assert fragment["Cache-Control"] == "no-store"
        assert b"<html" in restored.content

    def test_the_export_has_all_pages_and_plain_numbers(self, client, groups):
        make_group("=1+1")

        answer = client.get(f"{reverse('insights:groups_csv')}?sort=-gmv")

        assert answer.content.startswith("\ufeff".encode())
        header, first, *others = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
        assert header[:4] == ["Group", "Compound", "District", "Leader"]
        assert first == ["锦绣一群", "锦绣华城", "浦东", "周敏", "1", "1", "20.00", ""]
        assert {row[0] for row in others} == {"东方御苑", "'=1+1"}


@pytest.mark.parametrize(
    ("cell", "kept"),
    [("=1+1", "'=1+1"), ("+86", "'+86"), ("@me", "'@me"), (" -1", "' -1"), ("王芳", "王芳"), (-5, -5), ("", "")],
)
def test_text_that_a_spreadsheet_would_run_is_disarmed(cell, kept):
    assert harmless(cell) == kept


class TestAnalysis:
    def test_it_shows_three_windows_and_the_cohorts(self, client, operator):
        group, member = make_group(), make_member()
        for ago in (2, 16, 70):
            make_order(member, group, fen=100, day=day(ago))
        roll_up(now=timezone.now())

        html = page(client, reverse("insights:analysis"))

        assert [f"{days} days" in html for days in (30, 60, 90)] == [True, True, True]
        assert "100%" in html
        assert str(definition("retention").text) in html

    def test_the_address_says_whether_days_or_orders_count(self, client, operator):
        member, today = make_member(), day()
        for group in (make_group("一群"), make_group("二群")):
            make_order(member, group, fen=100, day=today)
        roll_up(now=timezone.now())

        by_days, by_orders, no_sense = (
            page(client, f"{reverse('insights:analysis')}?count={count}") for count in ("occasions", "orders", "x")
        )

        assert "On two days or more" in by_days
        assert "<b>0%</b>" in by_days
        assert "With two orders or more" in by_orders
        assert "<b>100%</b>" in by_orders
        assert "On two days or more" in no_sense
        for key in ("repurchase", "repurchase_orders"):
            assert str(definition(key).text) in by_days
            assert str(definition(key).text) in by_orders

    @pytest.fixture
    def refunded(self, operator):
        """¥50.00 ordered last week by the leader, of which ¥20.00 was refunded this week."""
        monday = day(timezone.localdate().weekday() + 7)
        leader = make_member("周敏")
        order = make_order(leader, make_group(), fen=5000, day=monday, leader=leader)
        deliver(order)
        happened(order, FactKind.REFUNDED, -2000, on=day())

    def test_the_address_says_on_which_day_a_refund_counts(self, client, refunded):
        by_order, by_refund, no_sense = (
            page(client, f"{reverse('insights:analysis')}?count=orders&basis={basis}")
            for basis in ("behaviour", "finance", "x")
        )

        assert all(f'<td class="number">{money}</td>' in by_order for money in ("¥30.00", "¥50.00", "¥20.00"))
        assert '<td class="number">−¥20.00</td>' not in by_order
        assert '<td class="number">−¥20.00</td>' in by_refund
        assert '<td class="number">¥30.00</td>' in no_sense
        assert 'href="?count=orders&amp;basis=finance#sales"' in by_order, "the other choice is kept"
        for key in ("gmv", "after_refunds_behaviour", "after_refunds_finance", "leaders_own"):
            assert str(definition(key).text) in unescape(by_order)
            assert str(definition(key).refunds) in by_order

    def test_the_weeks_can_be_taken_along_on_either_basis(self, client, refunded):
        last_weeks = {}
        for basis in ("behaviour", "finance"):
            answer = client.get(f"{reverse('insights:sales_csv')}?basis={basis}")
            header, *rows = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
            assert basis in answer["Content-Disposition"]
            last_weeks[header[2]] = [row[1:] for row in rows[-2:]]

        assert last_weeks == {
            "Refunded in yuan, by day of order": [["50.00", "20.00", "30.00", "50.00"], ["0.00"] * 4],
            "Refunded in yuan, by day of refund": [
                ["50.00", "0.00", "50.00", "50.00"],
                ["0.00", "20.00", "-20.00", "0.00"],
            ],
        }

    def test_before_the_first_night_it_says_when(self, client, operator):
        html = page(client, reverse("insights:analysis"))

        assert "Not counted yet" in html
        assert "No week is over yet" in html

    def test_the_cohorts_can_be_taken_along(self, client, operator):
        group, member = make_group(), make_member()
        monday = day(timezone.localdate().weekday() + 14)
        make_order(member, group, fen=100, at=noon(monday))
        make_order(member, group, fen=100, at=noon(monday + timedelta(days=8)))
        roll_up(now=timezone.now())

        answer = client.get(reverse("insights:cohorts_csv"))

        _header, row = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
        assert row == [str(monday), "1", "100.0", *[""] * 11]


class TestWorth:
    def test_it_stands_on_the_members_page_as_a_fragment(self, client, operator):
        group = make_group()
        member, friend = make_member("王芳"), make_member("李静")
        Referral.objects.create(referrer=member, referee=friend, bound_on=day())
        deliver(make_order(member, group, fen=128_980, day=day(3)))
        deliver(make_order(friend, group, fen=50_000, day=day(3), referrer_1=member))
        roll_up(now=timezone.now())

        html = page(client, reverse("insights:member_worth", args=[member.pk]), **HTMX)

        assert html.lstrip().startswith('<section class="card" id="worth"')
        assert "¥1,289.80" in html
        assert "¥500.00" in html
        assert "1 member, 1 of them ordered" in html
        assert str(definition("social_value").text) in html

    def test_what_a_leader_ordered_in_the_own_group_is_told_apart(self, client, operator):
        group, leader = make_group(), make_member("周敏")
        deliver(make_order(leader, group, fen=3000, day=day(3), leader=leader))
        deliver(make_order(leader, make_group("别群"), fen=500, day=day(2)))
        roll_up(now=timezone.now())

        html = page(client, reverse("insights:member_worth", args=[leader.pk]))

        assert "¥35.00" in html
        assert "¥30.00 of it ordered as leader" in html
        assert str(definition("leaders_own").text) in html

    def test_somebody_who_never_ordered_has_no_row_and_a_page(self, client, operator):
        roll_up(now=timezone.now())
        member = make_member()

        html = page(client, reverse("insights:member_worth", args=[member.pk]))

        assert not MemberStat.objects.exists()
        assert "no order yet" in html


class TestQuestionsToTheDatabase:
    """The number does not grow with the groups."""

    @pytest.mark.parametrize("groups", [1, 3])
    def test_today_of_an_operator(self, client, operator, groups, django_assert_num_queries):
        self.world(groups)

        with django_assert_num_queries(20):
            page(client)

    @pytest.mark.parametrize("groups", [1, 3])
    def test_today_of_an_admin(self, client, admin, groups, django_assert_num_queries):
        self.world(groups)

        with django_assert_num_queries(20):
            page(client)

    @pytest.mark.parametrize("groups", [1, 3])
    def test_the_table_alone(self, client, operator, groups, django_assert_num_queries):
        self.world(groups)

        with django_assert_num_queries(5):
            page(client, TODAY, **HTMX)

    @pytest.mark.parametrize("groups", [1, 3])
    def test_analysis(self, client, operator, groups, django_assert_num_queries):
        self.world(groups)

        with django_assert_num_queries(8):  # the side bar is one of them
            page(client, reverse("insights:analysis"))

    def world(self, groups: int) -> None:
        for number in range(groups):
            group = make_group(f"{number}群")
            make_leader(group)
            sell(group, ago=1)
            sell(group, ago=12)
            campaign = make_campaign(group, day(1), state=CampaignState.CUT_OFF, delivers_on=day())
            make_order(make_member(), group, fen=100, campaign=campaign, day=day(1))
            wanted(f"种子{number}", 0)
        roll_up(now=timezone.now())


def test_definitions_have_one_version_a_number_and_the_latest_counts():
    keys = [(one.key, one.version) for one in VERSIONS]

    assert len(keys) == len(set(keys))
    assert definition("gmv").version == max(one.version for one in VERSIONS if one.key == "gmv")
    with pytest.raises(KeyError):
        definition("gmv", on=VERSIONS[0].since - timedelta(days=1))


def test_social_value_says_how_it_was_counted_before_it_followed_the_first_order():
    before, since = definition("social_value", on=date(2026, 11, 27)), definition("social_value", on=date(2026, 11, 28))

    assert (before.version, since.version) == (1, 2)
    assert "first valid order" not in str(before.text)
    assert "first valid order" in str(since.text)
