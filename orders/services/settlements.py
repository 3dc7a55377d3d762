"""What a leader holds is handed over, and somebody of the house confirms it with a receipt."""

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
from orders.models import Holding, Settlement
from orders.services.payments import HELD, HOUSE

HANDED_OVER, HAND_OVER_BACK = "handed_over", "hand_over_taken_back"
"""What the entries are about; both say the number of the receipt."""


class NotHandedOver(DomainError):
    """The hand-over cannot be recorded like that: more than is held, by the leader, or not as it was seen."""


@transaction.atomic
def hand_over(*, leader: Member, amount_fen: int, latest: int, by: User, now: datetime, note: str = "") -> Settlement:
    """Confirm that the leader handed so much over; `latest` is the id of the latest hand-over that was seen, or 0.

    Raises NotHandedOver: also when the same form is sent twice.
    """
    if amount_fen <= 0:
        raise NotHandedOver(_("Hand over more than nothing."))
    Holding.objects.select_for_update().filter(leader=leader).first()
    if latest != (Settlement.objects.filter(leader=leader).values_list("pk", flat=True).first() or 0):
        raise NotHandedOver(_("Another hand-over was recorded meanwhile. Nothing was saved; look again."))
    return append(leader, amount_fen, None, note=note, by=by, now=now)


@transaction.atomic
def take_back_settlement(*, settlement: Settlement, by: User, now: datetime) -> Settlement:
    """Take a hand-over back that was recorded wrongly: the leader holds the money again. Raises NotHandedOver."""
    if settlement.takes_back_id:
        raise NotHandedOver(_("This takes a hand-over back itself. Record it anew."))
    return append(settlement.leader, -settlement.amount_fen, settlement, note="", by=by, now=now)


def append(
    leader: Member, amount_fen: int, takes_back: Settlement | None, *, note: str, by: User, now: datetime
) -> Settlement:
    day = timezone.localdate(now)
    period, booked_on = booking_day(day, by=by, now=now)
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('orders_settlement', 'id'))")
        (pk,) = cursor.fetchone()
    settlement = Settlement(
        pk=pk,
        leader=leader,
        amount_fen=amount_fen,
        takes_back=takes_back,
        at=now,
        business_date=day,
        by=by,
        note=note.strip(),
    )
    held, house = account(HELD, leader.pk, Nature.ASSET), account(HOUSE, None, Nature.ASSET)
    memo = Memo(HAND_OVER_BACK if takes_back else HANDED_OVER, {"number": settlement.number})
    with refusing(refusals()):
        legs = [(house, amount_fen), (held, -amount_fen)]
        settlement.entry = post(period=period, booked_on=booked_on, key=f"settlement:{pk}", legs=legs, by=by, memo=memo)
        settlement.save(force_insert=True)
    return settlement


def refusals() -> dict[str, DomainError]:
    return {
        "leader_hands_over_what_is_held": NotHandedOver(_("The leader holds less than that. Nothing was saved.")),
        "nobody_confirms_their_own_hand_over": NotHandedOver(
            _("Somebody else has to confirm what you hand over yourself.")
        ),
        "orders_settlement_takes_back_id_key": NotHandedOver(_("This has been taken back already.")),
    }
