import pghistory
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from community.models import Member
from referrals.enums import WithholdingKind
from referrals.models.plan import MoneyPagesQuerySet


@pghistory.track()
class WithholdingProfile(models.Model):
    """How tax is kept back of what one earner is paid within a span of days. Without one: by the payment."""

    earner = models.ForeignKey(
        Member, models.PROTECT, related_name="withholding_profiles", verbose_name=_("earner"), db_index=False
    )
    kind = models.CharField(_("withholding"), max_length=12, choices=WithholdingKind)
    span = DateRangeField(_("first to last day"))
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("set by"))
    set_at = models.DateTimeField(_("set at"), db_default=Now())

    objects = MoneyPagesQuerySet.as_manager()

    class Meta:
        verbose_name = _("withholding profile")
        constraints = [
            ExclusionConstraint(
                name="earner_has_one_withholding_at_a_time",
                expressions=[("earner", RangeOperators.EQUAL), ("span", RangeOperators.OVERLAPS)],
                violation_error_message=_("Another profile already covers some of these days."),
            ),
            models.CheckConstraint(
                condition=Q(span__isempty=False, span__lower_inf=False), name="withholding_begins_on_a_day"
            ),
            models.CheckConstraint(condition=Q(kind__in=WithholdingKind.values), name="withholding_is_of_a_known_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.earner_id}: {self.kind}"
