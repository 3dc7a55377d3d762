"""A version of a plan: lawful or not published, followed by the next, and frozen."""

from collections.abc import Callable
from datetime import date, timedelta
from threading import Event

import pytest
from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone

from core.enums import Role
from core.models import User
from orders.models import Product
from referrals import services
from referrals.enums import Clock, VersionState
from referrals.models import Plan, PlanVersion, RateTerm, VolumeTier
from referrals.rules.tiers import TierKind, Volume
from tests.factories import NOW, make_group, make_member, make_product, make_user
from tests.races import meanwhile, wait_until, we_block_somebody

pytestmark = pytest.mark.django_db

JANUARY, MARCH = date(2026, 1, 1), date(2026, 3, 1)


@pytest.fixture
def admin() -> User:
    return make_user(Role.ADMIN, name="钱会计")


@pytest.fixture
def plan() -> Plan:
    return Plan.objects.create(name="标准方案")


@pytest.fixture
def strawberries() -> Product:
    return make_product("丹东草莓")


def draft(plan: Plan, by: User, first_day: date = JANUARY, last_day: date | None = None, **terms) -> PlanVersion:
    plain = {"leader_ppm": 40_000, "delivery_fee_fen": 0, "delivery_cap_fen": None, "referral_1_ppm": 20_000}
    return services.create_version(plan=plan, terms=services.Terms(first_day, last_day, **plain | terms), by=by)


def publish(version: PlanVersion, by: User, acknowledged_by: str = "") -> PlanVersion:
    return services.publish_version(version=version, by=by, now=NOW, acknowledged_by=acknowledged_by)


def test_a_version_without_an_end_pays_until_the_next_one_begins(plan, admin):
    first = publish(draft(plan, admin), admin)

    second = publish(draft(plan, admin, MARCH, leader_ppm=50_000), admin)
    first.refresh_from_db()

    assert first.last_day == date(2026, 2, 28)
    assert (second.span.lower, second.last_day) == (MARCH, None)


def test_a_version_with_a_last_day_is_not_moved_by_another(plan, admin):
    publish(draft(plan, admin, last_day=MARCH), admin)
    second = draft(plan, admin, MARCH)

    with pytest.raises(services.VersionsOverlap), transaction.atomic():
        publish(second, admin)

    second.refresh_from_db()
    assert second.state == VersionState.DRAFT


def test_a_version_that_begins_no_later_than_the_open_one_is_refused_and_that_one_stays_open(plan, admin):
    first = publish(draft(plan, admin, MARCH), admin)

    with pytest.raises(services.VersionsOverlap), transaction.atomic():
        publish(draft(plan, admin, MARCH), admin)

    first.refresh_from_db()
    assert first.last_day is None


@pytest.mark.parametrize(
    "change",
    [
        {"leader_ppm": 1},
        {"state": VersionState.DRAFT},
        {"span": DateRange(MARCH, None)},
        {"sha256": ""},
        {"span": DateRange(JANUARY, MARCH), "leader_ppm": 1},
    ],
)
def test_of_a_published_version_nothing_changes_but_an_end_that_was_open(plan, admin, change):
    version = publish(draft(plan, admin), admin)

    with pytest.raises(IntegrityError, match=r"is published|frozen"), transaction.atomic():
        PlanVersion.objects.filter(pk=version.pk).update(**change)


TODAY = timezone.localdate(NOW)


def retire(version: PlanVersion, last_day: date, by: User) -> PlanVersion:
    return services.retire_version(version=version, last_day=last_day, by=by, now=NOW)


def test_a_version_without_an_end_is_retired_once_from_today_on(plan, admin):
    version = publish(draft(plan, admin), admin)

    with pytest.raises(services.EndsTooEarly), transaction.atomic():
        retire(version, TODAY - timedelta(days=1), admin)
    assert retire(version, TODAY, admin).last_day == TODAY
    with pytest.raises(services.HasAnEnd), transaction.atomic():
        retire(version, TODAY + timedelta(days=1), admin)


def test_what_has_not_begun_ends_no_earlier_than_its_first_day_and_a_draft_not_at_all(plan, admin):
    begins = TODAY + timedelta(days=9)
    later, unpublished = publish(draft(plan, admin, begins), admin), draft(plan, admin, begins)

    with pytest.raises(services.EndsTooEarly), transaction.atomic():
        retire(later, begins - timedelta(days=1), admin)
    assert retire(later, begins, admin).last_day == begins
    with pytest.raises(services.HasAnEnd), transaction.atomic():
        retire(unpublished, begins, admin)


