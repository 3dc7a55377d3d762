import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import cast

import pghistory
from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from core.errors import DomainError
from core.models import User
from core.violations import refusing
from referrals.enums import Clock, VersionState, VolumeKind
from referrals.models import Plan, PlanVersion, RateTerm, VolumeTier
from referrals.rules.tiers import Volume


class PlanPaysTooMuch(DomainError):
    """The rates together are more than the sale."""


class VersionsOverlap(DomainError):
    """Another published version of the plan already says what some of these days pay."""


class VersionIsPublished(DomainError):
    """A published version is frozen."""


class NobodyAnswersForLevelTwo(DomainError):
    """A second level is paid only when somebody answers for it by name."""


class NobodyAnswersForCliffs(DomainError):
    """A slab, whose pay jumps above each bound, is paid only when somebody answers for that by name."""


class TiersDoNotRise(DomainError):
    """Each tier's rate is above the one below it, the first above the version's own."""


class TiersBeyondTheCap(DomainError):
    """Under a cap all rates together fit at the highest tier: a month's volume belongs to no one order."""


class ClockIsDeclared(DomainError):
    """What decides the version is declared before the first one is published, and stays."""


class HasAnEnd(DomainError):
    """The version is a draft or has a last day already."""


class EndsTooEarly(DomainError):
    """A version pays at least for today and for its first day: what was delivered keeps its version."""


class AnotherPlanPays(DomainError):
    """One plan pays; a second one with published versions would silently take its place or be ignored."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What a version pays from a first to a last day (inclusive, Asia/Shanghai; None for no end).

    Own rates of the leader's by id: `product_ppm` of products (None: nobody earns on it), `group_ppm` of groups,
    `person_ppm` of leaders. `volume` is how the rate grows with the month's volume.
    """

    first_day: date
    last_day: date | None
    leader_ppm: int
    delivery_fee_fen: int
    delivery_cap_fen: int | None
    referral_1_ppm: int
    referral_2_ppm: int = 0
    pool_cap_ppm: int | None = None
    development_ppm: int = 0
    development_days: int = 0
    seed_ppm: int = 0
    product_ppm: Mapping[int, int | None] = field(default_factory=dict)
    group_ppm: Mapping[int, int] = field(default_factory=dict)
    person_ppm: Mapping[int, int] = field(default_factory=dict)
    volume: Volume | None = None


@transaction.atomic
def create_version(*, plan: Plan, terms: Terms, by: User) -> PlanVersion:
    """Write a draft under the plan's next number. It pays nothing before it is published. Raises PlanPaysTooMuch."""
    Plan.objects.select_for_update().get(pk=plan.pk)
    latest = plan.versions.aggregate(number=Max("number"))["number"] or 0
    with refusing({"plan_pays_no_more_than_the_sale": _too_much()}):
        version = PlanVersion.objects.create(
            plan=plan,
            number=latest + 1,
            span=DateRange(terms.first_day, terms.last_day and terms.last_day + timedelta(days=1), "[)"),
            leader_ppm=terms.leader_ppm,
            delivery_fee_fen=terms.delivery_fee_fen,
            delivery_cap_fen=terms.delivery_cap_fen,
            referral_1_ppm=terms.referral_1_ppm,
            referral_2_ppm=terms.referral_2_ppm,
            pool_cap_ppm=terms.pool_cap_ppm,
            development_ppm=terms.development_ppm,
            development_days=terms.development_days,
            seed_ppm=terms.seed_ppm,
            volume_kind=terms.volume.kind if terms.volume else "",
            created_by=by,
        )
    RateTerm.objects.bulk_create(
        [
            *(RateTerm(version=version, product_id=pk, leader_ppm=ppm) for pk, ppm in terms.product_ppm.items()),
            *(RateTerm(version=version, group_id=pk, leader_ppm=ppm) for pk, ppm in terms.group_ppm.items()),
            *(RateTerm(version=version, person_id=pk, leader_ppm=ppm) for pk, ppm in terms.person_ppm.items()),
        ]
    )
    if terms.volume:
        tiers = zip(terms.volume.bounds_fen, terms.volume.rates_ppm, strict=True)
        VolumeTier.objects.bulk_create(
            VolumeTier(version=version, above_fen=bound_fen, leader_ppm=ppm) for bound_fen, ppm in tiers
        )
    return version


