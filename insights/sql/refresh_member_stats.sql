-- No answer. The own figures of every member the facts in between touch, afresh from all their member-days.
-- A day on which somebody ordered in two groups is one occasion.
WITH touched AS (
    SELECT DISTINCT member_id FROM orders_salefact WHERE id > %(after)s AND id <= %(upto)s
)
INSERT INTO insights_memberstat AS s
    (member_id, first_day, last_day, occasions, lifetime_fen, social_fen, brought)
SELECT d.member_id,
    min(d.day) FILTER (WHERE d.net_fen > 0),
    max(d.day) FILTER (WHERE d.net_fen > 0),
    count(DISTINCT d.day) FILTER (WHERE d.net_fen > 0),
    sum(d.delivered_fen),
    0,
    0
FROM touched JOIN insights_memberday d USING (member_id)
GROUP BY d.member_id
ON CONFLICT (member_id) DO UPDATE SET
    first_day = excluded.first_day,
    last_day = excluded.last_day,
    occasions = excluded.occasions,
    lifetime_fen = excluded.lifetime_fen
