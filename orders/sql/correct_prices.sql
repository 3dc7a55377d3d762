-- Appends to the lines of the offers what they should come to at the price that holds less what they come to (due −
-- recorded), so that running it again adds nothing. A row: one line that changed.
WITH due AS (
    SELECT l.id, l.order_id,
        round(
            (l.quantity + l.corrected_quantity - l.short_quantity)
            * least(l.price_fen, coalesce(f.settled_price_fen, l.price_fen))
        ) - (l.amount_fen + l.corrected_fen - l.short_fen) AS fen
    FROM orders_orderline l JOIN orders_offer f ON f.id = l.offer_id
    WHERE f.id = ANY(%(offers)s)
    ORDER BY l.id
    FOR UPDATE OF l
),
fact AS (
    INSERT INTO orders_salefact (
        line_id, order_id, campaign_id, group_id, member_id, kind, quantity, amount_fen,
        order_day, business_date, at, by_id, reason
    )
    SELECT due.id, o.id, o.campaign_id, o.group_id, o.member_id, 'repriced', 0, due.fen,
        o.order_day, %(day)s, %(now)s, %(by)s, ''
    FROM due JOIN orders_order o ON o.id = due.order_id
    WHERE due.fen <> 0
    ORDER BY due.id
    RETURNING line_id, amount_fen
)
UPDATE orders_orderline l SET corrected_fen = l.corrected_fen + fact.amount_fen
FROM fact WHERE l.id = fact.line_id
RETURNING l.id
