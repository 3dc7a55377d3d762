-- Whose month's volume may have changed with some rounds: one row, the first days of the months in which something of
-- these rounds was delivered, and every campaign something of which was delivered in them in these groups.
-- An order's clock is one of these days: which of them depends on the period, where the earlier was recorded later.
--
-- Parameters: groups and campaigns, the ids of the rounds.

WITH month AS (
    SELECT DISTINCT date_trunc('month', business_date)::date AS first_day
    FROM orders_salefact
    WHERE group_id = ANY(%(groups)s) AND campaign_id = ANY(%(campaigns)s) AND kind = 'delivered'
)
SELECT
    (SELECT array_agg(first_day ORDER BY first_day) FROM month),
    (
        SELECT array_agg(DISTINCT fact.campaign_id)
        FROM month
        JOIN orders_salefact fact
            ON fact.business_date >= month.first_day AND fact.business_date < month.first_day + interval '1 month'
        WHERE fact.group_id = ANY(%(groups)s) AND fact.kind = 'delivered'
    )
