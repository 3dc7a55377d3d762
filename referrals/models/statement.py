from typing import Any

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from community.models import Member
from core.append_only import APPEND_ONLY, NOT_EMPTIED
from core.enums import Role
from core.models import User
from ledger.models import Period
from orders.models import Order
from referrals.enums import DisputeState, StatementState
from referrals.models.run import Run
from referrals.models.signal import HeldOrder


class EarnersQuerySet(models.QuerySet[Any]):
    """Rows an earner reads of what is theirs; `earner_path` leads from the row to the earner."""

    earner_path = "earner"

    def visible_to(self, user: User) -> "EarnersQuerySet":
        """Everybody who keeps or checks the books; an earner sees their own."""
        if user.is_superuser or user.role in {Role.ADMIN, Role.AUDITOR}:
            return self
        return self.filter(**{f"{self.earner_path}__user": user.pk})


class Statement(models.Model):
    """What one earner is owed for one period: what approved runs added, and what the statement before left over.

    All of it is to be paid, or, below the smallest payout, none: then it is carried on to the next statement. What was
    taken back after a payout makes the balance negative and is netted from later earnings in the same way. Who did what
    when stands on the row and its parts; a history beside them would write its context anew for every one of thousands.
    """

    period = models.ForeignKey(Period, models.PROTECT, related_name="statements", verbose_name=_("period"))
    earner = models.ForeignKey(
        Member, models.PROTECT, related_name="statements", verbose_name=_("earner"), db_index=False
    )
    before = models.OneToOneField(
        "self", models.PROTECT, null=True, related_name="following", verbose_name=_("statement before")
    )
    carried_fen = models.BigIntegerField(_("carried over"))
    earned_fen = models.BigIntegerField(_("earned"))
    minimum_fen = models.BigIntegerField(_("smallest payout"))
    payable_fen = models.BigIntegerField(_("to be paid"))
    carries_on_fen = models.BigIntegerField(_("carried on"))
    state = models.CharField(
        _("state"),
        max_length=10,
        choices=StatementState,
        default=StatementState.ISSUED,
        db_default=StatementState.ISSUED,
    )
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("issued by")
    )
    issued_at = models.DateTimeField(_("issued at"))
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("approved by")
    )
    approved_at = models.DateTimeField(_("approved at"), null=True)
    sha256 = models.CharField(_("fingerprint"), max_length=64, blank=True, default="", db_default="")

    objects = EarnersQuerySet.as_manager()

    class Meta:
        verbose_name = _("statement")
        constraints = [
            models.UniqueConstraint(fields=["earner", "period"], name="earner_has_one_statement_a_period"),
            models.CheckConstraint(
                condition=Q(carried_fen=F("payable_fen") + F("carries_on_fen") - F("earned_fen")),
                name="statement_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(payable_fen=0, carries_on_fen__lt=F("minimum_fen"))
                | Q(carries_on_fen=0, payable_fen__gte=F("minimum_fen")),
                name="statement_pays_all_or_carries_it_on",
            ),
            models.CheckConstraint(condition=Q(minimum_fen__gte=1), name="smallest_payout_is_something"),
            models.CheckConstraint(
                condition=Q(approved_by=None) | ~Q(approved_by=F("issued_by")),
                name="statement_is_approved_by_somebody_else",
            ),
            models.CheckConstraint(
                condition=Q(state=StatementState.ISSUED, approved_by=None, approved_at=None, sha256="")
                | Q(
                    state=StatementState.APPROVED,
                    approved_by__isnull=False,
                    approved_at__isnull=False,
                    sha256__regex="^[0-9a-f]{64}$",
                ),
                name="approved_statement_says_by_whom_and_what",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
            NOT_EMPTIED,
            pgtrigger.ReadOnly(name="stays_whose_it_is", fields=["id", "period", "earner", "before", "carried_fen"]),
            pgtrigger.Trigger(
                name="begins_with_what_was_left",
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                declare=[("last", "referrals_statement%ROWTYPE")],
                func="""
                    SELECT s.* INTO last FROM referrals_statement s JOIN ledger_period p ON p.id = s.period_id
                        WHERE s.earner_id = NEW.earner_id ORDER BY p.span DESC LIMIT 1;
                    IF NEW.state <> 'issued' OR NEW.before_id IS DISTINCT FROM last.id
                        OR NEW.carried_fen <> coalesce(last.carries_on_fen, 0)
                        OR (last.id IS NOT NULL AND (last.state <> 'approved' OR NOT
                            (SELECT span FROM ledger_period WHERE id = last.period_id)
                            << (SELECT span FROM ledger_period WHERE id = NEW.period_id)))
                    THEN
                        RAISE EXCEPTION 'a statement of earner % begins with what the last one left', NEW.earner_id
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'statement_begins_with_what_was_left';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="approved_is_frozen",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                condition=pgtrigger.Condition("OLD.state = 'approved'"),
                func="""
                    RAISE EXCEPTION 'statement % is approved', OLD.id
                        USING ERRCODE = 'check_violation', CONSTRAINT = 'approved_statement_is_frozen';
                """,
            ),
            pgtrigger.Trigger(
                name="is_approved_whole",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                condition=pgtrigger.Condition("OLD.state = 'issued' AND NEW.state = 'approved'"),
                func="""
                    IF EXISTS (SELECT FROM referrals_dispute d WHERE d.statement_id = NEW.id AND d.state = 'open') THEN
                        RAISE EXCEPTION 'statement % has open disputes', NEW.id
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'disputed_statement_waits';
                    END IF;
                    IF EXISTS (
                        SELECT FROM referrals_statementpart p
                        WHERE p.statement_id = NEW.id AND p.stated_by_id = NEW.approved_by_id
                    ) THEN
                        RAISE EXCEPTION 'statement % was prepared by who approves it', NEW.id USING
                            ERRCODE = 'check_violation', CONSTRAINT = 'statement_is_approved_by_somebody_else';
                    END IF;
                    IF EXISTS (
                        SELECT FROM community_member m WHERE m.id = NEW.earner_id AND m.user_id = NEW.approved_by_id
                    ) THEN
                        RAISE EXCEPTION 'statement % is owed to who approves it', NEW.id USING
                            ERRCODE = 'check_violation', CONSTRAINT = 'statement_is_not_approved_by_its_earner';
                    END IF;
                    IF NEW.earned_fen IS DISTINCT FROM (
                        SELECT sum(p.amount_fen) FROM referrals_statementpart p WHERE p.statement_id = NEW.id
                    ) OR NEW.earned_fen IS DISTINCT FROM (
                        SELECT sum(e.amount_fen) FROM referrals_statedentry e WHERE e.statement_id = NEW.id
                    ) THEN
                        RAISE EXCEPTION 'statement % is not the sum of its lines', NEW.id
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'statement_is_the_sum_of_its_lines';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """What people call it by, and what its transfer is known by at the bank: however often it is tried."""
        return f"LL{self.pk:08d}"

    @property
    def total_fen(self) -> int:
        return self.carried_fen + self.earned_fen


class StatementPart(models.Model):
    """Everything one approved run added for one earner, on the one statement it is on: the statement's lines.

    What referrals bring on an order that is held is left out; checked and to be paid, it is a part of its own, which
    names the `hold`. Entries are never changed and a run is approved once, so naming the run freezes the lines; they
    are the view referrals_statedentry.
    """

    statement = models.ForeignKey(Statement, models.PROTECT, related_name="parts")
    run = models.ForeignKey(Run, models.PROTECT, related_name="+", db_index=False)
    earner = models.ForeignKey(Member, models.PROTECT, related_name="+", db_index=False)
    hold = models.ForeignKey(HeldOrder, models.PROTECT, null=True, related_name="parts", db_index=False)
    amount_fen = models.BigIntegerField()
    entries = models.PositiveIntegerField()
    stated_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    stated_at = models.DateTimeField()

    objects = EarnersQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["run", "earner", "hold"], nulls_distinct=False, name="what_a_run_added_is_stated_once"
            ),
            models.CheckConstraint(condition=Q(entries__gte=1), name="part_of_a_statement_has_entries"),
        ]
        indexes = [models.Index(fields=["hold"], condition=Q(hold__isnull=False), name="parts_of_what_was_held")]
        triggers = [
            *APPEND_ONLY,
            pgtrigger.Trigger(
                name="is_of_an_issued_statement",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                referencing=pgtrigger.Referencing(new="new_parts"),
                func="""
                    IF EXISTS (
                        SELECT FROM new_parts n
                        JOIN referrals_statement s ON s.id = n.statement_id
                        JOIN referrals_run r ON r.id = n.run_id
                        WHERE s.earner_id <> n.earner_id OR s.state <> 'issued' OR r.state <> 'approved'
                    ) THEN
                        RAISE EXCEPTION 'what an approved run added goes on an issued statement of the same earner'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'approved_goes_on_an_issued_statement';
                    END IF;
                    IF EXISTS (
                        SELECT FROM new_parts n
                        LEFT JOIN referrals_standing s ON s.hold_id = n.hold_id
                        WHERE n.hold_id IS NOT NULL AND s.decided IS DISTINCT FROM 'pay' AND NOT EXISTS (
                            SELECT FROM referrals_statementpart before
                            WHERE before.hold_id = n.hold_id AND before.id NOT IN (SELECT id FROM new_parts)
                        )
                    ) THEN
                        RAISE EXCEPTION 'what is held is not stated before it is checked'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'held_waits_for_a_decision';
                    END IF;
                    RETURN NULL;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.statement_id}: run {self.run_id}"


class DisputeQuerySet(EarnersQuerySet):
    earner_path = "statement__earner"


class Dispute(models.Model):
    """An earner says that an order's line on their issued statement is wrong, and what an admin answered."""

    statement = models.ForeignKey(Statement, models.PROTECT, related_name="disputes", verbose_name=_("statement"))
    order = models.ForeignKey(Order, models.PROTECT, related_name="+", verbose_name=_("order"), db_index=False)
    text = models.CharField(_("what is wrong"), max_length=300)
    raised_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("raised by")
    )
    raised_at = models.DateTimeField(_("raised at"))
    state = models.CharField(
        _("state"), max_length=10, choices=DisputeState, default=DisputeState.OPEN, db_default=DisputeState.OPEN
    )
    answer = models.CharField(_("answer"), max_length=300, blank=True, default="", db_default="")
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("answered by")
    )
    answered_at = models.DateTimeField(_("answered at"), null=True)

    objects = DisputeQuerySet.as_manager()

    class Meta:
        verbose_name = _("dispute")
        constraints = [
            models.UniqueConstraint(
                fields=["statement", "order"],
                condition=Q(state=DisputeState.OPEN),
                name="one_dispute_of_an_order_waits",
            ),
            models.CheckConstraint(condition=~Q(text=""), name="dispute_says_what_is_wrong"),
            models.CheckConstraint(
                condition=Q(state=DisputeState.OPEN, answer="", answered_by=None, answered_at=None)
                | (
                    Q(state__in=[DisputeState.UPHELD, DisputeState.CORRECTED])
                    & ~Q(answer="")
                    & Q(answered_by__isnull=False, answered_at__isnull=False)
                ),
                name="answered_dispute_says_what_and_by_whom",
            ),
            models.CheckConstraint(
                condition=Q(answered_by=None) | ~Q(answered_by=F("raised_by")),
                name="dispute_is_answered_by_somebody_else",
            ),
        ]
        indexes = [models.Index(fields=["statement"], condition=Q(state="open"), name="disputes_that_wait")]
        triggers = [
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
            NOT_EMPTIED,
            pgtrigger.ReadOnly(
                name="stays_as_it_was_said", fields=["id", "statement", "order", "text", "raised_by", "raised_at"]
            ),
            pgtrigger.Trigger(
                name="is_about_a_line_of_an_issued_statement",
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                func="""
                    -- Whoever approves the statement waits for this, or this sees it approved.
                    PERFORM FROM referrals_statement s WHERE s.id = NEW.statement_id AND s.state = 'issued' FOR SHARE;
                    IF NOT FOUND OR NEW.state <> 'open' THEN
                        RAISE EXCEPTION 'statement % takes no disputes', NEW.statement_id
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'approved_statement_takes_no_dispute';
                    END IF;
                    IF NOT EXISTS (
                        SELECT FROM referrals_statedentry e
                        WHERE e.statement_id = NEW.statement_id AND e.order_id = NEW.order_id
                    ) THEN
                        RAISE EXCEPTION 'order % is not on statement %', NEW.order_id, NEW.statement_id
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'dispute_is_about_a_line';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="is_answered_once",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                condition=pgtrigger.Condition("OLD.state <> 'open'"),
                func="""
                    RAISE EXCEPTION 'dispute % is answered', OLD.id
                        USING ERRCODE = 'check_violation', CONSTRAINT = 'dispute_is_answered_once';
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.statement_id}: order {self.order_id}"
