import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from community.models import Group, Member
from core.append_only import APPEND_ONLY, NOT_EMPTIED
from core.enums import Role
from core.models import Job, User
from ledger.models import Period
from orders.models import Order, OrderLine
from referrals.enums import EntryKind, Rule, RunState
from referrals.models.plan import MoneyPagesQuerySet, PlanVersion

HIGHEST_LEVEL = 2


@pghistory.track()
class Run(models.Model):
    """One computation of what is due and not yet recorded, booked into one period and approved by another person."""

    period = models.ForeignKey(Period, models.PROTECT, related_name="runs", verbose_name=_("period"))
    job = models.OneToOneField(Job, models.PROTECT, null=True, related_name="run", verbose_name=_("job"))
    state = models.CharField(
        _("state"), max_length=10, choices=RunState, default=RunState.COMPUTING, db_default=RunState.COMPUTING
    )
    ran_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("run by"))
    ran_at = models.DateTimeField(_("run at"), db_default=Now())
    facts_upto = models.BigIntegerField(
        null=True, help_text=_("No fact up to this id can appear any more: the next run goes on from here.")
    )
    terms_sha256 = models.CharField(
        max_length=64, default="", db_default="", help_text=_("Of the plans and groups as they were when it began.")
    )
    whole = models.BooleanField(
        _("looked at everything"), default=True, db_default=True, help_text=_("Not only at what the run before left.")
    )
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("approved by")
    )
    approved_at = models.DateTimeField(_("approved at"), null=True)

    objects = MoneyPagesQuerySet.as_manager()

    class Meta:
        verbose_name = _("commission run")
        constraints = [
            models.CheckConstraint(
                condition=Q(approved_by=None) | ~Q(approved_by=F("ran_by")),
                name="run_is_approved_by_somebody_else",
                violation_error_message=_("A run is approved by somebody other than the one who ran it."),
            ),
            models.CheckConstraint(
                condition=Q(state=RunState.APPROVED, approved_by__isnull=False, approved_at__isnull=False)
                | (~Q(state=RunState.APPROVED) & Q(approved_by=None, approved_at=None)),
                name="approved_run_says_by_whom",
            ),
            # Of two periods neither: what the later one records would look like too much to the earlier one.
            models.UniqueConstraint(
                fields=["state"], condition=Q(state=RunState.COMPUTING), name="one_run_computes_at_a_time"
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
            NOT_EMPTIED,
            pgtrigger.Trigger(
                name="approved_is_frozen",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                condition=pgtrigger.Condition("OLD.state = 'approved'"),
                func="""
                    RAISE EXCEPTION 'run % is approved', OLD.id
                        USING ERRCODE = 'check_violation', CONSTRAINT = 'approved_run_is_frozen';
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"run {self.pk}"


class CommissionEntryQuerySet(models.QuerySet["CommissionEntry"]):
    def visible_to(self, user: User) -> "CommissionEntryQuerySet":
        """Everybody who keeps or checks the books; an earner sees what they earned themselves."""
        if user.is_superuser or user.role in {Role.ADMIN, Role.AUDITOR}:
            return self
        return self.filter(beneficiary__user=user.pk)


class CommissionEntry(models.Model):
    """What one rule owes one earner for one line (a delivery fee: for one order), and what it was reckoned from.

    `source_id` is the line's id, for a delivery fee the id of the household's first order in the round, for a volume
    bonus of the first order delivered in the month. `seq`
    numbers the entries of one claim: two workers that compute the same difference collide on it.
    `due_fen` is the whole claim as of this entry; `amount_fen` is that less what was recorded before.
    """

    pk = models.CompositePrimaryKey("period_id", "source_id", "rule", "level", "beneficiary_id", "seq")
    period = models.ForeignKey(Period, models.PROTECT, related_name="commission_entries", db_index=False)
    source_id = models.BigIntegerField()
    rule = models.CharField(max_length=12, choices=Rule)
    level = models.PositiveSmallIntegerField()
    beneficiary = models.ForeignKey(Member, models.PROTECT, related_name="commission_entries", db_index=False)
    seq = models.PositiveSmallIntegerField()
    run = models.ForeignKey(Run, models.PROTECT, related_name="entries", db_index=False)
    group = models.ForeignKey(Group, models.PROTECT, related_name="+", db_index=False)
    order = models.ForeignKey(Order, models.PROTECT, related_name="commission_entries", db_index=False)
    line = models.ForeignKey(OrderLine, models.PROTECT, null=True, related_name="commission_entries", db_index=False)
    plan_version = models.ForeignKey(PlanVersion, models.PROTECT, related_name="+", db_index=False)
    clock_day = models.DateField(help_text=_("The day the plan's clock decided on."))
    kind = models.CharField(max_length=8, choices=EntryKind)
    amount_fen = models.BigIntegerField()
    due_fen = models.BigIntegerField()
    rate_ppm = models.IntegerField(null=True)
    order_base_fen = models.BigIntegerField(null=True)
    asked_fen = models.BigIntegerField(null=True, help_text=_("Base times rate, before the pool cap."))
    order_amount_fen = models.BigIntegerField(null=True)
    shared_fen = models.BigIntegerField(null=True, help_text=_("What leaders share of the order, under the cap."))
    share_ppm = models.IntegerField(null=True, help_text=_("The earner's part of it; none where nobody shares."))
    line_base_fen = models.BigIntegerField(null=True)
    line_amount_fen = models.BigIntegerField(null=True)
    refunded_fen = models.BigIntegerField(null=True)
    made_at = models.DateTimeField(db_default=Now())

    objects = CommissionEntryQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source_id", "rule", "level", "beneficiary", "seq"], name="claim_numbers_its_entries"
            ),
            models.CheckConstraint(condition=Q(level__lte=HIGHEST_LEVEL), name="no_third_level"),
            models.CheckConstraint(
                condition=Q(rule=Rule.REFERRAL, level__gte=1) | (~Q(rule=Rule.REFERRAL) & Q(level=0)),
                name="only_referrals_have_levels",
            ),
            models.CheckConstraint(
                condition=Q(kind=EntryKind.EARNED, amount_fen__gt=0) | Q(kind=EntryKind.REVERSED, amount_fen__lt=0),
                name="entry_kind_is_its_sign",
            ),
            models.CheckConstraint(condition=Q(due_fen__gte=0), name="no_more_taken_back_than_earned"),
        ]
        indexes = [
            models.Index(fields=["run", "beneficiary", "order"], name="entry_by_run_and_earner"),
            models.Index(fields=["beneficiary", "period"], name="entry_by_earner"),
            models.Index(fields=["group", "order"], name="entry_by_group_and_order"),
        ]
        triggers = [
            *APPEND_ONLY,
            pgtrigger.Trigger(
                name="is_of_a_run_at_work",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                referencing=pgtrigger.Referencing(new="new_entries"),
                declare=[("runs", "bigint[]")],
                # Statements name runs, not entries: what is in a run that is over must be all there will ever be.
                func="""
                    runs := ARRAY(SELECT DISTINCT run_id FROM new_entries);
                    PERFORM FROM ledger_period
                        WHERE id IN (SELECT period_id FROM referrals_run WHERE id = ANY(runs)) ORDER BY id FOR SHARE;
                    IF EXISTS (
                        SELECT FROM referrals_run r JOIN ledger_period p ON p.id = r.period_id
                        WHERE r.id = ANY(runs) AND (r.state <> 'computing' OR p.state <> 'open')
                    ) OR EXISTS (
                        SELECT FROM new_entries e JOIN referrals_run r ON r.id = e.run_id
                        WHERE e.period_id <> r.period_id
                    ) THEN
                        RAISE EXCEPTION 'an entry is of a run at work, in its open period'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'entry_is_of_a_run_at_work';
                    END IF;
                    RETURN NULL;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule} {self.source_id}/{self.seq}"
