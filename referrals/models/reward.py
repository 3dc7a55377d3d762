"""Fission campaigns: what both sides get for a first delivered order, and everything that happened to it."""

from datetime import date, timedelta
from typing import cast

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import DateRangeField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from community.models import Group, Member, sees_all_groups
from core.append_only import APPEND_ONLY, NOT_EMPTIED
from core.models import User
from ledger.models import Entry
from orders.models import Coupon, Order
from referrals.enums import FissionState, Granting, RewardKind, RewardSide, RewardState, RewardStep
from referrals.models.referral import Referral

LONGEST_HOLD_DAYS = 90
LONGEST_VALID_DAYS = 366

STARTED_IS_FROZEN = """
    IF OLD.spent_fen <> NEW.spent_fen AND pg_trigger_depth() < 2 THEN
        RAISE EXCEPTION 'what fission campaign % has spent is the sum of its steps', OLD.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'budget_is_spent_by_rewards';
    END IF;
    IF (OLD.state, NEW.state) NOT IN (
        ('draft', 'draft'), ('draft', 'running'), ('running', 'running'), ('running', 'ended'), ('ended', 'ended')
    ) THEN
        RAISE EXCEPTION 'fission campaign % goes from draft to running to ended', OLD.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'fission_campaign_goes_forwards';
    END IF;
    IF OLD.state = 'draft' AND NEW.state = 'running' AND NEW.threshold_fen < NEW.referrer_fen + coalesce(
        (SELECT max(extra_fen) FROM referrals_earlytier WHERE campaign_id = NEW.id), 0
    ) THEN
        RAISE EXCEPTION 'an early referrer would get more than the sale'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'referrer_gets_no_more_than_the_sale';
    END IF;
    IF OLD.state <> 'draft' THEN
        frozen := OLD;
        frozen.state := NEW.state;
        frozen.spent_fen := NEW.spent_fen;
        IF OLD.state = 'running' AND NEW.state = 'ended' THEN
            frozen.ended_by_id := NEW.ended_by_id;
            frozen.ended_at := NEW.ended_at;
        END IF;
        IF NEW IS DISTINCT FROM frozen THEN
            RAISE EXCEPTION 'fission campaign % is running', OLD.id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'running_fission_campaign_is_frozen';
        END IF;
    END IF;
    RETURN NEW;
"""
DRAFT_IS_DISCARDED = """
    IF OLD.state <> 'draft' THEN
        RAISE EXCEPTION 'fission campaign % is running', OLD.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'running_fission_campaign_is_frozen';
    END IF;
    RETURN OLD;
"""
PART_OF_A_DRAFT = """
    PERFORM FROM (
        SELECT state FROM referrals_fissioncampaign
        WHERE id = CASE WHEN TG_OP <> 'INSERT' THEN OLD.campaign_id END
            OR id = CASE WHEN TG_OP <> 'DELETE' THEN NEW.campaign_id END
        ORDER BY id FOR SHARE
    ) campaign WHERE state <> 'draft';
    IF FOUND THEN
        RAISE EXCEPTION 'the fission campaign is running'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'running_fission_campaign_is_frozen';
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    RETURN NEW;
"""
"""The campaign's row is held: who starts it waits until its parts are written, or they see that it runs."""

