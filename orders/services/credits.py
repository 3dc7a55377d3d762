"""Credit that others give to prepaid balances, and take back as far as it has not been used."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection

from core.sql import statement
from orders.enums import MoveKind
from orders.models import Balance, BalanceMove

CREDIT_LEFT = statement(__file__, "credit_left")


@dataclass(frozen=True, slots=True)
class Credit:
    """What moves a member's balance by so many fen, negative when it is taken back, and the entry it is booked by."""

    member_id: int
    amount_fen: int
    entry_id: int


def credit_left(member_ids: Collection[int]) -> dict[int, int]:
    """What is left of the credit given to these members, in fen, by member id; their balances are locked.

    Credit is used before what the member paid in: what was spent since it was given came out of it first.
    """
    list(Balance.objects.select_for_update().filter(pk__in=member_ids).order_by("pk"))
    with connection.cursor() as cursor:
        cursor.execute(CREDIT_LEFT, {"members": list(member_ids)})
        return {member: int(fen) for member, fen in cursor.fetchall()}


def move_credit(credits: Sequence[Credit], *, day: date, now: datetime) -> None:
    """Append what moves the balances. Who gives or takes it back books it, against the purpose of the balances."""
    BalanceMove.objects.bulk_create(
        BalanceMove(
            member_id=credit.member_id,
            kind=MoveKind.REWARD,
            amount_fen=credit.amount_fen,
            at=now,
            business_date=day,
            entry_id=credit.entry_id,
        )
        for credit in credits
    )
