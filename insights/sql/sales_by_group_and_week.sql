-- A row: one week (its Monday) of one of the groups asked for, with its GMV in fen; counted like sales_by_week.
WITH sold AS (
    SELECT group_id, day, gross_fen + short_fen AS gmv_fen FROM insights_memberday
    WHERE day BETWEEN %(first)s AND %(as_of)s AND group_id = ANY(%(groups)s)
    UNION ALL
    SELECT group_id, order_day, amount_fen FROM orders_salefact
    WHERE id > coalesce((SELECT fact_id FROM insights_watermark WHERE name = 'facts'), 0)
        AND order_day BETWEEN %(first)s AND %(as_of)s AND group_id = ANY(%(groups)s)
        AND kind NOT IN ('delivered', 'refunded')
)
SELECT group_id, date_trunc('week', day::timestamp)::date, sum(gmv_fen)::bigint FROM sold GROUP BY 1, 2
