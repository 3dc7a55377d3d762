"""Who: neighbourhoods, their groups, the people in them, who leads, who is wanted as a seed user."""

from datetime import date, timedelta
from typing import TYPE_CHECKING, cast

import pghistory
import pgtrigger
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from community.enums import Channel, SeedSource, SeedStatus
from community.rules.phones import KEPT, masked
from core.append_only import APPEND_ONLY
from core.enums import Role
from core.models import Named, User
from core.money import PPM

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

WECHAT_GROUP_HOLDS = 500
SEEDS_WANTED = 100
TOP_SCORE = 5
SEES_ALL_GROUPS = {Role.OPERATOR, Role.ADMIN, Role.AUDITOR}


def sees_all_groups(user: User) -> bool:
    """Operators, admins and auditors work across groups; a leader sees the groups of today's assignments."""
    return user.is_superuser or user.role in SEES_ALL_GROUPS


class NeighbourhoodQuerySet(models.QuerySet["Neighbourhood"]):
    def visible_to(self, user: User) -> "NeighbourhoodQuerySet":
        if sees_all_groups(user):
            return self
        return self.filter(groups__in=Group.objects.visible_to(user)).distinct()


@pghistory.track()
class Neighbourhood(Named):
    """A residential compound with its households."""

    district = models.CharField(_("district"), max_length=60, blank=True)
    households = models.PositiveIntegerField(_("households"), null=True, blank=True)
    demo = models.BooleanField(default=False, editable=False)

    objects = NeighbourhoodQuerySet.as_manager()

    class Meta:
        verbose_name = _("neighbourhood")
        ordering = ["pinyin", "pk"]


class GroupQuerySet(models.QuerySet["Group"]):
    def visible_to(self, user: User) -> "GroupQuerySet":
        if sees_all_groups(user):
            return self
        return self.led_by(user, on=timezone.localdate())

    def led_by(self, user: User, *, on: date) -> "GroupQuerySet":
        """The groups whose leader on that day (Asia/Shanghai) logs in as `user`."""
        led = LeaderAssignment.objects.filter(leader__user=user.pk, span__contains=on)
        return self.filter(pk__in=led.values("group"))


@pghistory.track()
class Group(Named):
    """A WeChat group of one neighbourhood: where chains are posted and people order."""

    neighbourhood = models.ForeignKey(
        Neighbourhood, models.PROTECT, related_name="groups", verbose_name=_("neighbourhood")
    )
    capacity = models.PositiveSmallIntegerField(_("capacity"), default=WECHAT_GROUP_HOLDS)
    purpose = models.CharField(_("purpose"), max_length=200, blank=True)
    opened_on = models.DateField(_("opened on"))
    opened_by = models.ForeignKey(
        "Member", models.PROTECT, null=True, blank=True, related_name="opened_groups", verbose_name=_("opened by")
    )

    objects = GroupQuerySet.as_manager()

    class Meta:
        verbose_name = _("group")
        ordering = ["pinyin", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(capacity__gte=1, capacity__lte=WECHAT_GROUP_HOLDS),
                name="group_holds_what_wechat_allows",
                violation_error_message=_("A WeChat group holds 1 to 500 people."),
            ),
        ]


class MemberQuerySet(models.QuerySet["Member"]):
    def visible_to(self, user: User) -> "MemberQuerySet":
        if sees_all_groups(user):
            return self
        return self.filter(pk__in=Membership.objects.filter(group__in=Group.objects.visible_to(user)).values("member"))


