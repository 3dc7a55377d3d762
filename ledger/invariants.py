"""What must always hold of the books. Triggers hold it; this proves that they did."""

from django.utils.translation import gettext_lazy as _

from core.invariants import invariant


@invariant(_("The legs of every entry sum to zero, and there are as many as it says, two or more."))
def entries_balance() -> str:
    return """
        SELECT entry.key FROM ledger_entry entry LEFT JOIN ledger_leg leg ON leg.entry_id = entry.id
        GROUP BY entry.id
        HAVING coalesce(sum(leg.amount_fen), 1) <> 0 OR count(leg.id) <> entry.leg_count OR count(leg.id) < 2
    """


@invariant(_("Every entry is dated on a day of its period."))
def entries_are_dated_in_their_period() -> str:
    return """
        SELECT entry.key FROM ledger_entry entry JOIN ledger_period period ON period.id = entry.period_id
        WHERE NOT period.span @> entry.booked_on
    """
