"""已付 in a chain, a red packet not yet opened: said to be paid, and no money until somebody confirms it."""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from core.errors import DomainError
from core.models import User
from core.violations import refusing
from orders.enums import ClaimKind, ClaimState, PayMethod
from orders.models import UNOPENED_FOR_HOURS, ChainEntry, Order, Paste, Payment, PaymentClaim
from orders.services.payments import Money, NotPayable, book, changed, held_by, locked_due


class AlreadyClaimed(DomainError):
    """The order has an open claim of this kind."""


class ClaimOver(DomainError):
    """The claim was confirmed, refused or ran out before."""


def claim_red_packet(*, order: Order, amount_fen: int, by: User, now: datetime) -> PaymentClaim:
    """Note a red packet that was sent and not opened yet: WeChat returns it after 24 hours. Raises AlreadyClaimed."""
    one_already = AlreadyClaimed(_("A red packet of this order waits already. Open it or refuse it first."))
    with refusing({"order_has_one_open_claim_a_kind": one_already}):
        return PaymentClaim.objects.create(
            order=order,
            group_id=order.group_id,
            kind=ClaimKind.RED_PACKET,
            amount_fen=amount_fen,
            made_at=now,
            made_by=by,
            expires_at=now + timedelta(hours=UNOPENED_FOR_HOURS),
        )


def claim_from_chain(keys: Collection[str], *, paste: Paste, by: User, now: datetime) -> None:
    """An open claim for each order whose entry of the chain says that it is paid; an entry claims once."""
    if not keys:
        return
    entries = ChainEntry.objects.filter(campaign=paste.campaign_id, group=paste.group_id, key__in=keys, live=True)
    PaymentClaim.objects.bulk_create(
        [
            PaymentClaim(
                order_id=entry.order_id,
                group_id=entry.group_id,
                kind=ClaimKind.SAID_PAID,
                chain_entry=entry,
                made_at=now,
                made_by=by,
            )
            for entry in entries.order_by("pk")
        ],
        ignore_conflicts=True,
    )


@transaction.atomic
def confirm_claim(*, claim: PaymentClaim, due_fen: int, method: PayMethod, by: User, now: datetime) -> Payment:
    """The money is there: book it. A red packet has its amount; what is said to be paid is what the person saw due.

    Raises ClaimOver, NotPayable, ChangedMeanwhile.
    """
    due = locked_due(claim.order)
    claim = locked_open(claim, now)
    if claim.kind == ClaimKind.RED_PACKET:
        method = PayMethod.RED_PACKET
    elif due.fen <= 0:
        raise NotPayable(_("Nothing is due on this order. Refuse the claim if it is a mistake."))
    elif due.fen != due_fen:
        raise changed()
    (payment,) = book([Money(claim.order, claim.amount_fen or due.fen, method, held_by(by))], by=by, now=now)
    claim.state, claim.decided_at, claim.decided_by, claim.payment = ClaimState.CONFIRMED, now, by, payment
    claim.save(update_fields=["state", "decided_at", "decided_by", "payment"])
    return payment


@transaction.atomic
def refuse_claim(*, claim: PaymentClaim, by: User, now: datetime) -> None:
    """The money did not come. Raises ClaimOver."""
    claim = locked_open(claim, now)
    claim.state, claim.decided_at, claim.decided_by = ClaimState.REFUSED, now, by
    claim.save(update_fields=["state", "decided_at", "decided_by"])


def expire_claims(*, now: datetime) -> int:
    """Red packets nobody opened in time went back to who sent them; returns how many."""
    over = PaymentClaim.objects.filter(state=ClaimState.OPEN, expires_at__lte=now)
    return over.update(state=ClaimState.EXPIRED, decided_at=now)


def locked_open(claim: PaymentClaim, now: datetime) -> PaymentClaim:
    claim = PaymentClaim.objects.select_for_update(of=("self",)).select_related("order").get(pk=claim.pk)
    if claim.state != ClaimState.OPEN:
        raise ClaimOver(_("This has been decided already."))
    if claim.expires_at and claim.expires_at <= now:
        raise ClaimOver(_("The red packet ran out. If it was opened in time, record it as a payment."))
    return claim
