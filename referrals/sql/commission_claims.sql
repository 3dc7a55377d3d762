-- What everybody has earned in some groups as of now, claim by claim, whatever was recorded: the beginning of a
-- statement, to be followed by a query that reads `due`.
--
-- A row of `due` is one claim: a source (a line; for a delivery fee the household's lowest delivered order, for a volume
-- bonus the first order delivered in the month), a rule, a level and an earner, with `due_fen` and the figures it was
-- reckoned from.
--
-- Parameters: groups, the ids of the groups; campaigns, the ids of the only campaigns looked at (NULL: all; one round,
-- a campaign in a group, is decided by its own facts alone); before, the day (Asia/Shanghai) whose facts are the first left out;
-- months, the first days of the only months whose volume is looked at (NULL: all; of these `campaigns` has to have all);
-- trial_days, the days on which not the published versions pay but the version with the id `trial` ({} and NULL: none).
-- The same arithmetic as referrals/rules/commission.py, in whole fen: a product of base and amount must fit a bigint,
-- so one order comes to less than 20 million yuan; beyond that PostgreSQL refuses instead of rounding.

WITH paying AS MATERIALIZED (
    -- One plan pays: the oldest that has published a version.
    SELECT version.*, plan.clock, datemultirange(span) - %(trial_days)s::datemultirange AS days
    FROM referrals_planversion version
    JOIN referrals_plan plan ON plan.id = plan_id
    WHERE state = 'published'
      AND plan_id = (SELECT min(plan_id) FROM referrals_planversion WHERE state = 'published')
    UNION ALL
    SELECT version.*, plan.clock, %(trial_days)s::datemultirange
    FROM referrals_planversion version
    JOIN referrals_plan plan ON plan.id = plan_id
    WHERE version.id = %(trial)s
),
looked_at AS MATERIALIZED (
    SELECT
        id, campaign_id, group_id, door, member_id, order_day, leader_id, referrer_1_id, referrer_2_id, seed_id
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
        o.id AS order_id, o.campaign_id, o.group_id, o.door, o.member_id, o.order_day, o.leader_id, o.referrer_1_id,
        o.referrer_2_id, o.seed_id,
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
paid AS MATERIALIZED (
    -- Where a plan's clock is the payment: the day of the first one that was not a mistake.
    SELECT payment.order_id, min(payment.business_date) AS paid_on
    FROM orders_payment payment
    JOIN sale ON sale.order_id = payment.order_id
    WHERE EXISTS (SELECT FROM paying WHERE clock = 'paid')
      AND payment.amount_fen > 0 AND payment.business_date < %(before)s
      AND NOT EXISTS (
          SELECT FROM orders_payment mistake
          WHERE mistake.takes_back_id = payment.id AND mistake.business_date < %(before)s
      )
    GROUP BY payment.order_id
),
timed AS MATERIALIZED (
    -- The day on the plan's clock decides which version pays, and whether the group is still new.
    SELECT
        sale.order_id, sale.group_id, sale.order_day, sale.leader_id, sale.referrer_1_id, sale.referrer_2_id, sale.seed_id,
        sale.quantity, sale.first_fact_id,
        clocked.clock_day,
        paying.id AS plan_version_id,
        paying.leader_ppm AS plan_ppm,
        paying.referral_1_ppm, paying.referral_2_ppm, paying.development_ppm, paying.seed_ppm, paying.pool_cap_ppm,
        paying.volume_kind,
        CASE
            WHEN clocked.clock_day - opened.opened_on BETWEEN 0 AND paying.development_days - 1
            THEN opened.opened_by_id
        END AS developer_id
    FROM sale
    JOIN orders_salefact first_fact ON first_fact.id = sale.first_fact_id
    LEFT JOIN paid ON paid.order_id = sale.order_id
    CROSS JOIN LATERAL (VALUES ('delivered', first_fact.business_date), ('paid', paid.paid_on)) AS clocked (clock, clock_day)
    JOIN paying ON paying.clock = clocked.clock AND paying.days @> clocked.clock_day
    JOIN community_group opened ON opened.id = sale.group_id
),
term AS MATERIALIZED (
    -- Rates of a person, a product or a group, or of a product nobody earns on (NULL).
    SELECT version_id, product_id, group_id, person_id, leader_ppm
    FROM referrals_rateterm
    WHERE version_id IN (SELECT id FROM paying)
),
product_rate AS MATERIALIZED (
    SELECT orderline.id AS line_id, term.version_id, term.leader_ppm
    FROM term
    JOIN orders_offer offer ON offer.product_id = term.product_id
    JOIN orders_orderline orderline ON orderline.offer_id = offer.id
    JOIN line ON line.line_id = orderline.id
),
priced AS MATERIALIZED (
    -- The lines somebody earns a rate on, each with the leader's rate for it: the first there is of the leader's own,
    -- the product's, the group's and the plan's.
    SELECT
        line.order_id, line.line_id, line.base_fen, line.refunded_fen,
        coalesce(person.leader_ppm, product.leader_ppm, of_group.leader_ppm, timed.plan_ppm)::bigint AS leader_ppm,
        coalesce(person.leader_ppm, product.leader_ppm, of_group.leader_ppm) IS NULL AS at_plan_rate
    FROM timed
    JOIN line ON line.order_id = timed.order_id
    LEFT JOIN product_rate product ON product.line_id = line.line_id AND product.version_id = timed.plan_version_id
    LEFT JOIN term person ON person.person_id = timed.leader_id AND person.version_id = timed.plan_version_id
    LEFT JOIN term of_group ON of_group.group_id = timed.group_id AND of_group.version_id = timed.plan_version_id
    WHERE line.base_fen > 0 AND (product.line_id IS NULL OR product.leader_ppm IS NOT NULL)
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
        timed.order_id, timed.group_id, timed.order_day, timed.plan_version_id, timed.clock_day, timed.pool_cap_ppm,
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
            ('leader_rate', 0, 1, timed.leader_id, timed.plan_ppm),
            ('development', 0, 2, timed.developer_id, nullif(timed.development_ppm, 0)),
            ('referral', 1, 3, timed.referrer_1_id, timed.referral_1_ppm),
            ('referral', 2, 4, nullif(timed.referrer_2_id, timed.referrer_1_id), nullif(timed.referral_2_ppm, 0)),
            ('seed', 0, 5, timed.seed_id, nullif(timed.seed_ppm, 0))
    ) AS r (rule, level, place, beneficiary_id, rate_ppm)
    WHERE r.beneficiary_id IS NOT NULL AND r.rate_ppm IS NOT NULL
),
capped AS (
    -- Claims that together ask for more than the cap share it in proportion to what they ask, as R3 shares.
    SELECT rate.*, asked_fen AS capped_fen
    FROM rate
    WHERE pool_cap_ppm IS NULL
    UNION ALL
    SELECT
        order_id, group_id, order_day, plan_version_id, clock_day, pool_cap_ppm, rule, level, place, beneficiary_id,
        rate_ppm, order_base_fen, weight, mixed, asked_fen,
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
beside AS MATERIALIZED (
    -- Who else leads on the day of the order, and the part of the leader's commission that is theirs.
    SELECT capped.order_id, co.member_id, co.share_ppm::bigint AS share_ppm
    FROM capped
    JOIN community_coleader co
        ON co.group_id = capped.group_id AND co.span @> capped.order_day AND co.member_id <> capped.beneficiary_id
    WHERE capped.rule = 'leader_rate'
),
shared AS (
    -- D9: the claim was rounded once; its parts are shared as R3 shares, ties to the leader, then to the lower member.
    SELECT
        order_id, member_id, share_ppm,
        whole_fen + CASE
            WHEN row_number() OVER (PARTITION BY order_id ORDER BY fraction DESC, place, member_id)
                <= capped_fen - sum(whole_fen) OVER (PARTITION BY order_id)
            THEN 1
            ELSE 0
        END AS part_fen
    FROM (
        SELECT
            part.order_id, part.member_id, part.share_ppm, part.place, capped.capped_fen,
            capped.capped_fen * part.share_ppm / 1000000 AS whole_fen,
            capped.capped_fen * part.share_ppm %% 1000000 AS fraction
        FROM (
            SELECT order_id, member_id, share_ppm, 2 AS place FROM beside
            UNION ALL
            SELECT capped.order_id, capped.beneficiary_id, 1000000 - sum(beside.share_ppm)::bigint, 1
            FROM capped
            JOIN beside ON beside.order_id = capped.order_id
            WHERE capped.rule = 'leader_rate'
            GROUP BY capped.order_id, capped.beneficiary_id
        ) part
        JOIN capped ON capped.order_id = part.order_id AND capped.rule = 'leader_rate'
    ) parts
),
claim AS (
    -- One a person: a claim that is shared is one of each of its leaders.
    SELECT
        capped.order_id, capped.group_id, capped.plan_version_id, capped.clock_day, capped.rule, capped.level,
        coalesce(shared.member_id, capped.beneficiary_id) AS beneficiary_id,
        capped.rate_ppm, capped.order_base_fen, capped.weight, capped.mixed, capped.asked_fen,
        coalesce(shared.part_fen, capped.capped_fen) AS order_amount_fen,
        CASE WHEN shared.order_id IS NOT NULL THEN capped.capped_fen END AS shared_fen,
        shared.share_ppm
    FROM capped
    LEFT JOIN shared ON shared.order_id = capped.order_id AND capped.rule = 'leader_rate'
),
spread AS (
    -- R3: the whole fen of each line's part; the fen left over go to the largest fractions, ties to the lower line.
    -- Lines are weighed by base × rate: where all have one rate that is the base, else it needs wider numbers.
    SELECT
        *,
        whole_fen + CASE
            WHEN row_number() OVER (PARTITION BY order_id, rule, level, beneficiary_id ORDER BY fraction DESC, line_id)
                <= order_amount_fen - sum(whole_fen) OVER (PARTITION BY order_id, rule, level, beneficiary_id)
            THEN 1
            ELSE 0
        END AS line_amount_fen
    FROM (
        SELECT
            claim.order_id, claim.group_id, claim.plan_version_id, claim.clock_day,
            claim.rule, claim.level, claim.beneficiary_id,
            claim.order_base_fen, claim.asked_fen, claim.order_amount_fen, claim.shared_fen, claim.share_ppm,
            CASE WHEN claim.rule = 'leader_rate' THEN priced.leader_ppm ELSE claim.rate_ppm END AS rate_ppm,
            priced.line_id,
            priced.base_fen AS line_base_fen,
            priced.refunded_fen,
            CASE
                WHEN claim.mixed THEN
                    div(claim.order_amount_fen::numeric * priced.base_fen * priced.leader_ppm, claim.weight)::bigint
                ELSE claim.order_amount_fen * priced.base_fen / claim.order_base_fen
            END AS whole_fen,
            CASE
                WHEN claim.mixed THEN
                    mod(claim.order_amount_fen::numeric * priced.base_fen * priced.leader_ppm, claim.weight)::bigint
                ELSE claim.order_amount_fen * priced.base_fen %% claim.order_base_fen
            END AS fraction
        FROM claim
        JOIN priced ON priced.order_id = claim.order_id
    ) parts
),
volume AS (
    -- What a leader sold in a group in a month (of the clock) under one version, at the plan's own rate, less refunds.
    -- It stands at the month's first delivery, which no later one moves; where orders count once they are paid, a late
    -- payment may.
    SELECT
        (array_agg(timed.order_id ORDER BY timed.first_fact_id))[1] AS order_id,
        timed.group_id, timed.leader_id, timed.plan_version_id, timed.plan_ppm, timed.volume_kind,
        (array_agg(timed.clock_day ORDER BY timed.first_fact_id))[1] AS clock_day,
        coalesce(sum(counted.net_fen), 0)::bigint AS net_fen
    FROM timed
    LEFT JOIN (
        SELECT order_id, sum(base_fen - refunded_fen) AS net_fen FROM priced WHERE at_plan_rate GROUP BY order_id
    ) counted ON counted.order_id = timed.order_id
    WHERE timed.volume_kind <> '' AND timed.leader_id IS NOT NULL AND timed.quantity > 0
      AND (%(months)s::date[] IS NULL OR date_trunc('month', timed.clock_day)::date = ANY(%(months)s::date[]))
    GROUP BY
        timed.group_id, timed.leader_id, timed.plan_version_id, timed.plan_ppm, timed.volume_kind,
        date_trunc('month', timed.clock_day)
),
bonus AS (
    -- What the volume brings above the plan's rate, rounded once. A bound belongs to the tier below it.
    SELECT
        volume.*,
        (2 * coalesce(tiers.weight, 0) + 1000000) / 2000000 AS bonus_fen
    FROM volume
    CROSS JOIN LATERAL (
        SELECT
            CASE volume.volume_kind
                WHEN 'marginal' THEN sum(
                    (least(volume.net_fen, next_above_fen) - above_fen) * (leader_ppm - volume.plan_ppm)
                )
                ELSE (array_agg(volume.net_fen * (leader_ppm - volume.plan_ppm) ORDER BY above_fen DESC))[1]
            END::bigint AS weight
        FROM (
            SELECT above_fen, leader_ppm, lead(above_fen) OVER (ORDER BY above_fen) AS next_above_fen
            FROM referrals_volumetier
            WHERE version_id = volume.plan_version_id
        ) tier
        WHERE tier.above_fen < volume.net_fen
    ) tiers
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
        rate_ppm, order_base_fen, asked_fen, order_amount_fen, shared_fen, share_ppm,
        line_base_fen, line_amount_fen, refunded_fen,
        line_amount_fen - (2 * line_amount_fen * refunded_fen + line_base_fen) / (2 * line_base_fen) AS due_fen
    FROM spread
    UNION ALL
    SELECT
        order_id, 'delivery_fee', 0, beneficiary_id, group_id, order_id, NULL, plan_version_id, clock_day,
        NULL, NULL, NULL, delivery_fee_fen, NULL, NULL, NULL, NULL, NULL,
        fee_fen
    FROM walk
    UNION ALL
    SELECT
        order_id, 'volume', 0, leader_id, group_id, order_id, NULL, plan_version_id, clock_day,
        NULL, net_fen, NULL, bonus_fen, NULL, NULL, NULL, NULL, NULL,
        bonus_fen
    FROM bonus
)