@pghistory.track(exclude=["phone"])
class Member(Named):
    """A person who joined: buys, brings others, may lead, may earn. Ids grow in join order.

    The phone number stands in this one place: the history keeps no copies of it.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="member", verbose_name=_("login")
    )
    channel = models.CharField(_("came through"), max_length=12, choices=Channel, default=Channel.CHAIN)
    joined_on = models.DateField(_("joined on"))
    phone = models.CharField(_("phone"), max_length=12, blank=True, default="", db_default="")

    objects = MemberQuerySet.as_manager()

    class Meta:
        verbose_name = _("member")
        ordering = ["pinyin", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["phone"],
                condition=~Q(phone=""),
                name="phone_belongs_to_one_member",
                violation_error_message=_("Another member has this phone number."),
            ),
            models.CheckConstraint(
                condition=Q(phone="") | Q(phone__regex=KEPT),
                name="member_phone_is_a_mobile_number",
                violation_error_message=_("That is no mobile number."),
            ),
        ]

    @property
    def masked_phone(self) -> str:
        """Wherever the number is not being written; empty without one."""
        return masked(self.phone)


class MembershipQuerySet(models.QuerySet["Membership"]):
    def visible_to(self, user: User) -> "MembershipQuerySet":
        if sees_all_groups(user):
            return self
        return self.filter(group__in=Group.objects.visible_to(user))

    def current(self) -> "MembershipQuerySet":
        return self.filter(left_on=None)


@pghistory.track()
class Membership(models.Model):
    """A member in a group, at a door (building-unit-room as the parser writes it), until they leave."""

    group = models.ForeignKey(Group, models.PROTECT, related_name="memberships", verbose_name=_("group"))
    member = models.ForeignKey(Member, models.PROTECT, related_name="memberships", verbose_name=_("member"))
    door = models.CharField(_("door"), max_length=40, blank=True)
    joined_on = models.DateField(_("joined on"))
    left_on = models.DateField(_("left on"), null=True, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("membership")
        constraints = [
            models.UniqueConstraint(
                fields=["group", "member"],
                condition=Q(left_on=None),
                name="member_is_in_a_group_once",
                violation_error_message=_("This member is already in the group."),
            ),
            models.CheckConstraint(
                condition=Q(left_on=None) | Q(left_on__gte=models.F("joined_on")),
                name="member_leaves_after_joining",
                violation_error_message=_("A member cannot leave before joining."),
            ),
        ]
        indexes = [models.Index(fields=["group", "door"], name="membership_by_door")]

    def __str__(self) -> str:
        return f"{self.member_id}@{self.group_id}"


class LeaderAssignmentQuerySet(models.QuerySet["LeaderAssignment"]):
    def visible_to(self, user: User) -> "LeaderAssignmentQuerySet":
        if sees_all_groups(user):
            return self
        return self.filter(leader__user=user.pk)


@pghistory.track()
class LeaderAssignment(models.Model):
    """One leader's span of responsibility for one group."""

    group = models.ForeignKey(Group, models.PROTECT, related_name="assignments", verbose_name=_("group"))
    leader = models.ForeignKey(Member, models.PROTECT, related_name="assignments", verbose_name=_("leader"))
    span = DateRangeField(_("days"))

    objects = LeaderAssignmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("leader assignment")
        constraints = [
            ExclusionConstraint(
                name="group_has_one_leader_at_a_time",
                expressions=[("group", RangeOperators.EQUAL), ("span", RangeOperators.OVERLAPS)],
                violation_error_message=_("This group already has a leader in that time."),
            ),
            models.CheckConstraint(
                condition=Q(span__isempty=False, span__lower_inf=False), name="assignment_begins_on_a_day"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.leader_id}→{self.group_id}"

    @property
    def first_day(self) -> date:
        """A constraint says that every assignment has one."""
        return cast(date, self.span.lower)

    @property
    def last_day(self) -> date | None:
        """Still part of the assignment; None until further notice."""
        return self.span.upper - timedelta(days=1) if self.span.upper else None


class CoLeaderQuerySet(models.QuerySet["CoLeader"]):
    def visible_to(self, user: User) -> "CoLeaderQuerySet":
        if sees_all_groups(user):
            return self
        return self.filter(group__in=Group.objects.visible_to(user))


@pghistory.track()
class CoLeader(models.Model):
    """Who leads a group beside its leader, and which part of the leader's commission on orders of these days is theirs.

    The leader has what the shares leave. A share gives no access: that is the leader's alone.
    """

    group = models.ForeignKey(Group, models.PROTECT, related_name="co_leaders", verbose_name=_("group"))
    member = models.ForeignKey(Member, models.PROTECT, related_name="co_leads", verbose_name=_("co-leader"))
    share_ppm = models.IntegerField(_("share"), help_text=_("Parts per million of the leader's commission."))
    span = DateRangeField(_("days"))

    objects = CoLeaderQuerySet.as_manager()

    class Meta:
        verbose_name = _("co-leader")
        constraints = [
            ExclusionConstraint(
                name="co_leader_has_one_share_at_a_time",
                expressions=[
                    ("group", RangeOperators.EQUAL),
                    ("member", RangeOperators.EQUAL),
                    ("span", RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("This member has a share of that group in that time already."),
            ),
            models.CheckConstraint(
                condition=Q(share_ppm__gte=1, share_ppm__lt=PPM),
                name="share_is_a_part",
                violation_error_message=_("A share is more than nothing and less than all."),
            ),
            models.CheckConstraint(
                condition=Q(span__isempty=False, span__lower_inf=False), name="share_begins_on_a_day"
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="shares_stay_within_the_whole",
                operation=pgtrigger.Insert | pgtrigger.Update,
                when=pgtrigger.After,
                func="""
                    -- Two at once see each other: the group is held until the transaction ends.
                    PERFORM 1 FROM community_group WHERE id = NEW.group_id FOR UPDATE;
                    -- What is shared on a day changes only where a span begins.
                    IF EXISTS (
                        SELECT FROM community_coleader begins
                        WHERE begins.group_id = NEW.group_id AND begins.span && NEW.span
                            AND (
                                SELECT sum(share_ppm) FROM community_coleader held
                                WHERE held.group_id = NEW.group_id AND held.span @> lower(begins.span * NEW.span)
                            ) >= 1000000
                    ) THEN
                        RAISE EXCEPTION 'the shares of group % leave its leader nothing', NEW.group_id
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'shares_stay_within_the_whole';
                    END IF;
                    RETURN NULL;
                """,
            )
        ]

    def __str__(self) -> str:
        return f"{self.member_id}+{self.group_id}"

    @property
    def first_day(self) -> date:
        """A constraint says that every share has one."""
        return cast(date, self.span.lower)

    @property
    def last_day(self) -> date | None:
        """Still part of it; None until further notice."""
        return self.span.upper - timedelta(days=1) if self.span.upper else None


def score_field(label: "StrPromise") -> "models.PositiveSmallIntegerField[int | None, int | None]":
    return models.PositiveSmallIntegerField(label, null=True, blank=True, validators=[MaxValueValidator(TOP_SCORE)])


class SeedProfileQuerySet(models.QuerySet["SeedProfile"]):
    def visible_to(self, user: User) -> "SeedProfileQuerySet":
        """Finding seed users is the operators' work; admins and auditors may look."""
        return self if sees_all_groups(user) else self.none()


@pghistory.track()
class SeedProfile(models.Model):
    """Why a member is wanted as a seed user, what speaks for it, and how far the talk has come."""

    member = models.OneToOneField(Member, models.PROTECT, related_name="seed_profile", verbose_name=_("member"))
    niche = models.CharField(_("niche"), max_length=60)
    source = models.CharField(_("found through"), max_length=10, choices=SeedSource)
    status = models.CharField(_("status"), max_length=12, choices=SeedStatus, default=SeedStatus.TO_CONTACT)
    authority = score_field(_("authority"))
    authority_evidence = models.CharField(_("evidence of authority"), max_length=300, blank=True)
    reach = score_field(_("reach"))
    reach_evidence = models.CharField(_("evidence of reach"), max_length=300, blank=True)
    expression = score_field(_("expression"))
    expression_evidence = models.CharField(_("evidence of expression"), max_length=300, blank=True)
    agreement = score_field(_("agreement"))
    agreement_evidence = models.CharField(_("evidence of agreement"), max_length=300, blank=True)
    next_contact_on = models.DateField(_("next contact on"), null=True, blank=True)
    note = models.TextField(_("note"), blank=True)

    objects = SeedProfileQuerySet.as_manager()

    class Meta:
        verbose_name = _("seed user")
        constraints = [
            models.CheckConstraint(
                condition=Q(authority__lte=TOP_SCORE, reach__lte=TOP_SCORE)
                & Q(expression__lte=TOP_SCORE, agreement__lte=TOP_SCORE),
                name="seed_scores_go_to_five",
                violation_error_message=_("Scores go from 0 to 5."),
            ),
            models.CheckConstraint(
                condition=~Q(authority__isnull=False, authority_evidence="")
                & ~Q(reach__isnull=False, reach_evidence="")
                & ~Q(expression__isnull=False, expression_evidence="")
                & ~Q(agreement__isnull=False, agreement_evidence=""),
                name="seed_score_names_its_evidence",
                violation_error_message=_("Write what each score rests on."),
            ),
            models.CheckConstraint(condition=Q(status__in=SeedStatus.values), name="seed_status_is_a_column"),
        ]

    def __str__(self) -> str:
        return f"seed:{self.member_id}"


class PhoneRevealQuerySet(models.QuerySet["PhoneReveal"]):
    def visible_to(self, user: User) -> "PhoneRevealQuerySet":
        """Who looked at whose number is for those who watch over it."""
        return self if user.is_superuser or user.role in {Role.ADMIN, Role.AUDITOR} else self.none()


class PhoneReveal(models.Model):
    """Somebody saw a member's whole number, and where; never changed, never deleted. The number itself is not in it."""

    member = models.ForeignKey(Member, models.PROTECT, related_name="phone_reveals")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    place = models.CharField(max_length=200)
    at = models.DateTimeField(db_default=Now())

    objects = PhoneRevealQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["-at", "-id"], name="reveal_by_time")]
        triggers = APPEND_ONLY

    def __str__(self) -> str:
        return f"{self.by_id} saw {self.member_id}"


class ConsentText(models.Model):
    """The words somebody agreed to, as they read them: one row a wording, known by what it says."""

    digest = models.CharField(max_length=64, primary_key=True)
    version = models.PositiveSmallIntegerField()
    language = models.CharField(max_length=10)
    text = models.TextField()

    class Meta:
        triggers = APPEND_ONLY

    def __str__(self) -> str:
        return f"{self.version} {self.language}"


class ConsentQuerySet(models.QuerySet["Consent"]):
    def visible_to(self, user: User) -> "ConsentQuerySet":
        return self if sees_all_groups(user) else self.filter(member__in=Member.objects.visible_to(user))


class Consent(models.Model):
    """A member agreed to a text; never changed, never deleted. Nothing proves whose hand it was, as with a phone."""

    member = models.ForeignKey(Member, models.PROTECT, related_name="consents")
    text = models.ForeignKey(ConsentText, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()

    objects = ConsentQuerySet.as_manager()

    class Meta:
        triggers = APPEND_ONLY

    def __str__(self) -> str:
        return f"{self.member_id} agreed"