REWARDS_FOLLOW = """
    IF EXISTS (
        SELECT FROM new_rows step JOIN referrals_reward r ON r.id = step.reward_id
        WHERE NOT CASE step.step
            WHEN 'granted' THEN r.state = 'pending' AND step.amount_fen = r.amount_fen
            WHEN 'available' THEN r.state = 'pending' AND step.amount_fen = r.amount_fen
            WHEN 'expired' THEN r.state = 'available' AND r.kind = 'coupon' AND step.amount_fen = r.amount_fen
            WHEN 'taken_back' THEN r.state IN ('pending', 'available')
            WHEN 'lost' THEN r.state = 'available'
        END OR step.step <> 'granted' AND NOT EXISTS (
            SELECT FROM referrals_rewardentry g WHERE g.reward_id = r.id AND g.step = 'granted'
        )
    ) THEN
        RAISE EXCEPTION 'a reward is granted, made available and taken back, in that order and whole'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'reward_goes_forwards';
    END IF;
    IF EXISTS (
        SELECT FROM new_rows step
        JOIN referrals_reward r ON r.id = step.reward_id AND step.step = 'available'
        JOIN referrals_qualification q ON q.id = r.qualification_id
        JOIN referrals_signalpair p ON p.referrer_id = q.referrer_id AND p.referee_id = q.referee_id
        WHERE 'pay' IS DISTINCT FROM (
            SELECT d.verdict FROM referrals_signaldecision d
            WHERE d.signal_id = p.signal_id ORDER BY d.number DESC LIMIT 1
        )
    ) THEN
        RAISE EXCEPTION 'a reward waits until every signal of its two people is decided'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'reward_waits_for_a_decision';
    END IF;
    UPDATE referrals_reward r SET
        state = CASE moved.step WHEN 'granted' THEN 'pending' WHEN 'lost' THEN 'taken_back' ELSE moved.step END,
        taken_back_fen = r.taken_back_fen + moved.back_fen,
        lost_fen = r.lost_fen + moved.lost_fen
    FROM (
        SELECT
            reward_id,
            max(step) AS step,
            coalesce(sum(amount_fen) FILTER (WHERE step IN ('taken_back', 'expired')), 0) AS back_fen,
            coalesce(sum(amount_fen) FILTER (WHERE step = 'lost'), 0) AS lost_fen
        FROM new_rows GROUP BY reward_id
    ) moved
    WHERE r.id = moved.reward_id;
    UPDATE referrals_fissioncampaign c SET spent_fen = c.spent_fen + moved.fen
    FROM (
        SELECT q.campaign_id, sum(CASE step.step
            WHEN 'granted' THEN step.amount_fen WHEN 'taken_back' THEN -step.amount_fen
            WHEN 'expired' THEN -step.amount_fen ELSE 0 END) AS fen
        FROM new_rows step
        JOIN referrals_reward r ON r.id = step.reward_id
        JOIN referrals_qualification q ON q.id = r.qualification_id
        GROUP BY q.campaign_id
    ) moved
    WHERE c.id = moved.campaign_id AND moved.fen <> 0;
    RETURN NULL;
"""
"""A reward and its campaign's budget move with every step, in its statement."""

ORDERED_AND_BROUGHT = """
    IF NOT EXISTS (
        SELECT FROM referrals_referral r
        JOIN orders_order o ON o.id = NEW.order_id AND o.member_id = NEW.referee_id
        JOIN referrals_fissioncampaign c ON c.id = NEW.campaign_id AND c.state = 'running' AND c.span @> r.bound_on
        WHERE r.id = NEW.referral_id AND r.referee_id = NEW.referee_id AND r.referrer_id = NEW.referrer_id
            AND NEW.net_fen >= c.threshold_fen
            AND (
                NOT EXISTS (SELECT FROM referrals_fissiongroup WHERE campaign_id = c.id)
                OR EXISTS (SELECT FROM referrals_fissiongroup g WHERE g.campaign_id = c.id AND g.group_id = o.group_id)
            )
            AND NEW.net_fen <= (
                SELECT sum(delivered_fen - refunded_fen) FROM orders_orderline WHERE order_id = NEW.order_id
            )
    ) THEN
        RAISE EXCEPTION 'member % does not qualify', NEW.referee_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'reward_is_for_a_delivered_sale';
    END IF;
    IF EXISTS (
        SELECT FROM referrals_qualification lost
        JOIN referrals_reward used ON used.qualification_id = lost.id AND used.lost_fen > 0
        WHERE lost.referee_id = NEW.referee_id
    ) THEN
        RAISE EXCEPTION 'a reward for member % was lost after it was used', NEW.referee_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'what_was_used_and_lost_is_not_given_again';
    END IF;
    RETURN NEW;
"""
LOST_ONCE = """
    IF OLD.lost_at IS NOT NULL THEN
        RAISE EXCEPTION 'qualification % is lost', OLD.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'qualification_is_lost_once';
    END IF;
    RETURN NEW;
"""


class FissionCampaignQuerySet(models.QuerySet["FissionCampaign"]):
    def visible_to(self, user: User) -> "FissionCampaignQuerySet":
        """The desk plans them and reads their results."""
        return self if sees_all_groups(user) else self.none()


