-- What one earner can expect of the next run. Writes nothing.
--
-- One row for each order and rule: the order, its campaign, the rule, the fen the next run would add, and the order's
-- base, the rate and what the two came to (for a delivery fee: the fee before the cap).
--
-- Parameters: member, the earner's id; those of commission_due.sql.

SELECT
    o.id, o.campaign_id, difference.rule,
    sum(difference.amount_fen)::bigint, max(difference.order_base_fen), max(difference.rate_ppm),
    max(difference.order_amount_fen)
FROM (
    /* commission_due.sql */
) difference
JOIN orders_order o ON o.id = difference.order_id
WHERE difference.beneficiary_id = %(member)s
GROUP BY o.id, o.campaign_id, difference.rule
ORDER BY o.id, difference.rule
