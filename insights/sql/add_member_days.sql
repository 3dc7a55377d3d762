-- No answer. Adds the facts after one id and up to another to their member-days: one row a member, group and day
-- of the order (a later shortage or refund falls back on that day). An order counts while something is left of it, so
-- it adds one when it begins to be worth something and takes one away when it ceases to. What members ordered as the
-- group's own leader is counted with the rest, and once more for itself.
WITH fresh AS (
    SELECT order_id, member_id, group_id, order_day,
        coalesce(sum(amount_fen) FILTER (WHERE kind IN ('placed', 'changed', 'cancelled', 'repriced', 'weighed')), 0) AS gross_fen,
        coalesce(sum(amount_fen) FILTER (WHERE kind = 'short'), 0) AS short_fen,
        coalesce(sum(amount_fen) FILTER (WHERE kind <> 'delivered'), 0) AS net_fen,
        coalesce(sum(amount_fen) FILTER (WHERE kind IN ('delivered', 'refunded')), 0) AS delivered_fen
    FROM orders_salefact
    WHERE id > %(after)s AND id <= %(upto)s
    GROUP BY order_id, member_id, group_id, order_day
),
before AS (
    SELECT order_id, sum(f.amount_fen) AS net_fen
    FROM fresh JOIN orders_salefact f USING (order_id)
    WHERE f.id <= %(after)s AND f.kind <> 'delivered'
    GROUP BY order_id
),
moved AS (
    SELECT fresh.*,
        (coalesce(before.net_fen, 0) + fresh.net_fen > 0)::int - (coalesce(before.net_fen, 0) > 0)::int AS orders,
        coalesce(o.leader_id = o.member_id, false) AS as_leader
    FROM fresh JOIN orders_order o ON o.id = fresh.order_id LEFT JOIN before USING (order_id)
)
INSERT INTO insights_memberday AS d (
    member_id, group_id, day, gross_fen, short_fen, net_fen, delivered_fen, orders,
    as_leader_gmv_fen, as_leader_delivered_fen, as_leader_orders
)
SELECT member_id, group_id, order_day,
    sum(gross_fen), sum(short_fen), sum(net_fen), sum(delivered_fen), sum(orders),
    coalesce(sum(gross_fen + short_fen) FILTER (WHERE as_leader), 0),
    coalesce(sum(delivered_fen) FILTER (WHERE as_leader), 0),
    coalesce(sum(orders) FILTER (WHERE as_leader), 0)
FROM moved
GROUP BY member_id, group_id, order_day
ORDER BY member_id, group_id, order_day
ON CONFLICT (member_id, group_id, day) DO UPDATE SET
    gross_fen = d.gross_fen + excluded.gross_fen,
    short_fen = d.short_fen + excluded.short_fen,
    net_fen = d.net_fen + excluded.net_fen,
    delivered_fen = d.delivered_fen + excluded.delivered_fen,
    orders = d.orders + excluded.orders,
    as_leader_gmv_fen = d.as_leader_gmv_fen + excluded.as_leader_gmv_fen,
    as_leader_delivered_fen = d.as_leader_delivered_fen + excluded.as_leader_delivered_fen,
    as_leader_orders = d.as_leader_orders + excluded.as_leader_orders
