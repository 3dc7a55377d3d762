-- Appends to the commission entries what commission_due.sql finds.
--
-- A row of the answer is one earner: how many entries were added for them and the net fen of these (zero or negative
-- when as much or more was taken back).
--
-- Parameters: run and period, the ids the entries are booked under; those of commission_due.sql.
-- A claim's next number taken by another worker meanwhile is the unique key's case, and adds nothing.

WITH difference AS (
    /* commission_due.sql */
),
added AS (
    INSERT INTO referrals_commissionentry (
        period_id, source_id, rule, level, beneficiary_id, seq, run_id, group_id, order_id, line_id, plan_version_id,
        clock_day, kind, amount_fen, due_fen, rate_ppm, order_base_fen, asked_fen, order_amount_fen, shared_fen,
        share_ppm, line_base_fen, line_amount_fen, refunded_fen
    )
    SELECT
        %(period)s, source_id, rule, level, beneficiary_id, seq, %(run)s, group_id, order_id, line_id, plan_version_id,
        clock_day, CASE WHEN amount_fen > 0 THEN 'earned' ELSE 'reversed' END, amount_fen, due_fen, rate_ppm,
        order_base_fen, asked_fen, order_amount_fen, shared_fen, share_ppm, line_base_fen, line_amount_fen, refunded_fen
    FROM difference
    ORDER BY source_id, rule, level, beneficiary_id
    ON CONFLICT DO NOTHING
    RETURNING beneficiary_id, amount_fen
)
SELECT beneficiary_id, sum(amount_fen)::bigint AS amount_fen, count(*) AS entries
FROM added
GROUP BY beneficiary_id
ORDER BY beneficiary_id
