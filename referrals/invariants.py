"""What must always hold of the commissions: what the entries say is what the ledger owes."""

from django.utils.translation import gettext_lazy as _

from core.invariants import invariant

RECORDED = """
    SELECT entry.run_id, entry.beneficiary_id, sum(entry.amount_fen) AS fen
    FROM referrals_commissionentry entry GROUP BY entry.run_id, entry.beneficiary_id
"""
BOOKED = """
    SELECT split_part(entry.key, ':', 2)::bigint AS run_id, account.party AS beneficiary_id, -sum(leg.amount_fen) AS fen
    FROM ledger_entry entry
    JOIN ledger_leg leg ON leg.entry_id = entry.id
    JOIN ledger_account account ON account.id = leg.account_id AND account.purpose = '{purpose}'
    WHERE entry.key LIKE '{about}:%'
    GROUP BY 1, 2
"""
DIFFERENCES = """
    SELECT concat('run ', coalesce(recorded.run_id, booked.run_id),
        ', member ', coalesce(recorded.beneficiary_id, booked.beneficiary_id),
        ': entries ', coalesce(recorded.fen, 0), ' fen, ledger ', coalesce(booked.fen, 0), ' fen')
    FROM ({recorded}) recorded
    FULL JOIN ({booked}) booked
        ON booked.run_id = recorded.run_id AND booked.beneficiary_id = recorded.beneficiary_id
    WHERE coalesce(recorded.fen, 0) <> coalesce(booked.fen, 0)
"""
RELEASED = """
    SELECT recorded.* FROM ({recorded}) recorded
    JOIN referrals_run run ON run.id = recorded.run_id AND run.state = 'approved'
"""


@invariant(_("What a run added for an earner is what the ledger holds from it."))
def runs_are_accrued() -> str:
    booked = BOOKED.format(purpose="commission_held", about="commission")
    return DIFFERENCES.format(recorded=RECORDED, booked=booked)


@invariant(_("What approved runs added is payable, to the fen, and nothing of the other runs is."))
def approved_runs_are_released() -> str:
    booked = BOOKED.format(purpose="commission_payable", about="release")
    return DIFFERENCES.format(recorded=RELEASED.format(recorded=RECORDED), booked=booked)


@invariant(_("The entries of a claim are numbered without a gap and add up to what its last one says is due."))
def claims_add_up() -> str:
    return """
        SELECT concat(rule, ' ', source_id, ', member ', beneficiary_id)
        FROM referrals_commissionentry
        GROUP BY source_id, rule, level, beneficiary_id
        HAVING sum(amount_fen) <> (array_agg(due_fen ORDER BY seq DESC))[1]
            OR max(seq) <> count(*) OR min(due_fen) < 0
    """
