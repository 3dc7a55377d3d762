"""Pages of plans: volumes, rates of their own and the clock as people enter and read them."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from core.enums import Role
from core.jobs import drain_all
from core.models import User
from referrals import services
from referrals.enums import Clock, VersionState
from referrals.models import CommissionEntry, Plan, PlanVersion
from referrals.rules.tiers import TierKind, Volume
from tests.factories import make_group, make_leader, make_member, make_product, make_share, make_user
from tests.referrals.sales import APRIL, END_OF_MARCH, MARCH, delivered_sale, lines_of, make_period, make_plan

pytestmark = pytest.mark.django_db

PLAIN = {"first_day": "2026-01-01", "leader": "3", "referral": "2", "delivery_fee": "0"}
SLAB = {"volume_kind": "slab", "tier_0": "10000", "tier_0_rate": "5", "tier_1": "25000", "tier_1_rate": "7"}


@pytest.fixture
def admin() -> User:
    return make_user(Role.ADMIN)


@pytest.fixture
def office(client: Client, admin: User) -> Client:
    client.force_login(admin)
    client.cookies["django_language"] = "en"
    return client


def test_everything_a_version_can_say_is_entered_and_shown(office):
    leader, group, product = make_leader(name="周敏"), make_group(), make_product("丹东草莓")
    own = {
        "product_0": product.pk,
        "group_0": group.pk,
        "group_0_rate": "2.5",
        "person_0": leader.pk,
        "person_0_rate": "6",
        "seed": "1",
    }

    answer = office.post(reverse("referrals:version_create"), PLAIN | SLAB | own)
    version = PlanVersion.objects.get()
    page = office.get(answer.url).text

    assert version.volume() == Volume(TierKind.SLAB, (10_000_00, 25_000_00), (50_000, 70_000))
    assert set(version.rate_terms.values_list("product", "group", "person", "leader_ppm")) == {
        (product.pk, None, None, None),
        (None, group.pk, None, 25_000),
        (None, None, leader.pk, 60_000),
    }
    # 3 → 5 % on 10 000 is 200, 5 → 7 % on 25 000 is 500
    for words in ("above ¥10,000.00: 5%", "a jump of ¥200.00", "a jump of ¥500.00", "周敏", "by contract", "2.5%"):
        assert words in page


@pytest.mark.parametrize(
    ("sent", "field", "sentence"),
    [
        ({"volume_kind": "slab"}, "volume_kind", "Say how the rate grows"),
        (SLAB | {"volume_kind": ""}, "volume_kind", "Say how the rate grows"),
        (SLAB | {"tier_1_rate": ""}, "tier_1_rate", "Write the rate."),
        (SLAB | {"tier_1": ""}, "tier_1", "Write above which sales"),
        (SLAB | {"tier_1": "10000"}, "tier_0", "Bounds and rates rise"),
        (SLAB | {"tier_1_rate": "4"}, "tier_0", "Bounds and rates rise"),
        (SLAB | {"tier_0_rate": "3"}, "tier_0_rate", "The first tier pays more"),
        ({"person_0_rate": "5"}, "person_0", "Say which leader"),
    ],
)
def test_what_cannot_be_is_said_at_its_field(office, sent, field, sentence):
    answer = office.post(reverse("referrals:version_create"), PLAIN | sent)

    assert answer.status_code == 422
    assert sentence in answer.context["form"].errors[field][0]
    assert not PlanVersion.objects.exists()


def test_a_group_twice_or_without_a_rate_is_said_at_its_row(office):
    group = make_group()
    rows = {"group_0": group.pk, "group_1": group.pk, "group_1_rate": "2"}

    errors = office.post(reverse("referrals:version_create"), PLAIN | rows).context["form"].errors

    assert (errors["group_0_rate"], errors["group_1"]) == (["Write the rate."], ["This group stands above already."])


def test_a_slab_is_published_by_name_only(office):
    version = PlanVersion.objects.get(
        pk=office.post(reverse("referrals:version_create"), PLAIN | SLAB).url.split("/")[-2]
    )
    publish = reverse("referrals:version_publish", args=[version.pk])

    nameless = office.post(publish)
    office.post(publish, {"cliffs_acknowledged_by": "钱会计"})

    version.refresh_from_db()
    assert nameless.status_code == 422
    assert "the pay jumps" in nameless.text
    assert (version.state, version.cliffs_acknowledged_by) == (VersionState.PUBLISHED, "钱会计")


def test_a_version_is_retired_on_its_page_and_called_so_once_the_day_is_over(office):
    version = make_plan(leader_ppm=40_000)
    url, today = reverse("referrals:version_retire", args=[version.pk]), timezone.localdate()

    early = office.post(url, {"last_day": today - timedelta(days=1)})
    done = office.post(url, {"last_day": today}, follow=True)

    assert (early.status_code, "Choose today or a later day" in early.text) == (422, True)
    assert "has a last day" in done.text
    over = make_plan(leader_ppm=40_000, plan=version.plan, first_day=date(2025, 1, 1), next_first_day=date(2025, 2, 1))
    for url, retired in (
        (reverse("referrals:version_detail", args=[over.pk]), True),
        (done.request["PATH_INFO"], False),
    ):
        assert (">Retired<" in office.get(url).text) == retired


def test_the_clock_is_declared_until_a_version_is_published(office):
    url, plans = reverse("referrals:clock_set"), reverse("referrals:plan_list")

    office.post(url, {"clock": "paid"})
    before = office.get(plans).text
    make_plan(leader_ppm=40_000, plan=Plan.objects.get())
    late = office.post(url, {"clock": "delivered"})

    assert "Which day decides" in before
    assert "The day of the first payment decides" in before
    assert Plan.objects.get().clock == Clock.PAID
    assert late.status_code == 422
    assert "Which day decides" not in office.get(plans).text


def test_the_list_says_the_clock_of_the_plan_that_pays(office):
    Plan.objects.create(name="没用过的方案", clock=Clock.DELIVERED)
    make_plan(leader_ppm=40_000, clock=Clock.PAID)

    assert "The day of the first payment decides" in office.get(reverse("referrals:plan_list")).text


def test_why_writes_out_a_volume_a_contract_and_a_share(office, admin):
    """62 500.00 at 3 %, 4 % above 20 000.00 and 5 % above 50 000.00: 300.00 + 250.00 beside the orders' own."""
    group, leader, contracted = make_group(), make_leader(name="周敏"), make_leader(name="许诺")
    make_share(group, make_member("何悦"), 400_000)
    make_plan(
        leader_ppm=30_000,
        volume=Volume(TierKind.MARGINAL, (20_000_00, 50_000_00), (40_000, 50_000)),
        person_ppm={contracted: 60_000},
    )
    sale = delivered_sale(group, 62_500_00, leader=leader)
    by_contract = delivered_sale(group, 100_00, leader=contracted)
    services.start_run(period=make_period(MARCH, APRIL), by=admin, now=END_OF_MARCH)
    drain_all()

    volume, contract = (office.get(reverse("referrals:why", args=[one.pk])).text for one in (sale, by_contract))

    for words in (
        "less refunds: ¥62,500.00",
        "¥30,000.00 of it above ¥20,000.00 × (4% − 3%)",
        "¥12,500.00 of it above ¥50,000.00 × (5% − 3%)",
        "Together, rounded once: ¥550.00.",
        "share these ¥1,875.00; 60% of them is ¥1,125.00.",
        "share these ¥1,875.00; 40% of them is ¥750.00.",
    ):
        assert words in volume
    assert "the leader's own by contract" in contract.replace("&#x27;", "'")


