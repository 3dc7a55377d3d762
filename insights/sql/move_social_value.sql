-- No answer. Takes the members the facts in between touch out of the social value of whoever brought them (sign -1,
-- before their own figures change) or puts them in (sign 1, after), like count_cohort_weeks. Everything they received
-- counts but what they ordered as leaders. Who never ordered and has nobody left goes, as if they had never been.
WITH touched AS (
    SELECT DISTINCT member_id FROM orders_salefact WHERE id > %(after)s AND id <= %(upto)s
),
moved AS (
    SELECT inviter_id, %(sign)s * sum(lifetime_fen - as_leader_fen) AS social_fen, %(sign)s * count(*) AS brought
    FROM touched JOIN insights_memberstat USING (member_id)
    WHERE inviter_id IS NOT NULL
    GROUP BY inviter_id
)
MERGE INTO insights_memberstat s
USING moved ON s.member_id = moved.inviter_id
WHEN MATCHED AND s.brought + moved.brought = 0
    AND NOT EXISTS (SELECT FROM insights_memberday d WHERE d.member_id = s.member_id) THEN DELETE
WHEN MATCHED THEN UPDATE SET social_fen = s.social_fen + moved.social_fen, brought = s.brought + moved.brought
WHEN NOT MATCHED THEN INSERT (member_id, occasions, lifetime_fen, as_leader_fen, social_fen, brought)
    VALUES (moved.inviter_id, 0, 0, 0, moved.social_fen, moved.brought)