class FissionCampaign(models.Model):
    """For some days both who is brought and who brought them get something for the first delivered order.

    Money in fen, days in Asia/Shanghai. Frozen once it runs. `spent_fen` is granted less what returned to the budget,
    kept by a trigger. No group named is all of them.
    """

    name = models.CharField(_("name"), max_length=60)
    span = DateRangeField(_("first to last day"))
    budget_fen = models.BigIntegerField(_("budget"))
    threshold_fen = models.BigIntegerField(_("order from"))
    hold_days = models.PositiveSmallIntegerField(_("held back for days"))
    newcomer_kind = models.CharField(max_length=6, choices=RewardKind)
    newcomer_fen = models.BigIntegerField()
    newcomer_least_fen = models.BigIntegerField(default=0, db_default=0)
    newcomer_valid_days = models.PositiveSmallIntegerField(default=0, db_default=0)
    referrer_kind = models.CharField(max_length=6, choices=RewardKind)
    referrer_fen = models.BigIntegerField()
    referrer_least_fen = models.BigIntegerField(default=0, db_default=0)
    referrer_valid_days = models.PositiveSmallIntegerField(default=0, db_default=0)
    groups = models.ManyToManyField(Group, through="FissionGroup", related_name="+")
    state = models.CharField(
        _("state"), max_length=7, choices=FissionState, default=FissionState.DRAFT, db_default=FissionState.DRAFT
    )
    spent_fen = models.BigIntegerField(default=0, db_default=0)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    started_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)

    objects = FissionCampaignQuerySet.as_manager()

    class Meta:
        verbose_name = _("fission campaign")
        ordering = ["span", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(span__isempty=False, span__lower_inf=False, span__upper_inf=False),
                name="fission_campaign_begins_and_ends",
                violation_error_message=_("A fission campaign has a first and a last day."),
            ),
            models.CheckConstraint(
                condition=Q(spent_fen__gte=0, spent_fen__lte=F("budget_fen")),
                name="budget_of_a_fission_campaign_is_kept",
            ),
            models.CheckConstraint(
                condition=Q(
                    newcomer_fen__gt=0, referrer_fen__gt=0, budget_fen__gte=F("newcomer_fen") + F("referrer_fen")
                ),
                name="both_sides_get_something",
                violation_error_message=_("Both sides get something, and the budget pays for one pair at least."),
            ),
            models.CheckConstraint(
                condition=Q(threshold_fen__gte=F("referrer_fen")),
                name="nothing_per_head",
                violation_error_message=_("Who refers gets no more than the order comes to."),
            ),
            models.CheckConstraint(
                condition=Q(hold_days__lte=LONGEST_HOLD_DAYS),
                name="hold_is_up_to_ninety_days",
                violation_error_message=_("A reward is held back for 90 days at most."),
            ),
            *(
                models.CheckConstraint(
                    condition=Q(**{f"{side}_kind": RewardKind.CREDIT, f"{side}_least_fen": 0, f"{side}_valid_days": 0})
                    | Q(
                        **{
                            f"{side}_kind": RewardKind.COUPON,
                            f"{side}_least_fen__gte": F(f"{side}_fen"),
                            f"{side}_valid_days__gte": 1,
                            f"{side}_valid_days__lte": LONGEST_VALID_DAYS,
                        }
                    ),
                    name=f"{side}_coupon_has_a_least_order_and_days",
                    violation_error_message=_(
                        "A coupon is for orders worth at least as much as it, and valid for 1 to 366 days."
                    ),
                )
                for side in ("newcomer", "referrer")
            ),
            models.CheckConstraint(
                condition=Q(state=FissionState.DRAFT, started_at=None, started_by=None, ended_at=None, ended_by=None)
                | Q(state=FissionState.RUNNING, started_at__isnull=False, started_by__isnull=False)
                & Q(ended_at=None, ended_by=None)
                | Q(state=FissionState.ENDED, started_at__isnull=False, ended_at__isnull=False)
                & Q(ended_by__isnull=False),
                name="fission_campaign_says_who_started_and_ended_it",
            ),
        ]
        triggers = [
            NOT_EMPTIED,
            pgtrigger.Trigger(
                name="started_is_frozen",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                declare=[("frozen", "referrals_fissioncampaign%ROWTYPE")],
                func=STARTED_IS_FROZEN,
            ),
            pgtrigger.Trigger(
                name="draft_is_discarded", operation=pgtrigger.Delete, when=pgtrigger.Before, func=DRAFT_IS_DISCARDED
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def left_fen(self) -> int:
        """What can still be granted."""
        return self.budget_fen - self.spent_fen

    @property
    def last_day(self) -> date:
        return cast(date, self.span.upper) - timedelta(days=1)


class FissionGroup(models.Model):
    """A group a fission campaign is for."""

    campaign = models.ForeignKey(FissionCampaign, models.CASCADE, related_name="+")
    group = models.ForeignKey(Group, models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["campaign", "group"], name="fission_campaign_names_a_group_once")
        ]
        triggers = [
            pgtrigger.Trigger(
                name="part_of_a_draft",
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                when=pgtrigger.Before,
                func=PART_OF_A_DRAFT,
            )
        ]

    def __str__(self) -> str:
        return f"{self.campaign_id}: {self.group_id}"


class EarlyTier(models.Model):
    """The first `upto` referrers who bring somebody get so much more with each reward of the campaign, in fen.

    Of several tiers the narrowest a referrer is in counts.
    """

    campaign = models.ForeignKey(FissionCampaign, models.CASCADE, related_name="tiers")
    upto = models.PositiveIntegerField()
    extra_fen = models.BigIntegerField()

    class Meta:
        ordering = ["campaign", "upto"]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "upto"], name="tier_ends_at_one_place"),
            models.CheckConstraint(condition=Q(upto__gte=1, extra_fen__gt=0), name="early_tier_gives_more"),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="part_of_a_draft",
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                when=pgtrigger.Before,
                func=PART_OF_A_DRAFT,
            )
        ]

    def __str__(self) -> str:
        return f"{self.upto}: +{self.extra_fen}"


