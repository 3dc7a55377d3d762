"""What must always hold of the commissions: what the entries say is what the ledger owes."""

from django.utils.translation import gettext_lazy as _

from core.invariants import invariant
from core.sql import statement

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


@invariant(_("A statement says what its lines add up to, and begins with what the one before carried on."))
def statements_add_up() -> str:
    return """
        SELECT concat('statement ', s.id, ': says ', s.earned_fen, ' fen, lines ', coalesce(lines.fen, 0), ' fen')
        FROM referrals_statement s
        LEFT JOIN (
            SELECT statement_id, sum(amount_fen) AS fen FROM referrals_statedentry GROUP BY statement_id
        ) lines ON lines.statement_id = s.id
        LEFT JOIN referrals_statement before ON before.id = s.before_id
        WHERE s.earned_fen <> coalesce(lines.fen, 0) OR s.carried_fen <> coalesce(before.carries_on_fen, 0)
    """


@invariant(_("An approved statement says to the letter what it said when it was approved."))
def approved_statements_are_unchanged() -> str:
    hashes = statement(__file__, "statement_hash").format(which="s.state = 'approved'")
    return f"""
        SELECT concat('statement ', s.id) FROM referrals_statement s
        LEFT JOIN ({hashes}) lines ON lines.id = s.id
        WHERE s.state = 'approved' AND s.sha256 IS DISTINCT FROM lines.sha256
    """  # noqa: S608 -- the house's own statement


@invariant(_("What the ledger owes an earner is what is stated and not sent, carried on, or not yet on a statement."))
def payable_is_what_is_stated() -> str:
    return """
        SELECT concat('member ', coalesce(owed.earner_id, booked.party),
            ': statements ', coalesce(owed.fen, 0), ' fen, ledger ', coalesce(booked.fen, 0), ' fen')
        FROM (
            SELECT earner_id, sum(fen) AS fen FROM (
                SELECT e.beneficiary_id AS earner_id, e.amount_fen AS fen
                FROM referrals_commissionentry e
                JOIN referrals_run r ON r.id = e.run_id AND r.state = 'approved'
                LEFT JOIN referrals_heldorder h ON h.order_id = e.order_id AND e.rule = 'referral'
                LEFT JOIN referrals_statementpart p
                    ON p.run_id = e.run_id AND p.earner_id = e.beneficiary_id AND p.hold_id IS NOT DISTINCT FROM h.id
                WHERE p.id IS NULL
                UNION ALL
                SELECT s.earner_id, s.carries_on_fen FROM referrals_statement s
                WHERE NOT EXISTS (SELECT FROM referrals_statement f WHERE f.before_id = s.id)
                UNION ALL
                SELECT s.earner_id, s.payable_fen FROM referrals_statement s
                WHERE NOT EXISTS (
                    SELECT FROM referrals_transfer t
                    WHERE t.statement_id = s.id AND t.state IN ('sent', 'paid', 'unknown')
                )
            ) parts
            GROUP BY earner_id
        ) owed
        FULL JOIN (
            SELECT account.party, -sum(leg.amount_fen) AS fen
            FROM ledger_account account JOIN ledger_leg leg ON leg.account_id = account.id
            WHERE account.purpose = 'commission_payable'
            GROUP BY account.party
        ) booked ON booked.party = owed.earner_id
        WHERE coalesce(owed.fen, 0) <> coalesce(booked.fen, 0)
    """


