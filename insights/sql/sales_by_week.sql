-- A row: one week (its Monday) of all groups, from the roll-up and the facts it has not counted: its GMV in fen; its
-- occasions, each a member's day in a group of whose orders something is left; the groups those were in. The weeks from
-- the first to the last day asked for, and the same days 52 weeks earlier.
WITH uncounted AS (
    SELECT member_id, group_id, order_day AS day,
        coalesce(sum(amount_fen) FILTER (WHERE kind <> 'refunded'), 0)::bigint AS gmv_fen,
        sum(amount_fen)::bigint AS net_fen
    FROM orders_salefact
    WHERE id > coalesce((SELECT fact_id FROM insights_watermark WHERE name = 'facts'), 0) AND kind <> 'delivered'
        AND (order_day BETWEEN %(first)s AND %(as_of)s
            OR order_day BETWEEN %(first)s::date - 364 AND %(as_of)s::date - 364)
    GROUP BY member_id, group_id, order_day
),
counted AS (
    SELECT member_id, group_id, day, gross_fen + short_fen AS gmv_fen, net_fen FROM insights_memberday
    WHERE day BETWEEN %(first)s AND %(as_of)s OR day BETWEEN %(first)s::date - 364 AND %(as_of)s::date - 364
),
sold AS (
    SELECT group_id, date_trunc('week', day::timestamp)::date AS week,
        coalesce(c.gmv_fen, 0) + coalesce(u.gmv_fen, 0) AS gmv_fen,
        coalesce(c.net_fen, 0) + coalesce(u.net_fen, 0) > 0 AS valid
    FROM counted c FULL JOIN uncounted u USING (member_id, group_id, day)
),
by_group AS (
    SELECT week, group_id, sum(gmv_fen) AS gmv_fen, count(*) FILTER (WHERE valid) AS occasions FROM sold GROUP BY 1, 2
)
SELECT week, sum(gmv_fen)::bigint, sum(occasions)::bigint, count(*) FILTER (WHERE occasions > 0)
FROM by_group GROUP BY week
