-- Calls offers off: what is ordered of them is cancelled, line by line, and with it what a ladder or the scale has put
-- on top. A row: one order that lost something.
-- Which: those of the campaigns that stay below their minimum, or with `all` every one. After the cut-off, so that
-- nobody orders meanwhile.
WITH called_off AS (
    UPDATE orders_offer SET called_off_at = %(now)s, taken = 0
    WHERE campaign_id = ANY(%(campaigns)s) AND called_off_at IS NULL AND (%(all)s OR taken < minimum)
    RETURNING id
),
share AS (
    UPDATE orders_groupstock SET taken = 0 FROM called_off WHERE offer_id = called_off.id
),
line AS (
    SELECT l.id, l.order_id, l.quantity, l.amount_fen, l.corrected_quantity, l.corrected_fen
    FROM orders_orderline l JOIN called_off ON called_off.id = l.offer_id
    WHERE l.quantity > 0 OR l.corrected_quantity <> 0 OR l.corrected_fen <> 0
    ORDER BY l.id
    FOR UPDATE OF l
),
emptied AS (
    UPDATE orders_orderline l SET quantity = 0, amount_fen = 0, corrected_quantity = 0, corrected_fen = 0
    FROM line WHERE l.id = line.id
),
taken_back (line_id, kind, quantity, amount_fen) AS (
    SELECT id, 'cancelled', -quantity, -amount_fen FROM line WHERE quantity > 0
    UNION ALL
    SELECT id, CASE WHEN corrected_quantity = 0 THEN 'repriced' ELSE 'weighed' END, -corrected_quantity, -corrected_fen
    FROM line WHERE corrected_quantity <> 0 OR corrected_fen <> 0
),
fact AS (
    INSERT INTO orders_salefact (
        line_id, order_id, campaign_id, group_id, member_id, kind, quantity, amount_fen,
        order_day, business_date, at, by_id, reason
    )
    SELECT line.id, o.id, o.campaign_id, o.group_id, o.member_id, taken_back.kind, taken_back.quantity,
        taken_back.amount_fen, o.order_day, %(day)s, %(now)s, %(by)s, %(reason)s
    FROM taken_back JOIN line ON line.id = taken_back.line_id JOIN orders_order o ON o.id = line.order_id
    ORDER BY line.id, taken_back.kind
)
SELECT DISTINCT order_id FROM line
