-- A row: one group that took orders in the last fourteen days, and a first row without a group for all of them.
-- This week counts from Monday to the day asked for, the week before to the same weekday. GMV is what is asked for
-- and not short; an order is valid when it is not cancelled and something is left of it after refunds. In fen.
WITH placed AS (
    SELECT o.group_id, o.member_id, o.order_day,
        sum(l.amount_fen + l.corrected_fen - l.short_fen) AS gmv_fen,
        sum(l.amount_fen + l.corrected_fen - l.short_fen - l.refunded_fen) > 0 AS valid,
        o.order_day >= %(monday)s AS this_week,
        o.order_day BETWEEN %(monday)s::date - 7 AND %(as_of)s::date - 7 AS week_before
    FROM orders_order o JOIN orders_orderline l ON l.order_id = o.id
    WHERE o.state <> 'cancelled' AND o.placed_at >= %(since)s AND o.placed_at < %(until)s
    GROUP BY o.id
)
SELECT group_id,
    coalesce(sum(gmv_fen) FILTER (WHERE this_week), 0)::bigint,
    count(*) FILTER (WHERE this_week AND valid),
    count(DISTINCT member_id) FILTER (WHERE this_week AND valid),
    coalesce(sum(gmv_fen) FILTER (WHERE week_before), 0)::bigint,
    count(*) FILTER (WHERE week_before AND valid),
    count(DISTINCT member_id) FILTER (WHERE week_before AND valid),
    coalesce(bool_or(valid AND order_day > %(as_of)s::date - 7), false),
    coalesce(bool_or(valid AND order_day <= %(as_of)s::date - 7), false)
FROM placed
GROUP BY GROUPING SETS ((), (group_id))
ORDER BY group_id NULLS FIRST
