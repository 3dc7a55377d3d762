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

from core.enums import Role
from core.models import User
from orders.models import Product
from referrals.enums import VersionState

WHOLE_PPM = 1_000_000


class MoneyPagesQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User) -> "MoneyPagesQuerySet":
        """Plans and runs are made by admins and read by auditors."""
        if user.is_superuser or user.role in {Role.ADMIN, Role.AUDITOR}:
            return self
        return self.none()


@pghistory.track()
class Plan(models.Model):
    """A commission plan by name; what it pays stands in its dated versions."""

    name = models.CharField(_("name"), max_length=60, unique=True)

    objects = MoneyPagesQuerySet.as_manager()

    class Meta:
        verbose_name = _("commission plan")

    def __str__(self) -> str:
        return self.name


@pghistory.track()
class PlanVersion(models.Model):
    """What a plan pays for sales delivered within a span of days (Asia/Shanghai).

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
                condition=Q(leader_ppm__gte=0, referral_1_ppm__gte=0, referral_2_ppm__gte=0, development_ppm__gte=0)
                & Q(leader_ppm__lte=WHOLE_PPM - F("referral_1_ppm") - F("referral_2_ppm") - F("development_ppm")),
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
                name="products_leave_room_for_the_others",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                condition=pgtrigger.Condition("NEW.state = 'published'"),
                func="""
                    IF EXISTS (
                        SELECT FROM referrals_productterm
                        WHERE version_id = NEW.id AND leader_ppm
                            + NEW.referral_1_ppm + NEW.referral_2_ppm + NEW.development_ppm > 1000000
                    ) THEN
                        RAISE EXCEPTION 'plan version % pays more than the sale', NEW.id
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'plan_pays_no_more_than_the_sale';
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


class ProductTerm(models.Model):
    """A product whose leader's rate is its own; without a rate nobody earns anything on it. Frozen with its version."""

    version = models.ForeignKey(PlanVersion, models.CASCADE, related_name="product_terms", verbose_name=_("version"))
    product = models.ForeignKey(Product, models.PROTECT, related_name="+", verbose_name=_("product"))
    leader_ppm = models.IntegerField(_("leader rate"), null=True, blank=True)

    class Meta:
        verbose_name = _("rate of a product")
        ordering = ["version", "product__pinyin", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["version", "product"], name="version_names_a_product_once"),
            models.CheckConstraint(
                condition=Q(leader_ppm=None) | Q(leader_ppm__gte=0, leader_ppm__lte=WHOLE_PPM),
                name="product_rate_is_a_part_of_the_sale",
                violation_error_message=_("A rate lies between nothing and the whole sale."),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
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
        ]

    def __str__(self) -> str:
        return f"{self.version}: {self.product}"
