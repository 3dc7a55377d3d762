-- A row: one offer, and how many members had joined it by the moment; what was corrected afterwards does not count.
SELECT asked.offer_id, count(*)
FROM (
    SELECT l.offer_id, f.member_id
    FROM orders_orderline l JOIN orders_salefact f ON f.line_id = l.id
    WHERE l.offer_id = ANY(%(offers)s) AND f.kind IN ('placed', 'changed', 'cancelled') AND f.at <= %(at)s
    GROUP BY l.offer_id, f.member_id
    HAVING sum(f.quantity) > 0
) asked
GROUP BY asked.offer_id
