from datetime import date, timedelta
from typing import Any

import pghistory
import pgtrigger
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.enums import Role
from core.models import User
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
    """What a plan pays for sales delivered within a span of days (Asia/Shanghai). Frozen once published."""

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="versions", verbose_name=_("commission plan"))
    number = models.PositiveSmallIntegerField(_("version"))
    span = DateRangeField(_("first to last day"))
    leader_ppm = models.IntegerField(_("leader rate"), help_text=_("Parts per million of delivered sales."))
    delivery_fee_fen = models.BigIntegerField(_("delivery fee a household"), default=0)
    delivery_cap_fen = models.BigIntegerField(_("delivery fee at most a round"), null=True, blank=True)
    referral_1_ppm = models.IntegerField(_("referral rate"), default=0)
    state = models.CharField(_("state"), max_length=10, choices=VersionState, default=VersionState.DRAFT)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("created by")
    )
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("published by")
    )
    published_at = models.DateTimeField(_("published at"), null=True)

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
                condition=Q(leader_ppm__gte=0, referral_1_ppm__gte=0)
                & Q(leader_ppm__lte=WHOLE_PPM - models.F("referral_1_ppm")),
                name="plan_pays_no_more_than_the_sale",
                violation_error_message=_("Rates are not negative and together stay within the sale."),
            ),
            models.CheckConstraint(
                condition=Q(delivery_fee_fen__gte=0) & (Q(delivery_cap_fen=None) | Q(delivery_cap_fen__gte=0)),
                name="delivery_fee_is_not_negative",
                violation_error_message=_("A delivery fee is not negative."),
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
                func="""
                    RAISE EXCEPTION 'plan version % is published', OLD.id
                        USING ERRCODE = 'check_violation', CONSTRAINT = 'published_version_is_frozen';
                """,
            )
        ]

    def __str__(self) -> str:
        return f"{self.plan} v{self.number}"

    @property
    def last_day(self) -> date | None:
        """The last day it pays for; None while no end is set."""
        after: date | None = self.span.upper
        return after and after - timedelta(days=1)
