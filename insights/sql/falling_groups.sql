-- A row: one group that sold less in the last of three finished weeks than in the second and less there than in the
-- first, the deepest fall first: its id and name, the GMV of the three weeks in fen, who leads it today, the last day on
-- which a campaign was opened there, and whether one takes orders now. The week of `monday` is the first that counts not.
WITH sold AS (
    SELECT group_id, day, gross_fen + short_fen AS gmv_fen FROM insights_memberday
    WHERE day >= %(monday)s::date - 21 AND day < %(monday)s
    UNION ALL
    SELECT group_id, order_day, amount_fen FROM orders_salefact
    WHERE id > coalesce((SELECT fact_id FROM insights_watermark WHERE name = 'facts'), 0)
        AND order_day >= %(monday)s::date - 21 AND order_day < %(monday)s
        AND kind NOT IN ('delivered', 'refunded')
),
by_week AS (
    SELECT group_id,
        coalesce(sum(gmv_fen) FILTER (WHERE day < %(monday)s::date - 14), 0)::bigint AS first_fen,
        coalesce(sum(gmv_fen) FILTER (WHERE day >= %(monday)s::date - 14 AND day < %(monday)s::date - 7), 0)::bigint
            AS second_fen,
        coalesce(sum(gmv_fen) FILTER (WHERE day >= %(monday)s::date - 7), 0)::bigint AS last_fen
    FROM sold GROUP BY group_id
)
SELECT w.group_id, g.name, w.first_fen, w.second_fen, w.last_fen, coalesce(leader.name, ''),
    (opened.at AT TIME ZONE 'Asia/Shanghai')::date, coalesce(opened.still, false)
FROM by_week w
JOIN community_group g ON g.id = w.group_id
LEFT JOIN community_leaderassignment a ON a.group_id = w.group_id AND a.span @> %(today)s::date
LEFT JOIN community_member leader ON leader.id = a.leader_id
LEFT JOIN LATERAL (
    SELECT max(c.opens_at) AS at, bool_or(c.state = 'open' AND c.cuts_off_at > %(now)s) AS still
    FROM orders_campaign_groups cg JOIN orders_campaign c ON c.id = cg.campaign_id
    WHERE cg.group_id = w.group_id AND c.state NOT IN ('draft', 'cancelled') AND c.opens_at <= %(now)s
) opened ON true
WHERE w.first_fen > w.second_fen AND w.second_fen > w.last_fen
ORDER BY w.first_fen - w.last_fen DESC, w.group_id
