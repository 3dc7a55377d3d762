"""How tax is kept back of what an earner is paid, from a day on, and where the money goes."""

from datetime import date, datetime

import pghistory
from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from community.models import Member
from core.models import User
from referrals.enums import WithholdingKind
from referrals.models import PayeeAccount, WithholdingProfile


@transaction.atomic
def set_withholding(*, earner: Member, kind: WithholdingKind, first_day: date, by: User, now: datetime) -> None:
    """From that day on the earner is taxed so; what was said for days from then on gives way, days before stay."""
    Member.objects.select_for_update(no_key=True).get(pk=earner.pk)
    with pghistory.context(user=by.pk):
        said = WithholdingProfile.objects.filter(earner=earner)
        said.filter(span__startswith__gte=first_day).delete()
        for profile in said.filter(span__contains=first_day):
            profile.span = DateRange(profile.span.lower, first_day, "[)")
            profile.save(update_fields=["span"])
        WithholdingProfile.objects.create(
            earner=earner, kind=kind, span=DateRange(first_day, None, "[)"), set_by=by, set_at=now
        )


def set_account(*, earner: Member, holder: str, bank: str, number: str, by: User, now: datetime) -> PayeeAccount:
    """From now on the earner's money goes to this account (digits only), also in payouts whose file is not made yet."""
    said = {"holder": holder, "bank": bank, "number": number, "set_by": by, "set_at": now}
    with pghistory.context(user=by.pk):
        account, _new = PayeeAccount.objects.update_or_create(earner=earner, defaults=said)
    return account