def _too_much() -> PlanPaysTooMuch:
    return PlanPaysTooMuch(_("The rates together are more than the whole sale."))


@transaction.atomic
def publish_version(
    *,
    version: PlanVersion,
    by: User,
    now: datetime,
    acknowledged_by: str = "",
    cliffs_acknowledged_by: str = "",
) -> PlanVersion:
    """Put a draft into force for its days, for ever frozen; days in the past become adjustments in the next run.

    A published version without a last day ends where this one begins.

    `acknowledged_by` is the name of who answers for paying a second level, where it does, `cliffs_acknowledged_by` of
    who does for a slab. Raises VersionIsPublished, VersionsOverlap, PlanPaysTooMuch, NobodyAnswersForLevelTwo,
    NobodyAnswersForCliffs, TiersDoNotRise, TiersBeyondTheCap or AnotherPlanPays; then it stays a draft.
    """
    # Whoever publishes a version of another plan or declares another clock waits, and then sees this one.
    list(Plan.objects.select_for_update().order_by("pk"))
    other = Plan.objects.filter(versions__state=VersionState.PUBLISHED).exclude(pk=version.plan_id).first()
    if other is not None:
        raise AnotherPlanPays(
            _("“%(other)s” is the plan that pays. Write the new version there; this one stays a draft.")
            % {"other": other.name}
        )
    overlap = VersionsOverlap(
        _("Another published version already covers some of these days. Give this one other days; it stays a draft.")
    )
    nobody = NobodyAnswersForLevelTwo(
        _("This version pays a second level. Write down who answers for that, by name; it stays a draft.")
    )
    no_name = NobodyAnswersForCliffs(
        _("Above a bound of this version the pay jumps. Write down who answers for that, by name; it stays a draft.")
    )
    flat = TiersDoNotRise(_("Each tier needs a higher rate than the one below it, the first than the leader rate."))
    beyond = TiersBeyondTheCap(
        _("At the highest tier all rates together are more than the cap. Lower one or raise the cap; it stays a draft.")
    )
    draft = PlanVersion.objects.select_for_update().filter(pk=version.pk, state=VersionState.DRAFT).first()
    if draft is None:
        raise VersionIsPublished(_("This version is published already and cannot be changed."))
    with refusing(
        {
            "published_versions_do_not_overlap": overlap,
            "second_level_is_answered_for": nobody,
            "cliffs_are_answered_for": no_name,
            "tiers_rise": flat,
            "tiers_fit_under_the_cap": beyond,
            "plan_pays_no_more_than_the_sale": _too_much(),
        }
    ):
        followed = version_followed_by(draft)
        if followed:
            PlanVersion.objects.filter(pk=followed.pk).update(
                span=DateRange(followed.span.lower, draft.span.lower, "[)")
            )
        PlanVersion.objects.filter(pk=version.pk).update(
            state=VersionState.PUBLISHED,
            published_by=by,
            published_at=now,
            level_2_acknowledged_by=acknowledged_by.strip() if draft.referral_2_ppm else "",
            cliffs_acknowledged_by=cliffs_acknowledged_by.strip() if draft.volume_kind == VolumeKind.SLAB else "",
            sha256=fingerprint(draft),
        )
    version.refresh_from_db()
    return version