def test_the_review_has_a_column_for_everything_anybody_earned_by(office, admin):
    """1 250.00 at 3 %, 4 % above 1 000.00, 1 % for the seed user and for who brought the buyer."""
    leader, seed = make_leader(name="周敏"), make_member("何悦")
    make_plan(
        leader_ppm=30_000,
        referral_1_ppm=10_000,
        seed_ppm=10_000,
        volume=Volume(TierKind.MARGINAL, (1_000_00,), (40_000,)),
    )
    delivered_sale(make_group(), 1_250_00, leader=leader, referrer=seed, seed=seed)
    run = services.start_run(period=make_period(MARCH, APRIL), by=admin, now=END_OF_MARCH)
    drain_all()

    rows = office.get(reverse("referrals:run_detail", args=[run.pk])).context["earners"]

    assert {earner.member: parts for earner, parts in rows} == {
        leader: [
            ("Leader commission", 37_50),
            ("Volume bonus", 2_50),
            ("Seed user commission", 0),
            ("Referral commission", 0),
        ],
        seed: [
            ("Leader commission", 0),
            ("Volume bonus", 0),
            ("Seed user commission", 12_50),
            ("Referral commission", 12_50),
        ],
    }


def test_why_names_the_product_or_the_group_whose_rate_it_is(office, admin):
    group, leader = make_group(), make_leader(name="周敏")
    tea, rice = delivered_sale(group, 100_00, leader=leader), delivered_sale(group, 100_00, leader=leader)
    make_plan(leader_ppm=30_000, group_ppm={group: 40_000}, product_ppm={lines_of(tea)[0].offer.product: 50_000})
    services.start_run(period=make_period(MARCH, APRIL), by=admin, now=END_OF_MARCH)
    drain_all()

    pages = [office.get(reverse("referrals:why", args=[one.pk])).text for one in (tea, rice)]

    assert CommissionEntry.objects.count() == 2
    assert "comes before the group" in pages[0]
    assert "comes before the plan" in pages[1]
