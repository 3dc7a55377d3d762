-- One row: of the period, runs that are not approved, earners with approved entries on no statement that nobody holds,
-- statements not approved, open disputes, transfers the bank has said nothing clear of, and orders that wait for a check
-- of their referral commission. Parameter: period.
SELECT
    (SELECT count(*) FROM referrals_run r WHERE r.period_id = %(period)s AND r.state <> 'approved'
        AND (r.state = 'computing' OR EXISTS (SELECT FROM referrals_commissionentry e WHERE e.run_id = r.id)))::int,
    (SELECT count(DISTINCT e.beneficiary_id) FROM referrals_commissionentry e
        JOIN referrals_run r ON r.id = e.run_id AND r.period_id = %(period)s AND r.state = 'approved'
        LEFT JOIN referrals_heldorder h ON h.order_id = e.order_id AND e.rule = 'referral'
        LEFT JOIN referrals_standing held ON held.hold_id = h.id
        WHERE (h.id IS NULL OR held.state = 'pay') AND NOT EXISTS (
            SELECT FROM referrals_statementpart p
            WHERE p.run_id = e.run_id AND p.earner_id = e.beneficiary_id AND p.hold_id IS NOT DISTINCT FROM h.id
        ))::int,
    (SELECT count(*) FROM referrals_statement s WHERE s.period_id = %(period)s AND s.state = 'issued')::int,
    (SELECT count(*) FROM referrals_dispute d JOIN referrals_statement s ON s.id = d.statement_id
        WHERE s.period_id = %(period)s AND d.state = 'open')::int,
    (SELECT count(*) FROM referrals_transfer t JOIN referrals_statement s ON s.id = t.statement_id
        WHERE s.period_id = %(period)s AND t.state IN ('sent', 'unknown'))::int,
    (SELECT count(DISTINCT h.order_id) FROM referrals_heldorder h
        JOIN referrals_standing held ON held.hold_id = h.id AND held.state = 'waits'
        JOIN orders_order o ON o.id = h.order_id
        JOIN referrals_commissionentry e ON e.group_id = o.group_id AND e.order_id = o.id AND e.rule = 'referral'
        WHERE e.period_id = %(period)s)::int
