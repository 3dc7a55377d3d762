import pghistory
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from community.models import Member, sees_all_groups
from core.models import User


class ReferralQuerySet(models.QuerySet["Referral"]):
    def visible_to(self, user: User) -> "ReferralQuerySet":
        if sees_all_groups(user):
            return self
        return self.filter(referee__in=Member.objects.visible_to(user))


@pghistory.track()
class Referral(models.Model):
    """Who brought whom. A member has one referrer, who joined before: so chains cannot loop."""

    referrer = models.ForeignKey(Member, models.PROTECT, related_name="referrals", verbose_name=_("referrer"))
    referee = models.OneToOneField(
        Member, models.PROTECT, related_name="referred_by", verbose_name=_("referred member")
    )
    bound_on = models.DateField(_("bound on"))
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    bound_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("bound by")
    )

    objects = ReferralQuerySet.as_manager()

    class Meta:
        verbose_name = _("referral")
        constraints = [
            models.CheckConstraint(
                condition=Q(referrer__lt=F("referee")),
                name="referrer_joined_before_referee",
                violation_error_message=_("The one who refers joined before the one referred."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.referrer_id}→{self.referee_id}"
