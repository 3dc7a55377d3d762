"""Invitation links, how often they were opened, who joined through them, and by which rule that bound."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from community.models import Consent, Group, Member, sees_all_groups
from core.append_only import APPEND_ONLY, NOT_EMPTIED
from core.models import User
from referrals.enums import Refusal, TouchRule
from referrals.models.plan import MoneyPagesQuerySet, Plan
from referrals.models.referral import Referral

LONGEST_WINDOW_DAYS = 90
JOINED_AS_ITS_LINK_SAYS = """
    IF (SELECT retired_at FROM referrals_referrallink WHERE id = NEW.link_id FOR SHARE) IS NOT NULL THEN
        RAISE EXCEPTION 'link % is retired', NEW.link_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'retired_link_takes_nobody_in';
    END IF;
    IF NEW.referral_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM referrals_referral r JOIN referrals_referrallink l ON l.id = NEW.credited_id
        WHERE r.id = NEW.referral_id AND r.referee_id = NEW.member_id AND r.referrer_id = l.member_id
    ) THEN
        RAISE EXCEPTION 'link % does not name the one who brought member %', NEW.credited_id, NEW.member_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'joining_binds_whom_its_link_names';
    END IF;
    IF NEW.referral_id IS NOT NULL AND NEW.touched_at < NEW.at - NEW.window_days * interval '1 day' THEN
        RAISE EXCEPTION 'link % was opened too long ago', NEW.credited_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'binding_keeps_to_its_window';
    END IF;
    RETURN NEW;
"""


class ReferralLinkQuerySet(models.QuerySet["ReferralLink"]):
    def visible_to(self, user: User) -> "ReferralLinkQuerySet":
        """A leader sees the links into the groups they lead today, and their own."""
        if sees_all_groups(user):
            return self
        return self.filter(Q(group__in=Group.objects.visible_to(user)) | Q(member__user=user.pk))

    def living(self) -> "ReferralLinkQuerySet":
        return self.filter(retired_at=None)


class ReferralLink(models.Model):
    """A member's invitation into one group: who joins through it may be bound to them. It is retired, never changed."""

    member = models.ForeignKey(Member, models.PROTECT, related_name="links", verbose_name=_("member"))
    group = models.ForeignKey(Group, models.PROTECT, related_name="links", verbose_name=_("group"))
    code = models.CharField(_("link code"), max_length=12, unique=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    retired_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    retired_at = models.DateTimeField(null=True)

    objects = ReferralLinkQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation link")
        constraints = [
            models.UniqueConstraint(
                fields=["member", "group"],
                condition=Q(retired_at=None),
                name="member_has_one_living_link_a_group",
                violation_error_message=_("The member has an invitation link into this group already."),
            ),
            models.CheckConstraint(
                condition=Q(retired_by=None, retired_at=None)
                | Q(retired_by__isnull=False, retired_at__gte=F("made_at")),
                name="retired_link_says_who_and_when",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
            NOT_EMPTIED,
            pgtrigger.ReadOnly(name="only_retired", exclude=["retired_by", "retired_at"]),
            pgtrigger.Trigger(
                name="retired_once",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                condition=pgtrigger.Condition("OLD.retired_at IS NOT NULL"),
                func="""
                    RAISE EXCEPTION 'link % is retired', OLD.id
                        USING ERRCODE = 'check_violation', CONSTRAINT = 'link_is_retired_once';
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.code


class TouchDay(models.Model):
    """How often one invitation link was opened on one day: a number, nobody's traces."""

    link = models.ForeignKey(ReferralLink, models.CASCADE, related_name="touch_days", db_index=False)
    day = models.DateField()
    clicks = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["link", "day"], name="touches_are_counted_by_day")]

    def __str__(self) -> str:
        return f"{self.link_id} {self.day}"


class BindingRule(models.Model):
    """By which rule joining through a link binds, from the moment it is set; the latest one of a plan holds."""

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="binding_rules", verbose_name=_("commission plan"))
    touch = models.CharField(_("which link counts"), max_length=5, choices=TouchRule)
    window_days = models.PositiveSmallIntegerField(_("for how many days after it was opened"))
    new_members_only = models.BooleanField(_("only people who were not members before"))
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("set by"))
    set_at = models.DateTimeField(db_default=Now())

    objects = MoneyPagesQuerySet.as_manager()

    class Meta:
        verbose_name = _("binding rule")
        constraints = [
            models.CheckConstraint(condition=Q(touch__in=TouchRule.values), name="binding_touch_is_known"),
            models.CheckConstraint(
                condition=Q(window_days__gte=1, window_days__lte=LONGEST_WINDOW_DAYS),
                name="binding_window_is_up_to_ninety_days",
                violation_error_message=_("A window is 1 to 90 days."),
            ),
        ]
        triggers = APPEND_ONLY

    def __str__(self) -> str:
        return f"{self.touch} {self.window_days}"


class JoiningQuerySet(models.QuerySet["Joining"]):
    def visible_to(self, user: User) -> "JoiningQuerySet":
        """A leader sees who came in by the links they see, and for whom one of these decided."""
        if sees_all_groups(user):
            return self
        links = ReferralLink.objects.visible_to(user)
        return self.filter(Q(link__in=links) | Q(credited__in=links))


class Joining(models.Model):
    """Somebody joined through an invitation link: what they agreed to, and whether it bound them to whom, or why not.

    `credited` is the link whose touch decided, mostly the one they joined on; the rule it was decided by stands beside.
    """

    link = models.ForeignKey(ReferralLink, models.PROTECT, related_name="joinings", db_index=False)
    credited = models.ForeignKey(ReferralLink, models.PROTECT, related_name="decisions", db_index=False)
    member = models.ForeignKey(Member, models.PROTECT, related_name="joinings")
    is_new = models.BooleanField()
    consent = models.OneToOneField(Consent, models.PROTECT, related_name="joining")
    touched_at = models.DateTimeField()
    at = models.DateTimeField()
    touch = models.CharField(max_length=5, choices=TouchRule)
    window_days = models.PositiveSmallIntegerField()
    new_members_only = models.BooleanField()
    referral = models.OneToOneField(Referral, models.PROTECT, null=True, related_name="joining")
    refusal = models.CharField(max_length=8, choices=Refusal, blank=True, default="", db_default="")

    objects = JoiningQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["credited", "-at"], name="joining_by_link")]
        constraints = [
            models.CheckConstraint(
                condition=Q(referral__isnull=False, refusal="") | Q(referral=None, refusal__in=Refusal.values),
                name="joining_binds_or_says_why_not",
            ),
            models.CheckConstraint(
                condition=Q(referral=None) | Q(new_members_only=False) | Q(is_new=True),
                name="binding_keeps_to_new_members",
            ),
            models.CheckConstraint(condition=Q(touched_at__lte=F("at")), name="joining_follows_its_touch"),
        ]
        triggers = [
            *APPEND_ONLY,
            pgtrigger.Trigger(
                name="joined_as_its_link_says",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func=JOINED_AS_ITS_LINK_SAYS,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member_id} through {self.link_id}"
