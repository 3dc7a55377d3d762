-- A row: one week (its Monday) with its GMV in fen, of all groups; from the roll-up and the facts it has not counted.
WITH sold AS (
    SELECT day, gross_fen + short_fen AS gmv_fen FROM insights_memberday
    WHERE day BETWEEN %(first)s AND %(as_of)s
    UNION ALL
    SELECT order_day, amount_fen FROM orders_salefact
    WHERE id > coalesce((SELECT fact_id FROM insights_watermark WHERE name = 'facts'), 0)
        AND order_day BETWEEN %(first)s AND %(as_of)s
        AND kind NOT IN ('delivered', 'refunded')
)
SELECT date_trunc('week', day::timestamp)::date, sum(gmv_fen)::bigint FROM sold GROUP BY 1
