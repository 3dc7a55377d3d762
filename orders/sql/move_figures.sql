-- Brings the figures of lines along with facts just appended. A row: one line. Short and refunded facts are negative,
-- the figures are positive.
UPDATE orders_orderline AS line
SET
    corrected_quantity = line.corrected_quantity + moved.corrected_quantity,
    corrected_fen = line.corrected_fen + moved.corrected_fen,
    short_quantity = line.short_quantity - moved.short_quantity,
    short_fen = line.short_fen - moved.short_fen,
    delivered_quantity = line.delivered_quantity + moved.delivered_quantity,
    delivered_fen = line.delivered_fen + moved.delivered_fen,
    refunded_quantity = line.refunded_quantity - moved.refunded_quantity,
    refunded_fen = line.refunded_fen - moved.refunded_fen
FROM (
    SELECT
        line_id,
        coalesce(sum(quantity) FILTER (WHERE kind IN ('repriced', 'weighed')), 0) AS corrected_quantity,
        coalesce(sum(amount_fen) FILTER (WHERE kind IN ('repriced', 'weighed')), 0) AS corrected_fen,
        coalesce(sum(quantity) FILTER (WHERE kind = 'short'), 0) AS short_quantity,
        coalesce(sum(amount_fen) FILTER (WHERE kind = 'short'), 0) AS short_fen,
        coalesce(sum(quantity) FILTER (WHERE kind = 'delivered'), 0) AS delivered_quantity,
        coalesce(sum(amount_fen) FILTER (WHERE kind = 'delivered'), 0) AS delivered_fen,
        coalesce(sum(quantity) FILTER (WHERE kind = 'refunded'), 0) AS refunded_quantity,
        coalesce(sum(amount_fen) FILTER (WHERE kind = 'refunded'), 0) AS refunded_fen
    FROM orders_salefact
    WHERE id = ANY (%(facts)s)
    GROUP BY line_id
) AS moved
WHERE line.id = moved.line_id