class Spreader(models.Model):
    """As which one somebody brought a member in a campaign, counted from 1 by first rewarded order; kept for ever."""

    campaign = models.ForeignKey(FissionCampaign, models.PROTECT, related_name="spreaders")
    member = models.ForeignKey(Member, models.PROTECT, related_name="+")
    place = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["campaign", "member"], name="spreader_has_one_place"),
            models.UniqueConstraint(fields=["campaign", "place"], name="place_is_taken_once"),
            models.CheckConstraint(condition=Q(place__gte=1), name="places_begin_with_one"),
        ]
        triggers = APPEND_ONLY

    def __str__(self) -> str:
        return f"{self.campaign_id}: {self.place}"


class Qualification(models.Model):
    """The first delivered order of somebody who was brought came to enough: what that brought both sides, or why not.

    Lost when the order comes to less than the threshold after all; the row stays.
    """

    campaign = models.ForeignKey(FissionCampaign, models.PROTECT, related_name="qualifications")
    referral = models.ForeignKey(Referral, models.PROTECT, related_name="+")
    referee = models.ForeignKey(Member, models.PROTECT, related_name="+", db_index=False)
    referrer = models.ForeignKey(Member, models.PROTECT, related_name="+", db_index=False)
    order = models.ForeignKey(Order, models.PROTECT, related_name="+")
    net_fen = models.BigIntegerField(help_text=_("What was delivered of the order less refunds, in fen."))
    delivered_on = models.DateField(help_text=_("Business day, Asia/Shanghai."))
    outcome = models.CharField(max_length=9, choices=Granting)
    at = models.DateTimeField()
    lost_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["campaign", "referrer"], name="qualification_by_referrer")]
        constraints = [
            models.UniqueConstraint(
                fields=["referee"], condition=Q(lost_at=None), name="member_qualifies_once_by_a_first_order"
            ),
            models.CheckConstraint(condition=~Q(referee=F("referrer")), name="nobody_is_rewarded_for_themselves"),
            models.CheckConstraint(condition=Q(outcome__in=Granting.values), name="granting_is_known"),
        ]
        triggers = [
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
            NOT_EMPTIED,
            pgtrigger.ReadOnly(name="only_lost", exclude=["lost_at"]),
            pgtrigger.Trigger(name="lost_once", operation=pgtrigger.Update, when=pgtrigger.Before, func=LOST_ONCE),
            pgtrigger.Trigger(
                name="ordered_and_brought", operation=pgtrigger.Insert, when=pgtrigger.Before, func=ORDERED_AND_BROUGHT
            ),
        ]

    def __str__(self) -> str:
        return f"{self.referrer_id}→{self.referee_id}"


