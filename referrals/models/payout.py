import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from community.models import Member
from core.append_only import NOT_EMPTIED
from referrals.enums import LIVE, BatchState, PayoutLayout, TransferState, WithholdingKind
from referrals.models.plan import MoneyPagesQuerySet
from referrals.models.statement import EarnersQuerySet, Statement


@pghistory.track(exclude=["number"])
class PayeeAccount(models.Model):
    """Where an earner's money goes. The account number stands in this one place: the history keeps no copies of it."""

    earner = models.OneToOneField(
        Member, models.PROTECT, related_name="payee_account", verbose_name=_("earner"), primary_key=True
    )
    holder = models.CharField(_("account holder"), max_length=60)
    bank = models.CharField(_("bank"), max_length=60)
    number = models.CharField(_("account number"), max_length=32)
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("set by"))
    set_at = models.DateTimeField(_("set at"), db_default=Now())

    objects = MoneyPagesQuerySet.as_manager()

    class Meta:
        verbose_name = _("payee account")
        constraints = [
            models.CheckConstraint(
                condition=Q(number__regex="^[0-9]{8,32}$"),
                name="account_number_is_digits",
                violation_error_message=_("An account number has 8 to 32 digits."),
            )
        ]

    def __str__(self) -> str:
        return f"•••• {self.number[-4:]}"


