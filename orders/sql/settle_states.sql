-- No answer: each named order gets the state its lines say.
-- Cancelled: nothing is wanted any more. Delivered: everything still wanted has arrived. Placed: anything else.
UPDATE orders_order o SET state = s.state
FROM (
    SELECT order_id,
        CASE
            WHEN bool_and(quantity + corrected_quantity = short_quantity) THEN 'cancelled'
            WHEN bool_and(quantity + corrected_quantity = short_quantity + delivered_quantity) THEN 'delivered'
            ELSE 'placed'
        END AS state
    FROM orders_orderline
    WHERE order_id = ANY(%(orders)s)
    GROUP BY order_id
) s
WHERE o.id = s.order_id AND o.state <> s.state