@invariant(_("A payout is the sum of its transfers, and clearing and tax in the books are what is with the bank."))
def payouts_are_booked() -> str:
    return """
        SELECT concat('payout ', b.id) FROM referrals_payoutbatch b
        LEFT JOIN referrals_transfer t ON t.batch_id = b.id
        GROUP BY b.id
        HAVING count(t.id) <> b.transfers OR coalesce(sum(t.gross_fen), 0) <> b.gross_fen
            OR coalesce(sum(t.withheld_fen), 0) <> b.withheld_fen OR coalesce(sum(t.net_fen), 0) <> b.net_fen
        UNION ALL
        SELECT concat(coalesce(sent.purpose, booked.purpose), ': transfers ', coalesce(sent.fen, 0),
            ' fen, ledger ', coalesce(booked.fen, 0), ' fen')
        FROM (
            SELECT 'payout_clearing' AS purpose, sum(net_fen) AS fen
            FROM referrals_transfer WHERE state IN ('sent', 'unknown')
            UNION ALL
            SELECT 'tax_payable', sum(withheld_fen) FROM referrals_transfer WHERE state IN ('sent', 'paid', 'unknown')
        ) sent
        FULL JOIN (
            SELECT account.purpose, -sum(leg.amount_fen) AS fen
            FROM ledger_account account JOIN ledger_leg leg ON leg.account_id = account.id
            WHERE account.purpose IN ('payout_clearing', 'tax_payable')
            GROUP BY account.purpose
        ) booked ON booked.purpose = sent.purpose
        WHERE coalesce(sent.fen, 0) <> coalesce(booked.fen, 0)
    """


@invariant(_("What a fission campaign has spent is granted less what returned to it, and within its budget."))
def budgets_are_kept() -> str:
    return """
        SELECT concat('fission campaign ', c.id, ': says ', c.spent_fen, ' fen, steps ', coalesce(spent.fen, 0), ' fen')
        FROM referrals_fissioncampaign c
        LEFT JOIN (
            SELECT q.campaign_id,
                sum(CASE WHEN e.step = 'granted' THEN e.amount_fen ELSE -e.amount_fen END)
                    FILTER (WHERE e.step NOT IN ('available', 'lost')) AS fen
            FROM referrals_rewardentry e
            JOIN referrals_reward r ON r.id = e.reward_id
            JOIN referrals_qualification q ON q.id = r.qualification_id
            GROUP BY q.campaign_id
        ) spent ON spent.campaign_id = c.id
        WHERE c.spent_fen <> coalesce(spent.fen, 0) OR c.spent_fen > c.budget_fen
    """


@invariant(_("Every reward is where its steps have brought it, and was granted."))
def rewards_follow_their_steps() -> str:
    return """
        SELECT concat('reward ', r.id) FROM referrals_reward r
        LEFT JOIN referrals_rewardentry e ON e.reward_id = r.id
        GROUP BY r.id
        HAVING coalesce(sum(e.amount_fen) FILTER (WHERE e.step = 'granted'), 0) <> r.amount_fen
            OR coalesce(sum(e.amount_fen) FILTER (WHERE e.step IN ('taken_back', 'expired')), 0) <> r.taken_back_fen
            OR coalesce(sum(e.amount_fen) FILTER (WHERE e.step = 'lost'), 0) <> r.lost_fen
    """


@invariant(_("The books hold back what is held back, owe what coupons are worth, and know every loss."))
def rewards_stand_in_the_books() -> str:
    return """
        WITH said AS (
            SELECT 'reward_pending' AS purpose, member_id AS party, amount_fen AS fen
            FROM referrals_reward WHERE state = 'pending'
            UNION ALL
            SELECT 'members_coupons', r.member_id, r.amount_fen
            FROM referrals_reward r JOIN orders_coupon c ON c.id = r.coupon_id AND c.payment_id IS NULL
            WHERE r.state = 'available' OR r.lost_fen > 0
            UNION ALL
            SELECT 'reward_losses', NULL, -lost_fen FROM referrals_reward
            UNION ALL
            SELECT 'reward_expense', NULL, taken_back_fen + lost_fen - amount_fen FROM referrals_reward
        ), booked AS (
            SELECT account.purpose, account.party, -sum(leg.amount_fen) AS fen
            FROM ledger_account account JOIN ledger_leg leg ON leg.account_id = account.id
            WHERE account.purpose IN ('reward_pending', 'members_coupons', 'reward_losses', 'reward_expense')
            GROUP BY account.purpose, account.party
        )
        SELECT concat(purpose, ', member ', party, ': ', sum(fen), ' fen off') FROM (
            SELECT purpose, party, fen FROM said UNION ALL SELECT purpose, party, -fen FROM booked
        ) both_sides
        GROUP BY purpose, party HAVING sum(fen) <> 0
    """