@pghistory.track()
class PayoutBatch(models.Model):
    """Statements paid together: prepared by one admin, approved by another, then one file for the bank."""

    pays_on = models.DateField(_("to be paid on"))
    layout = models.CharField(_("file"), max_length=10, choices=PayoutLayout)
    state = models.CharField(
        _("state"), max_length=10, choices=BatchState, default=BatchState.PREPARED, db_default=BatchState.PREPARED
    )
    transfers = models.PositiveIntegerField(_("transfers"))
    gross_fen = models.BigIntegerField(_("gross"))
    withheld_fen = models.BigIntegerField(_("withheld"))
    net_fen = models.BigIntegerField(_("net"))
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("prepared by")
    )
    made_at = models.DateTimeField(_("prepared at"))
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("approved by")
    )
    approved_at = models.DateTimeField(_("approved at"), null=True)

    objects = MoneyPagesQuerySet.as_manager()

    class Meta:
        verbose_name = _("payout")
        constraints = [
            models.CheckConstraint(
                condition=Q(gross_fen=F("net_fen") + F("withheld_fen")), name="payout_is_net_and_withheld"
            ),
            models.CheckConstraint(
                condition=Q(approved_by=None) | ~Q(approved_by=F("made_by")),
                name="payout_is_approved_by_somebody_else",
            ),
            models.CheckConstraint(
                condition=Q(state=BatchState.APPROVED, approved_by__isnull=False, approved_at__isnull=False)
                | (~Q(state=BatchState.APPROVED) & Q(approved_by=None, approved_at=None)),
                name="approved_payout_says_by_whom",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
            NOT_EMPTIED,
            pgtrigger.ReadOnly(
                name="amounts_stay",
                fields=["id", "pays_on", "layout", "transfers", "gross_fen", "withheld_fen", "net_fen", "made_by"],
            ),
            pgtrigger.Trigger(
                name="decided_is_frozen",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                condition=pgtrigger.Condition("OLD.state <> 'prepared'"),
                func="""
                    RAISE EXCEPTION 'payout % is decided', OLD.id
                        USING ERRCODE = 'check_violation', CONSTRAINT = 'decided_payout_is_frozen';
                """,
            ),
            pgtrigger.Trigger(
                name="is_the_sum_of_its_transfers",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                condition=pgtrigger.Condition("NEW.state = 'approved'"),
                func="""
                    IF NOT EXISTS (
                        SELECT FROM referrals_transfer t WHERE t.batch_id = NEW.id AND t.state = 'waiting'
                        HAVING count(*) = NEW.transfers AND sum(t.gross_fen) = NEW.gross_fen
                            AND sum(t.withheld_fen) = NEW.withheld_fen AND sum(t.net_fen) = NEW.net_fen
                    ) THEN
                        RAISE EXCEPTION 'payout % is not the sum of its transfers', NEW.id
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'payout_is_the_sum_of_its_transfers';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"P{self.pk:05d}"


class TransferQuerySet(EarnersQuerySet):
    earner_path = "statement__earner"


class Transfer(models.Model):
    """What one payout sends for one statement. The bank knows it by the statement's number, whenever it is tried."""

    batch = models.ForeignKey(PayoutBatch, models.PROTECT, related_name="items", verbose_name=_("payout"))
    statement = models.ForeignKey(
        Statement, models.PROTECT, related_name="transfers", verbose_name=_("statement"), db_index=False
    )
    gross_fen = models.BigIntegerField(_("gross"))
    withheld_fen = models.BigIntegerField(_("withheld"))
    net_fen = models.BigIntegerField(_("net"))
    withholding = models.CharField(_("withholding"), max_length=12, choices=WithholdingKind)
    table_version = models.CharField(_("tax table"), max_length=20, blank=True, default="", db_default="")
    state = models.CharField(
        _("state"),
        max_length=10,
        choices=TransferState,
        default=TransferState.WAITING,
        db_default=TransferState.WAITING,
    )
    said = models.CharField(_("what the bank said"), max_length=200, blank=True, default="", db_default="")
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("recorded by")
    )
    settled_at = models.DateTimeField(_("recorded at"), null=True)

    objects = TransferQuerySet.as_manager()

    class Meta:
        verbose_name = _("transfer")
        constraints = [
            models.UniqueConstraint(
                fields=["statement"], condition=Q(state__in=LIVE), name="statement_is_in_one_live_payout"
            ),
            models.UniqueConstraint(fields=["batch", "statement"], name="statement_is_in_a_payout_once"),
            models.CheckConstraint(
                condition=Q(gross_fen=F("net_fen") + F("withheld_fen")), name="transfer_is_net_and_withheld"
            ),
            models.CheckConstraint(
                condition=Q(gross_fen__gt=0, withheld_fen__gte=0, net_fen__gt=0), name="transfer_is_never_negative"
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
            NOT_EMPTIED,
            pgtrigger.ReadOnly(
                name="amounts_stay",
                fields=["id", "batch", "statement", "gross_fen", "withheld_fen", "net_fen", "withholding"],
            ),
            pgtrigger.Trigger(
                name="pays_an_approved_statement",
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                func="""
                    -- Whoever decides about the payout waits for this, or this sees it decided.
                    PERFORM FROM referrals_payoutbatch b WHERE b.id = NEW.batch_id AND b.state = 'prepared' FOR SHARE;
                    IF NOT FOUND OR NEW.state <> 'waiting' OR NOT EXISTS (
                        SELECT FROM referrals_statement s
                        WHERE s.id = NEW.statement_id AND s.state = 'approved' AND s.payable_fen = NEW.gross_fen
                    ) THEN
                        RAISE EXCEPTION 'a transfer pays an approved statement in a payout that is being prepared'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'transfer_pays_an_approved_statement';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="moves_forwards",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                func="""
                    IF NOT (OLD.state = NEW.state AND OLD.said = NEW.said
                        OR OLD.state = 'waiting' AND NEW.state IN ('sent', 'withdrawn') AND EXISTS (
                            SELECT FROM referrals_payoutbatch b WHERE b.id = NEW.batch_id
                            AND b.state = CASE NEW.state WHEN 'sent' THEN 'approved' ELSE 'withdrawn' END
                        )
                        OR OLD.state IN ('sent', 'unknown') AND NEW.state IN ('paid', 'failed', 'unknown')
                            AND NEW.settled_by_id IS NOT NULL AND NEW.settled_at IS NOT NULL
                        -- It came back after it was paid: somebody says so, and what the bank wrote.
                        OR OLD.state = 'paid' AND NEW.state = 'failed' AND NEW.said <> OLD.said
                            AND NEW.settled_by_id IS NOT NULL AND NEW.settled_at > OLD.settled_at
                    ) THEN
                        RAISE EXCEPTION 'transfer % does not go from % to %', OLD.id, OLD.state, NEW.state
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'transfer_moves_forwards';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.batch_id}: {self.statement_id}"
