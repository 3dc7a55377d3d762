"""Signals: what about who brought whom is worth a look, what waits for it, and what somebody decided."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from community.models import Member
from core.append_only import APPEND_ONLY
from orders.models import Order
from referrals.enums import HoldState, SignalKind, Verdict
from referrals.models.plan import MoneyPagesQuerySet


class Signal(models.Model):
    """Something about one or more bindings that is worth a look: what was seen, when. It accuses nobody.

    `figures` is what its sentence is made of (texts.why_signalled), and `members` there, who else takes part.
    """

    kind = models.CharField(_("signal"), max_length=8, choices=SignalKind)
    figures = models.JSONField()
    found_at = models.DateTimeField(_("found at"))

    objects = MoneyPagesQuerySet.as_manager()

    class Meta:
        verbose_name = _("signal")
        constraints = [models.CheckConstraint(condition=Q(kind__in=SignalKind.values), name="signal_kind_is_known")]
        triggers = APPEND_ONLY

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class SignalPair(models.Model):
    """One of the bindings a signal is about: what the referrer gets for the orders of the one they brought waits.

    A binding is signalled once for each kind, so looking again finds nothing again.
    """

    signal = models.ForeignKey(Signal, models.PROTECT, related_name="pairs")
    kind = models.CharField(max_length=8, choices=SignalKind)
    referrer = models.ForeignKey(Member, models.PROTECT, related_name="+", db_index=False)
    referee = models.ForeignKey(Member, models.PROTECT, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["referrer", "referee", "kind"], name="binding_is_signalled_once_for_each_kind"
            ),
            models.CheckConstraint(condition=~Q(referrer=F("referee")), name="signal_is_about_two_people"),
        ]
        triggers = [
            *APPEND_ONLY,
            pgtrigger.Trigger(
                name="is_of_its_signals_kind",
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                func="""
                    IF NOT EXISTS (SELECT FROM referrals_signal s WHERE s.id = NEW.signal_id AND s.kind = NEW.kind) THEN
                        RAISE EXCEPTION 'signal % is of another kind', NEW.signal_id
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'pair_is_of_its_signals_kind';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.signal_id}: {self.referrer_id}→{self.referee_id}"


class SignalDecision(models.Model):
    """What somebody decided about a signal, and why. The last one counts; the ones before stay."""

    signal = models.ForeignKey(Signal, models.PROTECT, related_name="decisions", db_index=False)
    number = models.PositiveSmallIntegerField()
    verdict = models.CharField(_("decision"), max_length=6, choices=Verdict)
    reason = models.CharField(_("reason"), max_length=300)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("decided by"))
    at = models.DateTimeField(_("decided at"))

    class Meta:
        verbose_name = _("decision")
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["signal", "number"], name="signal_numbers_its_decisions"),
            models.CheckConstraint(condition=Q(number__gte=1), name="decisions_are_counted_from_one"),
            models.CheckConstraint(condition=Q(verdict__in=Verdict.values), name="verdict_is_known"),
            models.CheckConstraint(condition=Q(reason__regex=r"\S"), name="decision_says_why"),
        ]
        triggers = [
            *APPEND_ONLY,
            pgtrigger.Trigger(
                name="is_made_by_somebody_else",
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                func="""
                    IF EXISTS (
                        SELECT FROM referrals_signalpair p
                        LEFT JOIN referrals_referral above ON above.referee_id = p.referrer_id
                        JOIN community_member m ON m.id IN (p.referrer_id, p.referee_id, above.referrer_id)
                        WHERE p.signal_id = NEW.signal_id AND m.user_id = NEW.by_id
                        UNION ALL
                        SELECT FROM referrals_signalpair p
                        JOIN orders_order o ON o.referrer_1_id = p.referrer_id AND o.member_id = p.referee_id
                        JOIN referrals_heldorder h ON h.order_id = o.id
                        JOIN community_member m ON m.id IN (o.referrer_1_id, o.referrer_2_id)
                        WHERE p.signal_id = NEW.signal_id AND m.user_id = NEW.by_id
                    ) OR EXISTS (
                        SELECT FROM referrals_signal s
                        JOIN community_member m ON s.figures -> 'members' @> to_jsonb(m.id)
                        WHERE s.id = NEW.signal_id AND m.user_id = NEW.by_id
                    ) THEN
                        RAISE EXCEPTION 'signal % is about who decides it', NEW.signal_id
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'signal_is_decided_by_somebody_else';
                    END IF;
                    IF NEW.number <> 1 + coalesce(
                        (SELECT max(d.number) FROM referrals_signaldecision d WHERE d.signal_id = NEW.signal_id), 0
                    ) THEN
                        RAISE EXCEPTION 'decision % of signal % is not the next', NEW.number, NEW.signal_id
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'signal_numbers_its_decisions';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.signal_id}: {self.verdict}"


class HeldOrder(models.Model):
    """What referrals bring on this order waits: none of it is on a statement before every signal of the binding that
    the order came through is decided. Said before any of it is stated, and for ever: the decisions say what follows.
    """

    order = models.OneToOneField(Order, models.PROTECT, related_name="hold")
    held_at = models.DateTimeField()

    class Meta:
        triggers = [
            *APPEND_ONLY,
            pgtrigger.Trigger(
                name="is_held_before_it_is_stated",
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                func="""
                    -- Whoever is issuing statements is waited for; whoever comes after sees this.
                    PERFORM pg_advisory_xact_lock(hashtext('statements'));
                    IF NOT EXISTS (
                        SELECT FROM orders_order o
                        JOIN referrals_signalpair p ON p.referrer_id = o.referrer_1_id AND p.referee_id = o.member_id
                        WHERE o.id = NEW.order_id
                    ) THEN
                        RAISE EXCEPTION 'no signal is about order %', NEW.order_id
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'what_is_held_has_a_signal';
                    END IF;
                    IF EXISTS (
                        SELECT FROM orders_order o
                        JOIN referrals_commissionentry e
                            ON e.group_id = o.group_id AND e.order_id = o.id AND e.rule = 'referral'
                        JOIN referrals_statementpart p ON p.run_id = e.run_id AND p.earner_id = e.beneficiary_id
                        WHERE o.id = NEW.order_id
                    ) THEN
                        RAISE EXCEPTION 'order % is on a statement', NEW.order_id
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'what_is_stated_is_not_held';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.order_id}"


class Standing(models.Model):
    """How a held order stands by the last decisions on all signals of its binding; of what is stated already, to be
    paid for good: so what was paid for it is taken back after a refund. A view of the database: nothing of it is kept.
    """

    hold = models.OneToOneField(HeldOrder, models.DO_NOTHING, related_name="standing", primary_key=True)
    state = models.CharField(max_length=6, choices=HoldState)

    class Meta:
        managed = False

    def __str__(self) -> str:
        return f"{self.hold_id}: {self.state}"
