-- No answer. Adds the facts after one id and up to another to their member-days: one row a member, group and day
-- of the order (a later shortage or refund falls back on that day).
INSERT INTO insights_memberday AS d (member_id, group_id, day, gross_fen, short_fen, net_fen, delivered_fen)
SELECT member_id, group_id, order_day,
    coalesce(sum(amount_fen) FILTER (WHERE kind IN ('placed', 'changed', 'cancelled')), 0),
    coalesce(sum(amount_fen) FILTER (WHERE kind = 'short'), 0),
    coalesce(sum(amount_fen) FILTER (WHERE kind <> 'delivered'), 0),
    coalesce(sum(amount_fen) FILTER (WHERE kind IN ('delivered', 'refunded')), 0)
FROM orders_salefact
WHERE id > %(after)s AND id <= %(upto)s
GROUP BY member_id, group_id, order_day
ORDER BY member_id, group_id, order_day
ON CONFLICT (member_id, group_id, day) DO UPDATE SET
    gross_fen = d.gross_fen + excluded.gross_fen,
    short_fen = d.short_fen + excluded.short_fen,
    net_fen = d.net_fen + excluded.net_fen,
    delivered_fen = d.delivered_fen + excluded.delivered_fen