@transaction.atomic
def retire_version(*, version: PlanVersion, last_day: date, by: User, now: datetime) -> PlanVersion:
    """Let a published version without an end pay up to `last_day` (Asia/Shanghai) and then no more.

    Days after it pay nobody until another version is published for them. Raises HasAnEnd or EndsTooEarly.
    """
    begins = cast(date, version.span.lower)  # a constraint says that it begins on a day
    if last_day < max(timezone.localdate(now), begins):
        raise EndsTooEarly(_("Choose today or a later day of it: what was delivered keeps its version."))
    span = DateRange(begins, last_day + timedelta(days=1), "[)")
    endless = PlanVersion.objects.filter(pk=version.pk, state=VersionState.PUBLISHED, span__upper_inf=True)
    with pghistory.context(user=by.pk):
        if not endless.update(span=span):
            raise HasAnEnd(_("This version has a last day already. Nothing was changed."))
    version.refresh_from_db()
    return version


def version_followed_by(draft: PlanVersion) -> PlanVersion | None:
    """The published version whose days would end where the draft's begin, if there is one without a last day."""
    published = PlanVersion.objects.select_related("plan").filter(plan=draft.plan_id, state=VersionState.PUBLISHED)
    return published.filter(span__upper_inf=True, span__startswith__lt=draft.span.lower).first()


FINGERPRINTED = (
    "plan_id",
    "number",
    "leader_ppm",
    "delivery_fee_fen",
    "delivery_cap_fen",
    "referral_1_ppm",
    "referral_2_ppm",
    "pool_cap_ppm",
    "development_ppm",
    "development_days",
)


def fingerprint(version: PlanVersion) -> str:
    """A SHA-256 over everything the version pays, and from when on: who holds it can show that nothing was changed."""
    terms: dict[str, object] = {name: getattr(version, name) for name in FINGERPRINTED}
    terms["first_day"] = str(version.span.lower)  # how long it pays may be decided later: when another follows
    terms["products"] = _own_rates(version, "product_id")
    # What came to plans later is named where it is used: fingerprints of before stay what they were.
    later = {
        "groups": _own_rates(version, "group_id"),
        "people": _own_rates(version, "person_id"),
        "seed_ppm": version.seed_ppm,
        "volume": [version.volume_kind, list(version.volume_tiers.values_list("above_fen", "leader_ppm"))],
        "clock": version.plan.clock,
    }
    unused = {"groups": [], "people": [], "seed_ppm": 0, "volume": ["", []], "clock": Clock.DELIVERED}
    terms |= {name: value for name, value in later.items() if value != unused[name]}
    return hashlib.sha256(json.dumps(terms, sort_keys=True).encode()).hexdigest()


def _own_rates(version: PlanVersion, scope: str) -> list[tuple[int, int | None]]:
    """Id and rate of each product, group or person (the column `scope`) that has its own."""
    of_scope = version.rate_terms.exclude(**{scope: None}).order_by(scope)
    return list(of_scope.values_list(scope, "leader_ppm"))


@transaction.atomic
def declare_clock(*, plan: Plan, clock: Clock, by: User) -> Plan:
    """Say which day of an order decides its version, before the first one is published. Raises ClockIsDeclared."""
    declared = ClockIsDeclared(_("A version is published: what decides which version pays stays as it is."))
    with pghistory.context(user=by.pk), refusing({"clock_is_declared_before_publishing": declared}):
        Plan.objects.filter(pk=plan.pk).update(clock=clock)
    plan.refresh_from_db()
    return plan


@transaction.atomic
def discard_version(*, version: PlanVersion) -> None:
    """Throw a draft away. Raises VersionIsPublished."""
    deleted, _by_model = PlanVersion.objects.filter(pk=version.pk, state=VersionState.DRAFT).delete()
    if not deleted:
        raise VersionIsPublished(_("This version is published already and cannot be changed."))


def paying_plan() -> Plan | None:
    """The plan that pays: the oldest with a published version, else the oldest there is."""
    paying = Plan.objects.filter(versions__state=VersionState.PUBLISHED).order_by("pk").first()
    return paying or Plan.objects.order_by("pk").first()


def standard_plan() -> Plan:
    """The plan that pays; a new one where there is none."""
    return paying_plan() or Plan.objects.create(name=_("Standard plan"))