def test_an_end_that_was_set_is_not_moved(plan, admin):
    version = publish(draft(plan, admin, last_day=date(2026, 2, 28)), admin)

    with pytest.raises(IntegrityError, match="is published"), transaction.atomic():
        PlanVersion.objects.filter(pk=version.pk).update(span=DateRange(JANUARY, None))


def test_the_fingerprint_stays_when_another_version_follows(plan, admin):
    first = publish(draft(plan, admin), admin)
    publish(draft(plan, admin, MARCH), admin)
    first.refresh_from_db()

    assert len(first.sha256) == 64
    assert services.fingerprint(first) == first.sha256


def test_every_term_is_in_the_fingerprint(plan, admin, strawberries):
    group, leader = make_group(), make_member()
    plain = draft(plan, admin)
    others = [
        draft(plan, admin, **terms)
        for terms in (
            {"leader_ppm": 40_001},
            {"referral_2_ppm": 1},
            {"pool_cap_ppm": 0},
            {"development_ppm": 1, "development_days": 1},
            {"development_ppm": 1, "development_days": 2},
            {"product_ppm": {strawberries.pk: None}},
            {"product_ppm": {strawberries.pk: 0}},
            {"group_ppm": {group.pk: 0}},
            {"person_ppm": {leader.pk: 0}},
            {"seed_ppm": 1},
            {"volume": Volume(TierKind.MARGINAL, (100_00,), (50_000,))},
            {"volume": Volume(TierKind.SLAB, (100_00,), (50_000,))},
            {"volume": Volume(TierKind.SLAB, (100_01,), (50_000,))},
            {"first_day": MARCH},
        )
    ]
    for version in others:
        version.number = plain.number

    prints = {services.fingerprint(version) for version in (plain, *others)}

    assert len(prints) == len(others) + 1


def test_a_second_level_is_published_only_by_name(plan, admin):
    version = draft(plan, admin, referral_2_ppm=10_000)

    with pytest.raises(services.NobodyAnswersForLevelTwo), transaction.atomic():
        publish(version, admin, "  ")
    published = publish(version, admin, " 钱会计 ")

    assert published.level_2_acknowledged_by == "钱会计"


def test_the_rates_leave_something_of_the_sale_for_products_too(plan, admin, strawberries):
    with pytest.raises(services.PlanPaysTooMuch), transaction.atomic():
        draft(plan, admin, leader_ppm=900_000, referral_1_ppm=60_000, development_ppm=40_001, development_days=9)
    version = draft(plan, admin, referral_1_ppm=20_000, product_ppm={strawberries.pk: 980_001})

    with pytest.raises(services.PlanPaysTooMuch), transaction.atomic():
        publish(version, admin)


def test_the_rates_of_products_are_frozen_with_their_version(plan, admin, strawberries):
    version = publish(draft(plan, admin, product_ppm={strawberries.pk: 60_000}), admin)
    term = version.rate_terms.get()

    for change in (
        lambda: RateTerm.objects.filter(pk=term.pk).update(leader_ppm=1),
        lambda: RateTerm.objects.filter(pk=term.pk).delete(),
        lambda: RateTerm.objects.create(version=version, product=make_product("青菜")),
    ):
        with pytest.raises(IntegrityError, match="is published"), transaction.atomic():
            change()


def test_a_rate_of_its_own_is_of_one_scope_and_only_products_are_excluded(plan, admin, strawberries):
    version, group, leader = draft(plan, admin), make_group(), make_member()

    for scope in (
        {"leader_ppm": 1},
        {"product": strawberries, "group": group, "leader_ppm": 1},
        {"group": group, "person": leader, "leader_ppm": 1},
        {"group": group},
        {"person": leader},
    ):
        with pytest.raises(IntegrityError, match="rate_term_is_of_one_scope"), transaction.atomic():
            RateTerm.objects.create(version=version, **scope)


def a_volume(*rates_ppm: int, kind: TierKind = TierKind.MARGINAL) -> Volume:
    return Volume(kind, tuple(100_00 * (number + 1) for number in range(len(rates_ppm))), rates_ppm)


def test_no_version_is_published_that_was_not_a_draft(plan):
    """Its tiers would never be looked at."""
    with pytest.raises(IntegrityError, match="was never a draft"), transaction.atomic():
        PlanVersion.objects.create(
            plan=plan,
            number=1,
            span=DateRange(JANUARY, None),
            leader_ppm=40_000,
            volume_kind=TierKind.MARGINAL,
            state=VersionState.PUBLISHED,
            published_at=NOW,
        )


