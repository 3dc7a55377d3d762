"""A version of a plan: lawful or not published, followed by the next, and frozen."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from core.enums import Role
from core.models import User
from orders.models import Product
from referrals import services
from referrals.enums import VersionState
from referrals.models import Plan, PlanVersion, ProductTerm
from tests.factories import NOW, make_product, make_user

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
    term = version.product_terms.get()

    for change in (
        lambda: ProductTerm.objects.filter(pk=term.pk).update(leader_ppm=1),
        lambda: ProductTerm.objects.filter(pk=term.pk).delete(),
        lambda: ProductTerm.objects.create(version=version, product=make_product("青菜")),
    ):
        with pytest.raises(IntegrityError, match="is published"), transaction.atomic():
            change()


def test_a_draft_goes_with_the_rates_of_its_products(plan, admin, strawberries):
    version = draft(plan, admin, product_ppm={strawberries.pk: None})

    services.discard_version(version=version)

    assert not ProductTerm.objects.exists()