class Reward(models.Model):
    """What one side gets for one qualification, in fen; where it is is kept by a trigger beside its entries."""

    qualification = models.ForeignKey(Qualification, models.PROTECT, related_name="rewards")
    side = models.CharField(max_length=8, choices=RewardSide)
    member = models.ForeignKey(Member, models.PROTECT, related_name="rewards")
    kind = models.CharField(max_length=6, choices=RewardKind)
    amount_fen = models.BigIntegerField()
    available_on = models.DateField(help_text=_("First day it may be used, Asia/Shanghai."))
    state = models.CharField(
        max_length=10, choices=RewardState, default=RewardState.PENDING, db_default=RewardState.PENDING
    )
    coupon = models.OneToOneField(Coupon, models.PROTECT, null=True, related_name="+")
    taken_back_fen = models.BigIntegerField(default=0, db_default=0)
    lost_fen = models.BigIntegerField(default=0, db_default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["qualification", "side"], name="each_side_is_rewarded_once"),
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="reward_is_of_something"),
            models.CheckConstraint(
                condition=Q(state__in=[RewardState.PENDING, RewardState.AVAILABLE], taken_back_fen=0, lost_fen=0)
                | Q(state=RewardState.TAKEN_BACK, amount_fen=F("taken_back_fen") + F("lost_fen"))
                | Q(state=RewardState.EXPIRED, amount_fen=F("taken_back_fen"), lost_fen=0),
                name="reward_is_taken_back_whole",
            ),
            models.CheckConstraint(
                condition=Q(kind=RewardKind.CREDIT, coupon=None)
                | Q(kind=RewardKind.COUPON, state__in=[RewardState.PENDING, RewardState.TAKEN_BACK])
                | Q(kind=RewardKind.COUPON, coupon__isnull=False),
                name="available_coupon_is_there",
            ),
        ]
        indexes = [
            models.Index(
                fields=["available_on"], condition=Q(state=RewardState.PENDING), name="reward_to_make_available"
            )
        ]
        triggers = [
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
            NOT_EMPTIED,
            pgtrigger.ReadOnly(name="reward_is_kept", exclude=["state", "coupon", "taken_back_fen", "lost_fen"]),
            pgtrigger.Trigger(
                name="moved_by_its_entries",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                condition=pgtrigger.Condition(
                    "((OLD.state, OLD.taken_back_fen, OLD.lost_fen)"
                    " IS DISTINCT FROM (NEW.state, NEW.taken_back_fen, NEW.lost_fen))"
                ),
                func="""
                    IF pg_trigger_depth() < 2 THEN
                        RAISE EXCEPTION 'reward % moves with its entries', OLD.id
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'reward_moves_with_its_entries';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.side} {self.amount_fen}"


class RewardEntry(models.Model):
    """One thing that happened to a reward, in fen, and how it is booked; never changed, never deleted."""

    reward = models.ForeignKey(Reward, models.PROTECT, related_name="entries", db_index=False)
    step = models.CharField(max_length=10, choices=RewardStep)
    amount_fen = models.BigIntegerField()
    at = models.DateTimeField()
    business_date = models.DateField(help_text=_("Business day, Asia/Shanghai."))
    entry = models.OneToOneField(Entry, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["reward", "step"], name="reward_takes_a_step_once"),
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="reward_step_moves_something"),
            models.CheckConstraint(condition=Q(step__in=RewardStep.values), name="reward_step_is_known"),
        ]
        triggers = [
            *APPEND_ONLY,
            pgtrigger.Trigger(
                name="rewards_follow",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                referencing=pgtrigger.Referencing(new="new_rows"),
                func=REWARDS_FOLLOW,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reward_id} {self.step}"
