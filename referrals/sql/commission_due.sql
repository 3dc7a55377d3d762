-- What is due and not yet recorded in some groups.
--
-- A row of the answer is one claim whose amount changed: a source (a line; for a delivery fee the household's lowest
-- delivered order), a rule, a level and an earner, with `amount_fen` = due − recorded, `due_fen` = the whole claim as
-- of now, `seq` = its number among the claim's entries, and the figures it was reckoned from. A claim that is paid for
-- no longer (a delivery taken back, a plan that changed) has none of these figures and the version of its last entry.
--
-- Parameters: groups, the ids of the groups; before, the day (Asia/Shanghai) whose facts are the first left out.
-- The same arithmetic as referrals/rules/commission.py, in whole fen: a product of base and amount must fit a bigint,
-- so one order comes to less than 20 million yuan; beyond that PostgreSQL refuses instead of rounding.

WITH paying AS MATERIALIZED (
    -- One plan pays: the oldest that has published a version.
    SELECT id, span, leader_ppm, referral_1_ppm, delivery_fee_fen, delivery_cap_fen
    FROM referrals_planversion
    WHERE state = 'published'
      AND plan_id = (SELECT min(plan_id) FROM referrals_planversion WHERE state = 'published')
),
line AS MATERIALIZED (
    -- What was delivered of each line, ticks taken back left out, and how much of it was refunded.
    SELECT
        order_id,
        line_id,
        coalesce(sum(amount_fen) FILTER (WHERE kind = 'delivered'), 0)::bigint AS base_fen,
        coalesce(-sum(amount_fen) FILTER (WHERE kind = 'refunded'), 0)::bigint AS refunded_fen,
        coalesce(sum(quantity) FILTER (WHERE kind = 'delivered'), 0) AS quantity,
        min(id) FILTER (WHERE kind = 'delivered') AS first_fact_id
    FROM orders_salefact
    WHERE group_id = ANY(%(groups)s) AND business_date < %(before)s AND kind IN ('delivered', 'refunded')
    GROUP BY order_id, line_id
),
sale AS MATERIALIZED (
    SELECT
        o.id AS order_id, o.campaign_id, o.group_id, o.door, o.member_id, o.leader_id, o.referrer_1_id,
        s.base_fen, s.quantity, s.first_fact_id
    FROM (
        SELECT
            order_id,
            sum(base_fen)::bigint AS base_fen,
            sum(quantity) AS quantity,
            min(first_fact_id) AS first_fact_id
        FROM line
        GROUP BY order_id
    ) s
    JOIN orders_order o ON o.id = s.order_id
),
rate AS (
    -- R2: rounded half up once per order, rule and earner.
    SELECT
        sale.order_id, sale.group_id, r.rule, r.level, r.beneficiary_id, r.rate_ppm,
        paying.id AS plan_version_id,
        first_fact.business_date AS clock_day,
        sale.base_fen AS order_base_fen,
        (2 * sale.base_fen * r.rate_ppm + 1000000) / 2000000 AS order_amount_fen
    FROM sale
    JOIN orders_salefact first_fact ON first_fact.id = sale.first_fact_id
    JOIN paying ON paying.span @> first_fact.business_date
    CROSS JOIN LATERAL (
        VALUES
            ('leader_rate', 0, sale.leader_id, paying.leader_ppm),
            ('referral', 1, sale.referrer_1_id, paying.referral_1_ppm)
    ) AS r (rule, level, beneficiary_id, rate_ppm)
    WHERE r.beneficiary_id IS NOT NULL AND sale.base_fen > 0
),
spread AS (
    -- R3: the whole fen of each line's part; the fen left over go to the largest fractions, ties to the lower line.
    SELECT
        *,
        whole_fen + CASE
            WHEN row_number() OVER (PARTITION BY order_id, rule ORDER BY fraction DESC, line_id)
                <= order_amount_fen - sum(whole_fen) OVER (PARTITION BY order_id, rule)
            THEN 1
            ELSE 0
        END AS line_amount_fen
    FROM (
        SELECT
            rate.*,
            line.line_id,
            line.base_fen AS line_base_fen,
            line.refunded_fen,
            rate.order_amount_fen * line.base_fen / rate.order_base_fen AS whole_fen,
            rate.order_amount_fen * line.base_fen %% rate.order_base_fen AS fraction
        FROM rate
        JOIN line ON line.order_id = rate.order_id
        WHERE line.base_fen > 0
    ) parts
),
visit AS (
    -- A household reached in a round: a door, or without one a member. What was ticked and un-ticked is no visit.
    SELECT
        campaign_id, group_id,
        min(order_id) AS order_id,
        min(first_fact_id) AS first_fact_id
    FROM sale
    WHERE quantity > 0
    GROUP BY campaign_id, group_id, door, CASE WHEN door = '' THEN member_id END
),
walk AS (
    -- Whoever delivered first is paid a household, in the order of the deliveries until the round's cap.
    SELECT
        visit.order_id, visit.group_id,
        first_fact.leader_id AS beneficiary_id,
        first_fact.business_date AS clock_day,
        paying.id AS plan_version_id,
        paying.delivery_fee_fen,
        greatest(0, least(
            paying.delivery_fee_fen,
            paying.delivery_cap_fen - paying.delivery_fee_fen * (row_number() OVER (
                PARTITION BY visit.campaign_id, visit.group_id, first_fact.leader_id, paying.id
                ORDER BY visit.first_fact_id
            ) - 1)
        )) AS fee_fen
    FROM visit
    JOIN orders_salefact first_fact ON first_fact.id = visit.first_fact_id
    JOIN paying ON paying.span @> first_fact.business_date
    WHERE first_fact.leader_id IS NOT NULL
),
due AS (
    -- R4: what a refund takes back is reckoned from the line's whole refund, so no sequence of refunds drifts.
    SELECT
        line_id AS source_id, rule, level, beneficiary_id, group_id, order_id, line_id, plan_version_id, clock_day,
        rate_ppm, order_base_fen, order_amount_fen, line_base_fen, line_amount_fen, refunded_fen,
        line_amount_fen - (2 * line_amount_fen * refunded_fen + line_base_fen) / (2 * line_base_fen) AS due_fen
    FROM spread
    UNION ALL
    SELECT
        order_id, 'delivery_fee', 0, beneficiary_id, group_id, order_id, NULL, plan_version_id, clock_day,
        NULL, NULL, delivery_fee_fen, NULL, NULL, NULL,
        fee_fen
    FROM walk
),
recorded AS (
    SELECT source_id, rule, level, beneficiary_id, sum(amount_fen)::bigint AS amount_fen, max(seq) AS seq
    FROM referrals_commissionentry
    WHERE group_id = ANY(%(groups)s)
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
    due.rate_ppm, due.order_base_fen, due.order_amount_fen, due.line_base_fen, due.line_amount_fen, due.refunded_fen
FROM due
FULL JOIN recorded
    ON recorded.source_id = due.source_id AND recorded.rule = due.rule
    AND recorded.level = due.level AND recorded.beneficiary_id = due.beneficiary_id
LEFT JOIN referrals_commissionentry last
    ON due.source_id IS NULL
    AND last.group_id = ANY(%(groups)s)
    AND last.source_id = recorded.source_id AND last.rule = recorded.rule AND last.level = recorded.level
    AND last.beneficiary_id = recorded.beneficiary_id AND last.seq = recorded.seq
-- The guard: what is recorded already is not written again.
WHERE coalesce(due.due_fen, 0) <> coalesce(recorded.amount_fen, 0)
