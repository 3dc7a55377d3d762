-- What is due and not yet recorded in some groups.
--
-- A row of the answer is one claim whose amount changed: what commission_claims.sql says of it, with `amount_fen` = due
-- − recorded, `due_fen` = the whole claim as of now, and `seq` = its number among the claim's entries. A claim that is
-- paid for no longer (a delivery taken back, a plan that changed) has none of the figures and the version of its last
-- entry.
--
-- Parameters: those of commission_claims.sql.

/* commission_claims.sql */
, recorded AS (
    -- A claim is of one order.
    SELECT
        source_id, rule, level, beneficiary_id,
        sum(amount_fen)::bigint AS amount_fen, max(seq) AS seq, min(entry.group_id) AS group_id,
        min(entry.order_id) AS order_id
    FROM looked_at
    JOIN referrals_commissionentry entry ON entry.group_id = looked_at.group_id AND entry.order_id = looked_at.id
    -- What the volume of a month brought is left as it is where the month is not looked at. The order says which month
    -- that is by now, not the entry: the claim of an order that moved has entries of both.
    WHERE rule <> 'volume' OR %(months)s::date[] IS NULL OR entry.order_id NOT IN (
        SELECT order_id FROM timed WHERE date_trunc('month', clock_day)::date <> ALL(%(months)s::date[])
    )
    GROUP BY source_id, rule, level, beneficiary_id
)
SELECT
    coalesce(due.source_id, last.source_id) AS source_id,
    coalesce(due.rule, last.rule) AS rule,
    coalesce(due.level, last.level) AS level,
    coalesce(due.beneficiary_id, last.beneficiary_id) AS beneficiary_id,
    coalesce(recorded.seq, 0) + 1 AS seq,
    coalesce(due.group_id, last.group_id) AS group_id,
    coalesce(due.order_id, last.order_id) AS order_id,
    coalesce(due.line_id, last.line_id) AS line_id,
    coalesce(due.plan_version_id, last.plan_version_id) AS plan_version_id,
    coalesce(due.clock_day, last.clock_day) AS clock_day,
    coalesce(due.due_fen, 0) - coalesce(recorded.amount_fen, 0) AS amount_fen,
    coalesce(due.due_fen, 0) AS due_fen,
    due.rate_ppm, due.order_base_fen, due.asked_fen, due.order_amount_fen, due.shared_fen, due.share_ppm,
    due.line_base_fen, due.line_amount_fen, due.refunded_fen
FROM due
FULL JOIN recorded
    ON recorded.source_id = due.source_id AND recorded.rule = due.rule
    AND recorded.level = due.level AND recorded.beneficiary_id = due.beneficiary_id
LEFT JOIN referrals_commissionentry last
    ON due.source_id IS NULL
    AND last.group_id = recorded.group_id AND last.order_id = recorded.order_id
    AND last.source_id = recorded.source_id AND last.rule = recorded.rule AND last.level = recorded.level
    AND last.beneficiary_id = recorded.beneficiary_id AND last.seq = recorded.seq
-- The guard: what is recorded already is not written again.
WHERE coalesce(due.due_fen, 0) <> coalesce(recorded.amount_fen, 0)
