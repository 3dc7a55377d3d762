-- One row: of the period, runs that are not approved, earners with approved entries on no statement, statements not
-- approved, open disputes, and transfers the bank has said nothing clear of. Parameter: period.
SELECT
    (SELECT count(*) FROM referrals_run r WHERE r.period_id = %(period)s AND r.state <> 'approved'
        AND (r.state = 'computing' OR EXISTS (SELECT FROM referrals_commissionentry e WHERE e.run_id = r.id)))::int,
    (SELECT count(DISTINCT e.beneficiary_id) FROM referrals_commissionentry e
        JOIN referrals_run r ON r.id = e.run_id AND r.period_id = %(period)s AND r.state = 'approved'
        WHERE NOT EXISTS (
            SELECT FROM referrals_statementpart p WHERE p.run_id = e.run_id AND p.earner_id = e.beneficiary_id
        ))::int,
    (SELECT count(*) FROM referrals_statement s WHERE s.period_id = %(period)s AND s.state = 'issued')::int,
    (SELECT count(*) FROM referrals_dispute d JOIN referrals_statement s ON s.id = d.statement_id
        WHERE s.period_id = %(period)s AND d.state = 'open')::int,
    (SELECT count(*) FROM referrals_transfer t JOIN referrals_statement s ON s.id = t.statement_id
        WHERE s.period_id = %(period)s AND t.state IN ('sent', 'unknown'))::int
