-- One row: how many statements were issued or added to, the lines that went onto them, what the statements are to pay
-- and what they carry on, both in fen.
--
-- Everything approved runs up to the period added that is on no statement yet goes onto its earner's statement of the
-- period: a new one, or the one that is issued and not approved. Earners whose statement is approved wait for the next
-- period. Only runs that can have something unstated are looked at: those of the period itself, and those approved
-- since the first statement of their own period was issued (a day before it, for clocks and commits that cross).
--
-- What referrals bring on an order that is held stays away (referrals_heldorder). Checked and to be paid (`let_go`), it
-- is stated as a part of its own, from whichever run it is.
--
-- Parameters: period, by, at, minimum (the smallest payout, fen).

WITH runs AS (
    SELECT r.id
    FROM referrals_run r
    JOIN ledger_period own ON own.id = r.period_id
    JOIN ledger_period this ON this.id = %(period)s
    WHERE r.state = 'approved' AND (
        r.period_id = this.id
        OR own.span << this.span AND r.approved_at >= coalesce(
            (SELECT min(s.issued_at) - interval '1 day' FROM referrals_statement s WHERE s.period_id = own.id), '-infinity'
        )
    )
),
let_go AS (
    SELECT h.id AS hold_id, h.order_id, o.group_id
    FROM referrals_standing checked
    JOIN referrals_heldorder h ON h.id = checked.hold_id
    JOIN orders_order o ON o.id = h.order_id
    WHERE checked.state = 'pay'
),
unstated AS (
    SELECT e.run_id, e.beneficiary_id AS earner_id, NULL::bigint AS hold_id,
        sum(e.amount_fen)::bigint AS fen, count(*)::int AS entries
    FROM referrals_commissionentry e
    LEFT JOIN referrals_heldorder h ON h.order_id = e.order_id AND e.rule = 'referral'
    WHERE e.run_id IN (SELECT id FROM runs) AND h.id IS NULL
        AND NOT EXISTS (
            SELECT FROM referrals_statementpart p
            WHERE p.run_id = e.run_id AND p.earner_id = e.beneficiary_id AND p.hold_id IS NULL
        )
    GROUP BY e.run_id, e.beneficiary_id
    UNION ALL
    SELECT e.run_id, e.beneficiary_id, let_go.hold_id, sum(e.amount_fen)::bigint, count(*)::int
    FROM let_go
    JOIN referrals_commissionentry e
        ON e.group_id = let_go.group_id AND e.order_id = let_go.order_id AND e.rule = 'referral'
    JOIN referrals_run r ON r.id = e.run_id AND r.state = 'approved'
    JOIN ledger_period own ON own.id = r.period_id
    JOIN ledger_period this ON this.id = %(period)s AND (own.id = this.id OR own.span << this.span)
    WHERE NOT EXISTS (
        SELECT FROM referrals_statementpart p
        WHERE p.run_id = e.run_id AND p.earner_id = e.beneficiary_id AND p.hold_id = let_go.hold_id
    )
    GROUP BY e.run_id, e.beneficiary_id, let_go.hold_id
),
earned AS (
    SELECT earner_id, sum(fen)::bigint AS fen FROM unstated GROUP BY earner_id
),
added_to AS (
    UPDATE referrals_statement s
    SET earned_fen = s.earned_fen + earned.fen,
        minimum_fen = %(minimum)s,
        payable_fen = CASE WHEN s.carried_fen + s.earned_fen + earned.fen >= %(minimum)s
            THEN s.carried_fen + s.earned_fen + earned.fen ELSE 0 END,
        carries_on_fen = CASE WHEN s.carried_fen + s.earned_fen + earned.fen >= %(minimum)s
            THEN 0 ELSE s.carried_fen + s.earned_fen + earned.fen END
    FROM earned
    WHERE s.period_id = %(period)s AND s.earner_id = earned.earner_id AND s.state = 'issued'
    RETURNING s.id, s.earner_id, s.payable_fen, s.carries_on_fen
),
begun AS (
    INSERT INTO referrals_statement (
        period_id, earner_id, before_id, carried_fen, earned_fen, minimum_fen, payable_fen, carries_on_fen,
        issued_by_id, issued_at
    )
    SELECT
        %(period)s, earned.earner_id, last.id, coalesce(last.carries_on_fen, 0), earned.fen, %(minimum)s,
        CASE WHEN coalesce(last.carries_on_fen, 0) + earned.fen >= %(minimum)s
            THEN coalesce(last.carries_on_fen, 0) + earned.fen ELSE 0 END,
        CASE WHEN coalesce(last.carries_on_fen, 0) + earned.fen >= %(minimum)s
            THEN 0 ELSE coalesce(last.carries_on_fen, 0) + earned.fen END,
        %(by)s, %(at)s
    FROM earned
    LEFT JOIN LATERAL (
        SELECT s.id, s.carries_on_fen
        FROM referrals_statement s JOIN ledger_period p ON p.id = s.period_id
        WHERE s.earner_id = earned.earner_id
        ORDER BY p.span DESC LIMIT 1
    ) last ON true
    WHERE NOT EXISTS (
        SELECT FROM referrals_statement s WHERE s.period_id = %(period)s AND s.earner_id = earned.earner_id
    )
    ORDER BY earned.earner_id
    RETURNING id, earner_id, payable_fen, carries_on_fen
),
statement AS (
    SELECT * FROM added_to UNION ALL SELECT * FROM begun
),
part AS (
    INSERT INTO referrals_statementpart (
        statement_id, run_id, earner_id, hold_id, amount_fen, entries, stated_by_id, stated_at
    )
    SELECT
        statement.id, unstated.run_id, unstated.earner_id, unstated.hold_id, unstated.fen, unstated.entries, %(by)s,
        %(at)s
    FROM unstated JOIN statement ON statement.earner_id = unstated.earner_id
    RETURNING entries
)
SELECT
    count(*)::int,
    (SELECT coalesce(sum(entries), 0)::int FROM part),
    coalesce(sum(payable_fen), 0)::bigint,
    coalesce(sum(carries_on_fen), 0)::bigint
FROM statement
