-- One row: how many entries a run added, for how many earners, their net in fen, and a hash over them.
-- Hashed group by group, so that memory stays with the largest group however many entries there are.
SELECT
    coalesce(sum(entries), 0)::bigint,
    (SELECT count(DISTINCT beneficiary_id) FROM referrals_commissionentry WHERE run_id = %(run)s),
    coalesce(sum(amount_fen), 0)::bigint,
    encode(sha256(coalesce(string_agg(hash, '' ORDER BY group_id), '')::bytea), 'hex')
FROM (
    SELECT
        group_id,
        count(*) AS entries,
        sum(amount_fen) AS amount_fen,
        encode(sha256(string_agg(
            concat_ws(' ', source_id, rule, level, beneficiary_id, seq, amount_fen, due_fen),
            ',' ORDER BY source_id, rule, level, beneficiary_id, seq
        )::bytea), 'hex') AS hash
    FROM referrals_commissionentry
    WHERE run_id = %(run)s
    GROUP BY group_id
) groups
