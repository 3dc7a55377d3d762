import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from community.models import Member, sees_all_groups
from core.append_only import NOT_EMPTIED
from core.models import User


class ReferralQuerySet(models.QuerySet["Referral"]):
    def visible_to(self, user: User) -> "ReferralQuerySet":
        if sees_all_groups(user):
            return self
        return self.filter(referee__in=Member.objects.visible_to(user))


@pghistory.track()
class Referral(models.Model):
    """Who brought whom. A member has one referrer, who joined before: so chains cannot loop.

    A binding is kept for ever. A wrong one is corrected, saying who did it and why, until it has counted: it stays from
    the first valid order of its time on (something delivered that was not paid back). The history has what was said
    before.
    """

    referrer = models.ForeignKey(Member, models.PROTECT, related_name="referrals", verbose_name=_("referrer"))
    referee = models.OneToOneField(
        Member, models.PROTECT, related_name="referred_by", verbose_name=_("referred member")
    )
    bound_on = models.DateField(_("bound on"))
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    bound_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("bound by")
    )
    corrected_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("corrected by")
    )
    corrected_at = models.DateTimeField(_("corrected at"), null=True)

    objects = ReferralQuerySet.as_manager()

    class Meta:
        verbose_name = _("referral")
        constraints = [
            models.CheckConstraint(
                condition=Q(referrer__lt=F("referee")),
                name="referrer_joined_before_referee",
                violation_error_message=_("The one who refers joined before the one referred."),
            ),
            models.CheckConstraint(
                condition=Q(corrected_by=None, corrected_at=None)
                | Q(corrected_by__isnull=False, corrected_at__isnull=False),
                name="correction_of_a_referral_says_who_and_when",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
            NOT_EMPTIED,
            pgtrigger.ReadOnly(name="binding_is_kept", fields=["id", "referee", "bound_on", "bound_by"]),
            pgtrigger.Trigger(
                name="corrected_until_it_has_counted",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                func="""
                    IF EXISTS (
                        SELECT 1 FROM orders_order o JOIN orders_orderline l ON l.order_id = o.id
                        WHERE o.member_id = OLD.referee_id AND o.order_day >= OLD.bound_on
                            AND l.delivered_fen > l.refunded_fen
                    ) THEN
                        RAISE EXCEPTION 'referral % has counted', OLD.id
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'referral_that_has_counted_stays';
                    END IF;
                    IF btrim(NEW.reason) = '' OR NEW.corrected_by_id IS NULL
                        OR NEW.corrected_at IS NOT DISTINCT FROM OLD.corrected_at
                    THEN
                        RAISE EXCEPTION 'a correction of referral % says who, when and why', OLD.id
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'correction_of_a_referral_says_why';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.referrer_id}→{self.referee_id}"
