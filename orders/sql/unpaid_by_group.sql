-- One row for each group in which something of the campaign is due: its id, how many orders owe, fen due of them.
WITH net AS (
    SELECT line.order_id, sum(line.amount_fen + line.corrected_fen - line.short_fen - line.refunded_fen) AS fen
    FROM orders_orderline line JOIN orders_order o ON o.id = line.order_id
    WHERE o.campaign_id = %(campaign)s
    GROUP BY line.order_id
),
paid AS (
    SELECT order_id, sum(amount_fen) AS fen FROM orders_payment WHERE campaign_id = %(campaign)s GROUP BY order_id
)
SELECT o.group_id, count(*), sum(net.fen - coalesce(paid.fen, 0))
FROM net JOIN orders_order o ON o.id = net.order_id LEFT JOIN paid ON paid.order_id = net.order_id
WHERE net.fen > coalesce(paid.fen, 0)
GROUP BY o.group_id
