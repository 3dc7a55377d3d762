from datetime import date, timedelta
from typing import Any

import pghistory
import pgtrigger
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from community.models import Group, Member
from core.enums import Role
from core.models import User
from orders.models import Product
from referrals.enums import Clock, VersionState, VolumeKind
from referrals.rules.tiers import TierKind, Volume

WHOLE_PPM = 1_000_000


class MoneyPagesQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User) -> "MoneyPagesQuerySet":
        """Plans and runs are made by admins and read by auditors."""
        if user.is_superuser or user.role in {Role.ADMIN, Role.AUDITOR}:
            return self
        return self.none()


@pghistory.track()
class Plan(models.Model):
    """A commission plan by name; what it pays stands in its dated versions.

    Its clock says which day of an order decides the version; it is declared before the first version is published.
    """

    name = models.CharField(_("name"), max_length=60, unique=True)
    clock = models.CharField(
        _("what decides"), max_length=9, choices=Clock, default=Clock.DELIVERED, db_default=Clock.DELIVERED
    )

    objects = MoneyPagesQuerySet.as_manager()

    class Meta:
        verbose_name = _("commission plan")
        constraints = [models.CheckConstraint(condition=Q(clock__in=Clock.values), name="plan_clock_is_known")]
        triggers = [
            pgtrigger.Trigger(
                name="clock_is_declared_first",
                operation=pgtrigger.UpdateOf("clock"),
                when=pgtrigger.Before,
                condition=pgtrigger.Condition("OLD.clock <> NEW.clock"),
                func="""
                    IF EXISTS (
                        SELECT FROM referrals_planversion WHERE plan_id = NEW.id AND state = 'published'
                    ) THEN
                        RAISE EXCEPTION 'plan % has published a version', NEW.id
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'clock_is_declared_before_publishing';
                    END IF;
                    RETURN NEW;
                """,
            )
        ]

    def __str__(self) -> str:
        return self.name


