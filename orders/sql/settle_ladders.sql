-- A row: one offer whose price falls, because as many members joined as a step of its ladder asks for.
WITH joined AS (
    SELECT l.offer_id, count(DISTINCT o.member_id) AS members
    FROM orders_offer f
    JOIN orders_orderline l ON l.offer_id = f.id
    JOIN orders_order o ON o.id = l.order_id
    WHERE f.campaign_id = ANY(%(campaigns)s) AND l.quantity > 0
    GROUP BY l.offer_id
),
reached AS (
    SELECT step.offer_id, min(step.price_fen) AS price_fen
    FROM orders_pricestep step JOIN joined USING (offer_id)
    WHERE step.joined <= joined.members
    GROUP BY step.offer_id
)
UPDATE orders_offer f SET settled_price_fen = reached.price_fen
FROM reached
WHERE f.id = reached.offer_id AND reached.price_fen < coalesce(f.settled_price_fen, f.price_fen)
RETURNING f.id
