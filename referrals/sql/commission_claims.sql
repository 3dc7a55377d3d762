-- What everybody has earned in some groups as of now, claim by claim, whatever was recorded: the beginning of a
-- statement, to be followed by a query that reads `due`.
--
-- A row of `due` is one claim: a source (a line; for a delivery fee the household's lowest delivered order), a rule, a
-- level and an earner, with `due_fen` and the figures it was reckoned from.
--
-- Parameters: groups, the ids of the groups; campaigns, the ids of the only campaigns looked at (NULL: all; one round,
-- a campaign in a group, is decided by its own facts alone); before, the day (Asia/Shanghai) whose facts are the first left out;
-- trial_days, the days on which not the published versions pay but the version with the id `trial` ({} and NULL: none).
-- The same arithmetic as referrals/rules/commission.py, in whole fen: a product of base and amount must fit a bigint,
-- so one order comes to less than 20 million yuan; beyond that PostgreSQL refuses instead of rounding.

WITH paying AS MATERIALIZED (
    -- One plan pays: the oldest that has published a version.
    SELECT version.*, datemultirange(span) - %(trial_days)s::datemultirange AS days
    FROM referrals_planversion version
    WHERE state = 'published'
      AND plan_id = (SELECT min(plan_id) FROM referrals_planversion WHERE state = 'published')
    UNION ALL
    SELECT version.*, %(trial_days)s::datemultirange
    FROM referrals_planversion version
    WHERE id = %(trial)s
),
looked_at AS MATERIALIZED (
    SELECT id, campaign_id, group_id, door, member_id, leader_id, referrer_1_id, referrer_2_id
    FROM orders_order
    WHERE group_id = ANY(%(groups)s)
      AND (%(campaigns)s::bigint[] IS NULL OR campaign_id = ANY(%(campaigns)s::bigint[]))
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
      AND order_id IN (SELECT id FROM looked_at)
    GROUP BY order_id, line_id
),
sale AS MATERIALIZED (
    SELECT
        o.id AS order_id, o.campaign_id, o.group_id, o.door, o.member_id, o.leader_id, o.referrer_1_id, o.referrer_2_id,
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
    JOIN looked_at o ON o.id = s.order_id
),
timed AS MATERIALIZED (
    -- The day of the first delivery decides which version pays, and whether the group is still new.
    SELECT
        sale.order_id, sale.group_id, sale.leader_id, sale.referrer_1_id, sale.referrer_2_id,
        first_fact.business_date AS clock_day,
        paying.id AS plan_version_id,
        paying.leader_ppm, paying.referral_1_ppm, paying.referral_2_ppm, paying.development_ppm, paying.pool_cap_ppm,
        CASE
            WHEN first_fact.business_date - opened.opened_on BETWEEN 0 AND paying.development_days - 1
            THEN opened.opened_by_id
        END AS developer_id
    FROM sale
    JOIN orders_salefact first_fact ON first_fact.id = sale.first_fact_id
    JOIN paying ON paying.days @> first_fact.business_date
    JOIN community_group opened ON opened.id = sale.group_id
),
own_rate AS MATERIALIZED (
    -- Lines of products that pay a rate of their own, or nobody any (NULL).
    SELECT orderline.id AS line_id, term.version_id, term.leader_ppm
    FROM referrals_productterm term
    JOIN orders_offer offer ON offer.product_id = term.product_id
    JOIN orders_orderline orderline ON orderline.offer_id = offer.id
    JOIN line ON line.line_id = orderline.id
    WHERE term.version_id IN (SELECT id FROM paying)
),
priced AS MATERIALIZED (
    -- The lines somebody earns a rate on, each with the leader's rate for it.
    SELECT
        line.order_id, line.line_id, line.base_fen, line.refunded_fen,
        coalesce(own_rate.leader_ppm, timed.leader_ppm)::bigint AS leader_ppm
    FROM timed
    JOIN line ON line.order_id = timed.order_id
    LEFT JOIN own_rate ON own_rate.line_id = line.line_id AND own_rate.version_id = timed.plan_version_id
    WHERE line.base_fen > 0 AND (own_rate.line_id IS NULL OR own_rate.leader_ppm IS NOT NULL)
),
whole AS MATERIALIZED (
    SELECT
        order_id,
        sum(base_fen)::bigint AS base_fen,
        sum(base_fen * leader_ppm)::bigint AS weight,
        min(leader_ppm) < max(leader_ppm) AS mixed
    FROM priced
    GROUP BY order_id
),
rate AS (
    -- R2: rounded half up once per order, rule and earner. `place` breaks ties under the cap.
    SELECT
        timed.order_id, timed.group_id, timed.plan_version_id, timed.clock_day, timed.pool_cap_ppm,
        r.rule, r.level, r.place, r.beneficiary_id, r.rate_ppm,
        whole.base_fen AS order_base_fen, whole.weight,
        r.rule = 'leader_rate' AND whole.mixed AS mixed,
        CASE
            WHEN r.rule = 'leader_rate' THEN (2 * whole.weight + 1000000) / 2000000
            ELSE (2 * whole.base_fen * r.rate_ppm + 1000000) / 2000000
        END AS asked_fen
    FROM timed
    JOIN whole ON whole.order_id = timed.order_id
    CROSS JOIN LATERAL (
        VALUES
            ('leader_rate', 0, 1, timed.leader_id, timed.leader_ppm),
            ('development', 0, 2, timed.developer_id, nullif(timed.development_ppm, 0)),
            ('referral', 1, 3, timed.referrer_1_id, timed.referral_1_ppm),
            ('referral', 2, 4, nullif(timed.referrer_2_id, timed.referrer_1_id), nullif(timed.referral_2_ppm, 0))
    ) AS r (rule, level, place, beneficiary_id, rate_ppm)
    WHERE r.beneficiary_id IS NOT NULL AND r.rate_ppm IS NOT NULL
),
capped AS (
    -- Claims that together ask for more than the cap share it in proportion to what they ask, as R3 shares.
    SELECT rate.*, asked_fen AS order_amount_fen
    FROM rate
    WHERE pool_cap_ppm IS NULL
    UNION ALL
    SELECT
        order_id, group_id, plan_version_id, clock_day, pool_cap_ppm, rule, level, place, beneficiary_id, rate_ppm,
        order_base_fen, weight, mixed, asked_fen,
        CASE
            WHEN asked_together_fen <= cap_fen THEN asked_fen
            ELSE whole_fen + CASE
                WHEN row_number() OVER (PARTITION BY order_id ORDER BY fraction DESC, place)
                    <= cap_fen - sum(whole_fen) OVER (PARTITION BY order_id)
                THEN 1
                ELSE 0
            END
        END
    FROM (
        SELECT
            *,
            asked_fen * cap_fen / nullif(asked_together_fen, 0) AS whole_fen,
            asked_fen * cap_fen %% nullif(asked_together_fen, 0) AS fraction
        FROM (
            SELECT
                *,
                (2 * order_base_fen * pool_cap_ppm + 1000000) / 2000000 AS cap_fen,
                (sum(asked_fen) OVER (PARTITION BY order_id))::bigint AS asked_together_fen
            FROM rate
            WHERE pool_cap_ppm IS NOT NULL
        ) asked
    ) shares
),
spread AS (
    -- R3: the whole fen of each line's part; the fen left over go to the largest fractions, ties to the lower line.
    -- Lines are weighed by base × rate: where all have one rate that is the base, else it needs wider numbers.
    SELECT
        *,
        whole_fen + CASE
            WHEN row_number() OVER (PARTITION BY order_id, rule, level ORDER BY fraction DESC, line_id)
                <= order_amount_fen - sum(whole_fen) OVER (PARTITION BY order_id, rule, level)
            THEN 1
            ELSE 0
        END AS line_amount_fen
    FROM (
        SELECT
            capped.order_id, capped.group_id, capped.plan_version_id, capped.clock_day,
            capped.rule, capped.level, capped.beneficiary_id,
            capped.order_base_fen, capped.asked_fen, capped.order_amount_fen,
            CASE WHEN capped.rule = 'leader_rate' THEN priced.leader_ppm ELSE capped.rate_ppm END AS rate_ppm,
            priced.line_id,
            priced.base_fen AS line_base_fen,
            priced.refunded_fen,
            CASE
                WHEN capped.mixed THEN
                    div(capped.order_amount_fen::numeric * priced.base_fen * priced.leader_ppm, capped.weight)::bigint
                ELSE capped.order_amount_fen * priced.base_fen / capped.order_base_fen
            END AS whole_fen,
            CASE
                WHEN capped.mixed THEN
                    mod(capped.order_amount_fen::numeric * priced.base_fen * priced.leader_ppm, capped.weight)::bigint
                ELSE capped.order_amount_fen * priced.base_fen %% capped.order_base_fen
            END AS fraction
        FROM capped
        JOIN priced ON priced.order_id = capped.order_id
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
    JOIN paying ON paying.days @> first_fact.business_date
    WHERE first_fact.leader_id IS NOT NULL
),
due AS (
    -- R4: what a refund takes back is reckoned from the line's whole refund, so no sequence of refunds drifts.
    SELECT
        line_id AS source_id, rule, level, beneficiary_id, group_id, order_id, line_id, plan_version_id, clock_day,
        rate_ppm, order_base_fen, asked_fen, order_amount_fen, line_base_fen, line_amount_fen, refunded_fen,
        line_amount_fen - (2 * line_amount_fen * refunded_fen + line_base_fen) / (2 * line_base_fen) AS due_fen
    FROM spread
    UNION ALL
    SELECT
        order_id, 'delivery_fee', 0, beneficiary_id, group_id, order_id, NULL, plan_version_id, clock_day,
        NULL, NULL, NULL, delivery_fee_fen, NULL, NULL, NULL,
        fee_fen
    FROM walk
)