def test_the_jumps_of_a_slab_are_published_only_by_name(plan, admin):
    version = draft(plan, admin, volume=a_volume(50_000, kind=TierKind.SLAB))

    with pytest.raises(services.NobodyAnswersForCliffs), transaction.atomic():
        services.publish_version(version=version, by=admin, now=NOW)
    published = services.publish_version(version=version, by=admin, now=NOW, cliffs_acknowledged_by=" 钱会计 ")

    assert published.cliffs_acknowledged_by == "钱会计"
    assert publish(draft(plan, admin, MARCH, volume=a_volume(50_000)), admin).cliffs_acknowledged_by == ""


def test_tiers_that_do_not_rise_above_the_leader_rate_stay_a_draft(plan, admin):
    lower = draft(plan, admin, volume=a_volume(40_000))
    falling = draft(plan, admin, volume=a_volume(50_000, 60_000))
    VolumeTier.objects.filter(version=falling, leader_ppm=60_000).update(leader_ppm=45_000)
    without = draft(plan, admin, volume=a_volume(50_000))
    VolumeTier.objects.filter(version=without).delete()

    for version in (lower, falling, without):
        with pytest.raises(services.TiersDoNotRise), transaction.atomic():
            publish(version, admin)


def test_under_a_cap_all_rates_fit_at_the_highest_tier(plan, admin, strawberries):
    """5 % and 2 % for the referrer under 7 %; a product at 5.0001 % does not fit any more."""
    fits = draft(plan, admin, volume=a_volume(50_000), pool_cap_ppm=70_000)
    beyond = draft(plan, admin, volume=a_volume(50_001), pool_cap_ppm=70_000)
    own = draft(plan, admin, volume=a_volume(50_000), pool_cap_ppm=70_000, product_ppm={strawberries.pk: 50_001})

    for version in (beyond, own):
        with pytest.raises(services.TiersBeyondTheCap), transaction.atomic():
            publish(version, admin)
    assert publish(fits, admin).state == VersionState.PUBLISHED


@pytest.mark.parametrize(
    "terms", [{"volume": a_volume(980_001)}, {"seed_ppm": 940_001}, {"leader_ppm": 40_000, "seed_ppm": 940_001}]
)
def test_tiers_and_the_seed_user_leave_something_of_the_sale(plan, admin, terms):
    with pytest.raises(services.PlanPaysTooMuch), transaction.atomic():
        publish(draft(plan, admin, **terms), admin)


def test_the_clock_is_declared_before_the_first_version_is_published(plan, admin):
    services.declare_clock(plan=plan, clock=Clock.PAID, by=admin)
    publish(draft(plan, admin), admin)

    with pytest.raises(services.ClockIsDeclared), transaction.atomic():
        services.declare_clock(plan=plan, clock=Clock.DELIVERED, by=admin)
    with pytest.raises(IntegrityError, match="has published a version"), transaction.atomic():
        Plan.objects.filter(pk=plan.pk).update(clock=Clock.DELIVERED)

    plan.refresh_from_db()
    assert plan.clock == Clock.PAID


def test_a_draft_goes_with_the_rates_of_its_products(plan, admin, strawberries):
    version = draft(plan, admin, product_ppm={strawberries.pk: None})

    services.discard_version(version=version)

    assert not RateTerm.objects.exists()


def while_it_is_being_published(version: PlanVersion, act: Callable[[], object]) -> None:
    """Somebody else acts before the publishing is committed."""
    published, over = Event(), Event()

    def acting() -> None:
        published.wait(5)
        act()
        over.set()

    with meanwhile(acting), transaction.atomic():
        publish(version, version.created_by)
        published.set()
        wait_until(lambda: over.is_set() or we_block_somebody(), seconds=5)


@pytest.mark.django_db(transaction=True)
def test_a_clock_declared_while_the_first_version_is_being_published_comes_too_late(plan, admin):
    """The version's fingerprint says which clock it was published with."""
    version = draft(plan, admin)

    with pytest.raises(services.ClockIsDeclared):
        while_it_is_being_published(
            version, lambda: services.declare_clock(plan=Plan.objects.get(), clock=Clock.PAID, by=admin)
        )

    assert Plan.objects.get().clock == Clock.DELIVERED


@pytest.mark.django_db(transaction=True)
def test_of_two_plans_published_at_once_one_pays(plan, admin):
    versions = [draft(plan, admin), draft(Plan.objects.create(name="另一个方案"), admin)]

    with pytest.raises(services.AnotherPlanPays):
        while_it_is_being_published(versions[0], lambda: publish(versions[1], admin))

    assert PlanVersion.objects.get(state=VersionState.PUBLISHED) == versions[0]
