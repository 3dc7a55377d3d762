-- A row: one week (its Monday) of all groups: the GMV of the orders placed in it, what of that leaders ordered for
-- themselves, what was refunded of these orders, and what was refunded in the week of any order. In fen; from the
-- roll-up, the facts it has not counted, and the refunds themselves.
WITH moved AS (
    SELECT day, gross_fen + short_fen AS gmv_fen, as_leader_gmv_fen AS leaders_own_fen,
        gross_fen + short_fen - net_fen AS refunded_of_it_fen, 0 AS refunded_in_it_fen
    FROM insights_memberday
    WHERE day BETWEEN %(first)s AND %(as_of)s
    UNION ALL
    SELECT f.order_day,
        CASE WHEN f.kind = 'refunded' THEN 0 ELSE f.amount_fen END,
        CASE WHEN f.kind = 'refunded' OR o.leader_id IS DISTINCT FROM o.member_id THEN 0 ELSE f.amount_fen END,
        CASE WHEN f.kind = 'refunded' THEN -f.amount_fen ELSE 0 END,
        0
    FROM orders_salefact f JOIN orders_order o ON o.id = f.order_id
    WHERE f.id > coalesce((SELECT fact_id FROM insights_watermark WHERE name = 'facts'), 0)
        AND f.order_day BETWEEN %(first)s AND %(as_of)s
        AND f.kind <> 'delivered'
    UNION ALL
    SELECT business_date, 0, 0, 0, -amount_fen
    FROM orders_salefact
    WHERE kind = 'refunded' AND business_date BETWEEN %(first)s AND %(as_of)s
)
SELECT date_trunc('week', day::timestamp)::date,
    sum(gmv_fen)::bigint, sum(leaders_own_fen)::bigint, sum(refunded_of_it_fen)::bigint, sum(refunded_in_it_fen)::bigint
FROM moved GROUP BY 1
