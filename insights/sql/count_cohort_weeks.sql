-- No answer. Takes the members the facts in between touch out of the cohort × week counters (sign -1, before their
-- days change) or puts them in (sign 1, after): the counters move by the difference and nobody else is looked at.
-- A counter that falls to nothing goes, as if it had never been.
WITH touched AS (
    -- A delivery changes no occasion.
    SELECT DISTINCT member_id FROM orders_salefact
    WHERE id > %(after)s AND id <= %(upto)s AND kind <> 'delivered'
),
active AS (
    SELECT DISTINCT member_id, date_trunc('week', d.day::timestamp)::date AS week
    FROM touched JOIN insights_memberday d USING (member_id)
    WHERE d.net_fen > 0
),
aged AS (
    SELECT week, min(week) OVER (PARTITION BY member_id) AS cohort FROM active
),
moved AS (
    SELECT cohort, (week - cohort) / 7 AS age, %(sign)s * count(*) AS members FROM aged GROUP BY 1, 2
)
MERGE INTO insights_cohortweek c
USING moved ON c.cohort = moved.cohort AND c.age = moved.age
WHEN MATCHED AND c.members + moved.members = 0 THEN DELETE
WHEN MATCHED THEN UPDATE SET members = c.members + moved.members
WHEN NOT MATCHED THEN INSERT (cohort, age, members) VALUES (moved.cohort, moved.age, moved.members)
