from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Max
from django.utils.translation import gettext as _

from core.errors import DomainError
from core.models import User
from core.violations import refusing
from referrals.enums import VersionState
from referrals.models import Plan, PlanVersion


class PlanPaysTooMuch(DomainError):
    """The rates together are more than the sale."""


class VersionsOverlap(DomainError):
    """Another published version of the plan already says what some of these days pay."""


class VersionIsPublished(DomainError):
    """A published version is frozen."""


class AnotherPlanPays(DomainError):
    """One plan pays; a second one with published versions would silently take its place or be ignored."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What a version pays from a first to a last day (inclusive, Asia/Shanghai; None for no end)."""

    first_day: date
    last_day: date | None
    leader_ppm: int
    delivery_fee_fen: int
    delivery_cap_fen: int | None
    referral_1_ppm: int


@transaction.atomic
def create_version(*, plan: Plan, terms: Terms, by: User) -> PlanVersion:
    """Write a draft under the plan's next number. It pays nothing before it is published. Raises PlanPaysTooMuch."""
    Plan.objects.select_for_update().get(pk=plan.pk)
    latest = plan.versions.aggregate(number=Max("number"))["number"] or 0
    too_much = PlanPaysTooMuch(_("The leader rate and the referral rate together are more than the whole sale."))
    with refusing({"plan_pays_no_more_than_the_sale": too_much}):
        return PlanVersion.objects.create(
            plan=plan,
            number=latest + 1,
            span=DateRange(terms.first_day, terms.last_day and terms.last_day + timedelta(days=1), "[)"),
            leader_ppm=terms.leader_ppm,
            delivery_fee_fen=terms.delivery_fee_fen,
            delivery_cap_fen=terms.delivery_cap_fen,
            referral_1_ppm=terms.referral_1_ppm,
            created_by=by,
        )


@transaction.atomic
def publish_version(*, version: PlanVersion, by: User, now: datetime) -> PlanVersion:
    """Put a draft into force for its days, for ever frozen; days in the past become adjustments in the next run.

    Raises VersionIsPublished, VersionsOverlap or AnotherPlanPays; then it stays a draft.
    """
    other = Plan.objects.filter(versions__state=VersionState.PUBLISHED).exclude(pk=version.plan_id).first()
    if other is not None:
        raise AnotherPlanPays(
            _("“%(other)s” is the plan that pays. Write the new version there; this one stays a draft.")
            % {"other": other.name}
        )
    overlap = VersionsOverlap(
        _("Another published version already covers some of these days. Give this one other days; it stays a draft.")
    )
    with refusing({"published_versions_do_not_overlap": overlap}):
        draft = PlanVersion.objects.filter(pk=version.pk, state=VersionState.DRAFT)
        if not draft.update(state=VersionState.PUBLISHED, published_by=by, published_at=now):
            raise VersionIsPublished(_("This version is published already and cannot be changed."))
    version.refresh_from_db()
    return version


@transaction.atomic
def discard_version(*, version: PlanVersion) -> None:
    """Throw a draft away. Raises VersionIsPublished."""
    deleted, _by_model = PlanVersion.objects.filter(pk=version.pk, state=VersionState.DRAFT).delete()
    if not deleted:
        raise VersionIsPublished(_("This version is published already and cannot be changed."))


def standard_plan() -> Plan:
    """The plan that pays: the oldest with a published version, else the oldest, else a new one."""
    paying = Plan.objects.filter(versions__state=VersionState.PUBLISHED).order_by("pk").first()
    return paying or Plan.objects.order_by("pk").first() or Plan.objects.create(name=_("Standard plan"))
