"""Double entry. The database keeps its promises: legs that sum to zero, nothing edited, closed is closed."""

from typing import Any

import pghistory
import pgtrigger
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from core.append_only import APPEND_ONLY
from core.enums import Role
from core.models import User
from ledger.enums import Nature, PeriodState


class BooksQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User) -> "BooksQuerySet":
        """The books are read by those who keep and check them."""
        if user.is_superuser or user.role in {Role.ADMIN, Role.AUDITOR}:
            return self
        return self.none()


class Account(models.Model):
    """What is owed or held for one purpose, by the house or for one party (an id the apps above know)."""

    purpose = models.CharField(_("account for"), max_length=40)
    party = models.BigIntegerField(_("party"), null=True)
    nature = models.CharField(_("nature"), max_length=10, choices=Nature)

    objects = BooksQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["purpose", "party"], nulls_distinct=False, name="one_account_for_a_purpose_and_party"
            ),
            models.CheckConstraint(condition=models.Q(nature__in=Nature.values), name="account_has_a_known_nature"),
        ]

    def __str__(self) -> str:
        return self.purpose if self.party is None else f"{self.purpose}:{self.party}"


@pghistory.track()
class Period(models.Model):
    """A span of days the books are kept for, closed once and for ever."""

    span = DateRangeField(_("first to last day"))
    state = models.CharField(
        _("state"), max_length=10, choices=PeriodState, default=PeriodState.OPEN, db_default=PeriodState.OPEN
    )
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("closed by")
    )

    objects = BooksQuerySet.as_manager()

    class Meta:
        verbose_name = _("period")
        constraints = [
            ExclusionConstraint(
                name="periods_do_not_overlap",
                expressions=[("span", RangeOperators.OVERLAPS)],
                violation_error_message=_("Another period already covers some of these days."),
            ),
            models.CheckConstraint(
                condition=models.Q(span__isempty=False, span__lower_inf=False, span__upper_inf=False),
                name="period_begins_and_ends",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="keep_period", operation=pgtrigger.Delete),
            pgtrigger.Trigger(
                name="closed_stays_closed",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                condition=pgtrigger.Condition("OLD.state = 'closed'"),
                func="""
                    RAISE EXCEPTION 'period % is closed', OLD.id
                        USING ERRCODE = 'check_violation', CONSTRAINT = 'closed_period_stays_closed';
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.span.lower:%Y-%m}"


class Entry(models.Model):
    """One movement of money on one day: two or more legs that sum to zero, written in one statement with them.

    What it is about is a code and its values (`ledger.memos` says it in words); `memo` is the text of older entries.
    """

    period = models.ForeignKey(Period, models.PROTECT, related_name="entries")
    booked_on = models.DateField()
    key = models.CharField(max_length=200, unique=True, help_text=_("What this entry is about; it is booked once."))
    memo_code = models.CharField(max_length=40, blank=True, default="", db_default="")
    memo_values = models.JSONField(default=dict, db_default={})
    memo = models.CharField(max_length=200, blank=True, default="", db_default="")
    leg_count = models.PositiveSmallIntegerField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField(db_default=Now())

    objects = BooksQuerySet.as_manager()

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(leg_count__gte=2), name="entry_has_two_legs_or_more")]
        triggers = [
            *APPEND_ONLY,
            pgtrigger.Trigger(
                name="entry_with_its_legs",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                referencing=pgtrigger.Referencing(new="new_entries"),
                func="""
                    PERFORM 1 FROM ledger_period
                        WHERE id IN (SELECT period_id FROM new_entries) ORDER BY id FOR SHARE;
                    IF EXISTS (
                        SELECT 1 FROM new_entries e JOIN ledger_period p ON p.id = e.period_id WHERE p.state <> 'open'
                    ) THEN
                        RAISE EXCEPTION 'the period is closed'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'closed_period_takes_no_entry';
                    END IF;
                    IF EXISTS (
                        SELECT 1 FROM new_entries e JOIN ledger_period p ON p.id = e.period_id
                        WHERE NOT p.span @> e.booked_on
                    ) THEN
                        RAISE EXCEPTION 'the entry is dated outside its period'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'entry_is_dated_in_its_period';
                    END IF;
                    IF EXISTS (
                        SELECT 1 FROM new_entries e
                        WHERE NOT EXISTS (SELECT 1 FROM ledger_leg l WHERE l.entry_id = e.id)
                    ) THEN
                        RAISE EXCEPTION 'an entry comes with its legs in one statement'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'entry_comes_with_its_legs';
                    END IF;
                    RETURN NULL;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.key


class Leg(models.Model):
    """What one entry does to one account: debit positive, credit negative, in fen."""

    entry = models.ForeignKey(Entry, models.PROTECT, related_name="legs", db_index=False)
    position = models.PositiveSmallIntegerField()
    account = models.ForeignKey(Account, models.PROTECT, related_name="legs")
    amount_fen = models.BigIntegerField()

    objects = BooksQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["entry", "position"], name="entry_numbers_its_legs"),
            models.CheckConstraint(condition=~models.Q(amount_fen=0), name="leg_moves_something"),
        ]
        triggers = [
            *APPEND_ONLY,
            pgtrigger.Trigger(
                name="legs_sum_to_zero",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                referencing=pgtrigger.Referencing(new="new_legs"),
                # Positions 1..leg_count and unique: a second statement cannot add to an entry. Counted, for EXISTS is
                # planned as if the first entry were wrong: with a loop over all books for each leg.
                func="""
                    IF 0 < (
                        SELECT count(*) FROM (
                            SELECT entry_id, sum(amount_fen) AS fen, count(*) AS legs, min(position) AS first,
                                max(position) AS last
                            FROM new_legs GROUP BY entry_id
                        ) l JOIN ledger_entry e ON e.id = l.entry_id
                        WHERE l.fen <> 0 OR l.legs <> e.leg_count OR l.first <> 1 OR l.last <> e.leg_count
                    ) THEN
                        RAISE EXCEPTION 'the legs of an entry sum to zero'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'entry_legs_sum_to_zero';
                    END IF;
                    RETURN NULL;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.entry_id}/{self.position}"
