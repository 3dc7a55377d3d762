-- No answer. Takes the members the facts in between touch out of the repurchase steps (sign -1, before their days
-- change) or puts them in (sign 1, after), like count_cohort_weeks.
-- Within a window of n days a member counts as a buyer from an occasion on, until the next one or until n days are
-- over; as returned, as long as the occasion before it is within the window too; as having ordered twice, like that, and
-- as long as it is a buyer when the occasion has two orders itself. So every occasion is a step up on its day and a step
-- down on a later one.
WITH touched AS (
    -- A delivery changes no occasion.
    SELECT DISTINCT member_id FROM orders_salefact
    WHERE id > %(after)s AND id <= %(upto)s AND kind <> 'delivered'
),
occasion AS (
    SELECT member_id, d.day, sum(d.orders) >= 2 AS twice
    FROM touched JOIN insights_memberday d USING (member_id) WHERE d.net_fen > 0
    GROUP BY member_id, d.day
),
spaced AS (
    SELECT n AS window_days, day, twice,
        least(lead(day) OVER of_member, day + n) AS until,
        least(lead(day) OVER of_member, lag(day) OVER of_member + n) AS returned_until,
        coalesce(lag(day) OVER of_member + n > day, false) AS returned
    FROM occasion CROSS JOIN unnest(%(windows)s::int[]) AS n
    WINDOW of_member AS (PARTITION BY n, member_id ORDER BY day)
),
step AS (
    SELECT window_days, day, 1 AS buyers, returned::int AS returned, (returned OR twice)::int AS reordered FROM spaced
    UNION ALL
    SELECT window_days, until, -1, 0, -twice::int FROM spaced
    UNION ALL
    SELECT window_days, returned_until, 0, -1, -(NOT twice)::int FROM spaced WHERE returned
),
moved AS (
    SELECT window_days, day,
        %(sign)s * sum(buyers) AS buyers, %(sign)s * sum(returned) AS returned, %(sign)s * sum(reordered) AS reordered
    FROM step GROUP BY window_days, day
    HAVING sum(buyers) <> 0 OR sum(returned) <> 0 OR sum(reordered) <> 0
)
MERGE INTO insights_repurchasestep s
USING moved ON s.window_days = moved.window_days AND s.day = moved.day
WHEN MATCHED AND s.buyers + moved.buyers = 0 AND s.returned + moved.returned = 0
    AND s.reordered + moved.reordered = 0 THEN DELETE
WHEN MATCHED THEN UPDATE SET
    buyers = s.buyers + moved.buyers, returned = s.returned + moved.returned, reordered = s.reordered + moved.reordered
WHEN NOT MATCHED THEN INSERT (window_days, day, buyers, returned, reordered)
    VALUES (moved.window_days, moved.day, moved.buyers, moved.returned, moved.reordered)
