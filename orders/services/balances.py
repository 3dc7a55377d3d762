"""Money members pay in advance: topped up, corrected with a reason, used by paying an order from it."""

from datetime import datetime

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from community.models import Member
from core.errors import DomainError
from core.models import User
from core.violations import refusing
from ledger.enums import Nature
from ledger.memos import Memo
from ledger.services import account, booking_day, post
from orders.enums import MoveKind
from orders.models import BalanceMove
from orders.services.payments import BALANCE, HOUSE, NotEnoughBalance

CORRECTIONS = "balance_corrections"
"""The purpose of the account that stands against corrections: what the house gave or found."""

TOPPED_UP, CORRECTED = "balance_topped_up", "balance_corrected"


class NotMoved(DomainError):
    """The balance is not moved like that: nothing to move, no reason given, or not as it was seen."""


def top_up(*, member: Member, amount_fen: int, latest: int, by: User, now: datetime) -> BalanceMove:
    """The member pays in advance, into the house's hands; `latest` is the id of the latest move that was seen, or 0."""
    if amount_fen <= 0:
        raise NotMoved(_("Top up by more than nothing."))
    return move(member, MoveKind.TOP_UP, amount_fen, "", latest=latest, by=by, now=now)


def correct_balance(
    *, member: Member, amount_fen: int, reason: str, latest: int, by: User, now: datetime
) -> BalanceMove:
    """Add to the balance or take from it (negative), with the reason. Never below nothing: raises NotEnoughBalance."""
    if not amount_fen or not reason.strip():
        raise NotMoved(_("A correction has an amount and a reason."))
    return move(member, MoveKind.CORRECTION, amount_fen, reason.strip(), latest=latest, by=by, now=now)


@transaction.atomic
def move(
    member: Member, kind: MoveKind, amount_fen: int, reason: str, *, latest: int, by: User, now: datetime
) -> BalanceMove:
    Member.objects.select_for_update(no_key=True).get(pk=member.pk)
    if latest != (BalanceMove.objects.filter(member=member).values_list("pk", flat=True).first() or 0):
        raise NotMoved(_("The balance was moved meanwhile. Nothing was saved; look again."))
    day = timezone.localdate(now)
    period, booked_on = booking_day(day, by=by, now=now)
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('orders_balancemove', 'id'))")
        (pk,) = cursor.fetchone()
    balance = account(BALANCE, member.pk, Nature.LIABILITY)
    other = (
        account(HOUSE, None, Nature.ASSET) if kind == MoveKind.TOP_UP else account(CORRECTIONS, None, Nature.EXPENSE)
    )
    memo = Memo(TOPPED_UP if kind == MoveKind.TOP_UP else CORRECTED, {"member": member.pk})
    too_little = NotEnoughBalance(_("The member's balance does not hold that much."))
    with refusing({"balance_is_never_below_nothing": too_little}):
        legs = [(other, amount_fen), (balance, -amount_fen)]
        entry = post(period=period, booked_on=booked_on, key=f"balance:{pk}", legs=legs, by=by, memo=memo)
        return BalanceMove.objects.create(
            pk=pk,
            member=member,
            kind=kind,
            amount_fen=amount_fen,
            reason=reason,
            at=now,
            business_date=day,
            by=by,
            entry=entry,
        )