@pghistory.track()
class PlanVersion(models.Model):
    """What a plan pays for sales whose day by the plan's clock lies within a span (Asia/Shanghai).

    Frozen once published, but for one thing: a span without an end gets one when another version follows.
    """

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="versions", verbose_name=_("commission plan"))
    number = models.PositiveSmallIntegerField(_("version"))
    span = DateRangeField(_("first to last day"))
    leader_ppm = models.IntegerField(_("leader rate"), help_text=_("Parts per million of delivered sales."))
    delivery_fee_fen = models.BigIntegerField(_("delivery fee a household"), default=0)
    delivery_cap_fen = models.BigIntegerField(_("delivery fee at most a round"), null=True, blank=True)
    referral_1_ppm = models.IntegerField(_("referral rate"), default=0)
    referral_2_ppm = models.IntegerField(
        _("referral rate of level 2"), default=0, db_default=0, help_text=_("For whoever brought the one who brought.")
    )
    pool_cap_ppm = models.IntegerField(
        _("all rates together at most"), null=True, blank=True, help_text=_("Parts per million of the order.")
    )
    development_ppm = models.IntegerField(_("development fee"), default=0, db_default=0)
    development_days = models.PositiveSmallIntegerField(
        _("days of the development fee"), default=0, db_default=0, help_text=_("From the day the group was opened on.")
    )
    seed_ppm = models.IntegerField(_("seed user rate"), default=0, db_default=0)
    volume_kind = models.CharField(
        _("grows with the month's volume"),
        max_length=8,
        choices=VolumeKind,
        blank=True,
        default=VolumeKind.NONE,
        db_default=VolumeKind.NONE,
    )
    cliffs_acknowledged_by = models.CharField(
        _("acknowledged by"),
        max_length=60,
        blank=True,
        default="",
        db_default="",
        help_text=_("Who answers for the jumps of a slab, by name."),
    )
    level_2_acknowledged_by = models.CharField(
        _("acknowledged by"),
        max_length=60,
        blank=True,
        default="",
        db_default="",
        help_text=_("Who answers for paying a second level, by name."),
    )
    state = models.CharField(_("state"), max_length=10, choices=VersionState, default=VersionState.DRAFT)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("created by")
    )
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("published by")
    )
    published_at = models.DateTimeField(_("published at"), null=True)
    sha256 = models.CharField(
        _("fingerprint"), max_length=64, blank=True, default="", db_default="", help_text=_("Of all its terms.")
    )

    objects = MoneyPagesQuerySet.as_manager()

    class Meta:
        verbose_name = _("plan version")
        ordering = ["plan", "number"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "number"], name="plan_numbers_its_versions"),
            ExclusionConstraint(
                name="published_versions_do_not_overlap",
                expressions=[("plan", RangeOperators.EQUAL), ("span", RangeOperators.OVERLAPS)],
                condition=Q(state=VersionState.PUBLISHED),
                violation_error_message=_("Another published version already covers some of these days."),
            ),
            models.CheckConstraint(
                condition=Q(leader_ppm__gte=0, referral_1_ppm__gte=0, referral_2_ppm__gte=0)
                & Q(development_ppm__gte=0, seed_ppm__gte=0)
                & Q(
                    leader_ppm__lte=WHOLE_PPM
                    - F("referral_1_ppm")
                    - F("referral_2_ppm")
                    - F("development_ppm")
                    - F("seed_ppm")
                ),
                name="plan_pays_no_more_than_the_sale",
                violation_error_message=_("Rates are not negative and together stay within the sale."),
            ),
            models.CheckConstraint(
                condition=Q(delivery_fee_fen__gte=0) & (Q(delivery_cap_fen=None) | Q(delivery_cap_fen__gte=0)),
                name="delivery_fee_is_not_negative",
                violation_error_message=_("A delivery fee is not negative."),
            ),
            models.CheckConstraint(
                condition=Q(pool_cap_ppm=None) | Q(pool_cap_ppm__gte=0, pool_cap_ppm__lte=WHOLE_PPM),
                name="cap_is_a_part_of_the_sale",
                violation_error_message=_("The cap lies between nothing and the whole sale."),
            ),
            models.CheckConstraint(
                condition=Q(development_ppm=0, development_days=0) | Q(development_ppm__gt=0, development_days__gt=0),
                name="development_fee_has_days",
                violation_error_message=_("A development fee has a rate and the days it is paid for, or neither."),
            ),
            models.CheckConstraint(
                condition=~Q(state=VersionState.PUBLISHED) | Q(referral_2_ppm=0) | ~Q(level_2_acknowledged_by=""),
                name="second_level_is_answered_for",
                violation_error_message=_("Somebody answers by name for paying a second level."),
            ),
            models.CheckConstraint(condition=Q(volume_kind__in=VolumeKind.values), name="volume_kind_is_known"),
            models.CheckConstraint(
                condition=~Q(state=VersionState.PUBLISHED, volume_kind=VolumeKind.SLAB, cliffs_acknowledged_by=""),
                name="cliffs_are_answered_for",
                violation_error_message=_("Somebody answers by name for the jumps of a slab."),
            ),
            models.CheckConstraint(
                condition=Q(span__isempty=False, span__lower_inf=False),
                name="version_begins_on_a_day",
                violation_error_message=_("A version begins on a day."),
            ),
            models.CheckConstraint(
                condition=Q(state=VersionState.DRAFT, published_at=None)
                | Q(state=VersionState.PUBLISHED, published_at__isnull=False),
                name="published_version_says_when",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="published_is_frozen",
                operation=pgtrigger.Update | pgtrigger.Delete,
                when=pgtrigger.Before,
                condition=pgtrigger.Condition("OLD.state = 'published'"),
                declare=[("closed", "referrals_planversion")],
                func="""
                    IF TG_OP = 'UPDATE' AND upper_inf(OLD.span) AND lower(NEW.span) = lower(OLD.span) THEN
                        -- All that may happen to it: an end, the day another version follows.
                        closed := OLD;
                        closed.span := NEW.span;
                        IF NEW IS NOT DISTINCT FROM closed THEN
                            RETURN NEW;
                        END IF;
                    END IF;
                    RAISE EXCEPTION 'plan version % is published', OLD.id
                        USING ERRCODE = 'check_violation', CONSTRAINT = 'published_version_is_frozen';
                """,
            ),
            pgtrigger.Trigger(
                # What publishing checks is looked at where a draft becomes published.
                name="is_drafted_first",
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                condition=pgtrigger.Condition("NEW.state <> 'draft'"),
                func="""
                    RAISE EXCEPTION 'plan version % was never a draft', NEW.id
                        USING ERRCODE = 'check_violation', CONSTRAINT = 'version_is_drafted_first';
                """,
            ),
            pgtrigger.Trigger(
                name="terms_fit_together",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                condition=pgtrigger.Condition("NEW.state = 'published' AND OLD.state <> 'published'"),
                declare=[("highest", "integer"), ("others", "integer")],
                func="""
                    others := NEW.referral_1_ppm + NEW.referral_2_ppm + NEW.development_ppm + NEW.seed_ppm;
                    SELECT greatest(
                        NEW.leader_ppm,
                        (SELECT max(leader_ppm) FROM referrals_rateterm WHERE version_id = NEW.id),
                        (SELECT max(leader_ppm) FROM referrals_volumetier WHERE version_id = NEW.id)
                    ) INTO highest;
                    IF highest + others > 1000000 THEN
                        RAISE EXCEPTION 'plan version % pays more than the sale', NEW.id
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'plan_pays_no_more_than_the_sale';
                    END IF;
                    IF (NEW.volume_kind <> '') <> EXISTS (
                        SELECT FROM referrals_volumetier WHERE version_id = NEW.id
                    ) OR EXISTS (
                        SELECT FROM (
                            SELECT leader_ppm, lag(leader_ppm, 1, NEW.leader_ppm) OVER (ORDER BY above_fen) AS below_ppm
                            FROM referrals_volumetier WHERE version_id = NEW.id
                        ) tiers
                        WHERE leader_ppm <= below_ppm
                    ) THEN
                        RAISE EXCEPTION 'the tiers of plan version % do not rise', NEW.id
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'tiers_rise';
                    END IF;
                    -- What a month brings belongs to no one order, so no cap of an order could hold it.
                    IF NEW.volume_kind <> '' AND highest + others > NEW.pool_cap_ppm THEN
                        RAISE EXCEPTION 'the rates of plan version % do not fit under its cap', NEW.id
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'tiers_fit_under_the_cap';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan} v{self.number}"

    @property
    def last_day(self) -> date | None:
        """The last day it pays for; None while no end is set."""
        after: date | None = self.span.upper
        return after and after - timedelta(days=1)

    def volume(self) -> Volume | None:
        """How the rate grows with the month's volume; one query where it does."""
        if not self.volume_kind:
            return None
        tiers = list(self.volume_tiers.values_list("above_fen", "leader_ppm"))
        return Volume(
            TierKind(self.volume_kind), tuple(above for above, _ppm in tiers), tuple(ppm for _above, ppm in tiers)
        )


FROZEN_WITH_ITS_VERSION = pgtrigger.Trigger(
    name="frozen_with_its_version",
    operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
    when=pgtrigger.Before,
    declare=[("asked", "bigint[]"), ("published", "boolean")],
    func="""
        asked := CASE TG_OP
            WHEN 'INSERT' THEN ARRAY[NEW.version_id]
            WHEN 'DELETE' THEN ARRAY[OLD.version_id]
            ELSE ARRAY[OLD.version_id, NEW.version_id]
        END;
        -- Whoever publishes waits for this row, or is seen here.
        SELECT bool_or(state = 'published') INTO published
        FROM (SELECT state FROM referrals_planversion WHERE id = ANY(asked) FOR SHARE) versions;
        IF published THEN
            RAISE EXCEPTION 'plan version % is published', asked
                USING ERRCODE = 'check_violation', CONSTRAINT = 'published_version_is_frozen';
        END IF;
        RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
    """,
)


class RateTerm(models.Model):
    """A leader's rate for one person, one product or one group, in place of the version's own. Frozen with its version.

    Of several the person's counts, then the product's, then the group's. A product without a rate is excluded: nobody
    earns anything on it, whatever a person's or a group's rate is.
    """

    version = models.ForeignKey(PlanVersion, models.CASCADE, related_name="rate_terms", verbose_name=_("version"))
    product = models.ForeignKey(Product, models.PROTECT, null=True, related_name="+", verbose_name=_("product"))
    group = models.ForeignKey(Group, models.PROTECT, null=True, related_name="+", verbose_name=_("group"))
    person = models.ForeignKey(Member, models.PROTECT, null=True, related_name="+", verbose_name=_("leader"))
    leader_ppm = models.IntegerField(_("leader rate"), null=True, blank=True)

    class Meta:
        verbose_name = _("rate of its own")
        ordering = ["version", "product__pinyin", "group__pinyin", "person__pinyin", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["version", "product"], name="version_names_a_product_once"),
            models.UniqueConstraint(fields=["version", "group"], name="version_names_a_group_once"),
            models.UniqueConstraint(fields=["version", "person"], name="version_names_a_person_once"),
            models.CheckConstraint(
                condition=Q(product__isnull=False, group=None, person=None)
                | Q(product=None, group__isnull=False, person=None, leader_ppm__isnull=False)
                | Q(product=None, group=None, person__isnull=False, leader_ppm__isnull=False),
                name="rate_term_is_of_one_scope",
            ),
            models.CheckConstraint(
                condition=Q(leader_ppm=None) | Q(leader_ppm__gte=0, leader_ppm__lte=WHOLE_PPM),
                name="own_rate_is_a_part_of_the_sale",
                violation_error_message=_("A rate lies between nothing and the whole sale."),
            ),
        ]
        triggers = [FROZEN_WITH_ITS_VERSION]

    def __str__(self) -> str:
        return f"{self.version}: {self.of}"

    @property
    def of(self) -> Product | Group | Member:
        """The person, product or group it is the rate of; load it with the term."""
        scope = self.person or self.product or self.group
        assert scope  # noqa: S101 - a constraint says so
        return scope


class VolumeTier(models.Model):
    """The leader's rate above a month's volume, in place of the version's own. Frozen with its version."""

    version = models.ForeignKey(PlanVersion, models.CASCADE, related_name="volume_tiers", verbose_name=_("version"))
    above_fen = models.BigIntegerField(_("above a month's sales of"))
    leader_ppm = models.IntegerField(_("leader rate"))

    class Meta:
        verbose_name = _("volume tier")
        ordering = ["version", "above_fen"]
        constraints = [
            models.UniqueConstraint(fields=["version", "above_fen"], name="version_has_one_tier_a_bound"),
            models.CheckConstraint(condition=Q(above_fen__gt=0), name="tier_lies_above_something"),
            models.CheckConstraint(
                condition=Q(leader_ppm__gte=0, leader_ppm__lte=WHOLE_PPM), name="tier_rate_is_a_part_of_the_sale"
            ),
        ]
        triggers = [FROZEN_WITH_ITS_VERSION]

    def __str__(self) -> str:
        return f"{self.version}: {self.above_fen}"
