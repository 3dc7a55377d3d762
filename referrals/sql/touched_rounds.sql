-- Where something may have become due that the run before has not recorded, group by group.
--
-- A row of the answer is a group and the campaigns to look at there.
--
-- Parameters: after, the id of the last fact the run before saw; known_before, the day from which on it left facts out;
-- before, the day from which on this run does (Asia/Shanghai).

SELECT group_id, array_agg(DISTINCT campaign_id)
FROM (
    SELECT group_id, campaign_id
    FROM orders_salefact
    WHERE id > %(after)s AND business_date < %(before)s AND kind IN ('delivered', 'refunded')
    UNION ALL
    SELECT group_id, campaign_id
    FROM orders_salefact
    WHERE id <= %(after)s AND business_date >= %(known_before)s AND business_date < %(before)s
      AND kind IN ('delivered', 'refunded')
) touched
GROUP BY group_id
ORDER BY group_id
