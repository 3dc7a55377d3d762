-- One row for each statement that {which} holds for: its id and the SHA-256 over its figures and all its lines, run by
-- run. The same entries give the same fingerprint, whoever reckons it when.
SELECT
    s.id,
    encode(sha256(convert_to(concat_ws(
        ' ', s.period_id, s.earner_id, s.before_id, s.carried_fen, s.earned_fen, s.payable_fen, s.carries_on_fen,
        string_agg(
            concat_ws(' ', e.period_id, e.source_id, e.rule, e.level, e.seq, e.run_id, e.order_id, e.amount_fen),
            ',' ORDER BY e.period_id, e.source_id, e.rule, e.level, e.seq
        )
    ), 'UTF8')), 'hex') AS sha256
FROM referrals_statement s
JOIN referrals_statedentry e ON e.statement_id = s.id
WHERE {which}
GROUP BY s.id
