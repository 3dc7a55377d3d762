"""Many entries of two legs at once: what is owed to many parties, booked in one statement."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from core.models import User
from core.sql import statement
from core.violations import refusing
from ledger.enums import Nature
from ledger.memos import Memo
from ledger.models import Account, Period
from ledger.services.posting import REFUSALS

POST = statement(__file__, "post_transfers")


@dataclass(frozen=True, slots=True)
class Transfer:
    """An entry that debits one account and credits another (ids) by so many fen; a negative amount is the mirror."""

    key: str
    memo: Memo
    debit_id: int
    credit_id: int
    amount_fen: int


def accounts_of(parties: Collection[int], *, purpose: str, nature: Nature) -> dict[int, int]:
    """The id of each party's account for the purpose, by party; opened where there is none."""
    Account.objects.bulk_create(
        [Account(purpose=purpose, party=party, nature=nature) for party in sorted(parties)], ignore_conflicts=True
    )
    return dict(Account.objects.filter(purpose=purpose, party__in=parties).values_list("party", "pk"))


def post_transfers(
    transfers: Sequence[Transfer], *, period: Period, booked_on: date, by: User | None
) -> dict[str, int]:
    """Book every transfer on that day of the period, all or none; entry ids by key. Raises what `post` raises."""
    row: dict[str, Any] = {
        "keys": [transfer.key for transfer in transfers],
        "memo_codes": [transfer.memo.code for transfer in transfers],
        "memo_values": [json.dumps(dict(transfer.memo.values)) for transfer in transfers],
        "debits": [transfer.debit_id for transfer in transfers],
        "credits": [transfer.credit_id for transfer in transfers],
        "amounts": [transfer.amount_fen for transfer in transfers],
        "period": period.pk,
        "booked_on": booked_on,
        "by": by and by.pk,
    }
    with refusing(REFUSALS), connection.cursor() as cursor:
        cursor.execute(POST, row)
        return dict(cursor.fetchall())
