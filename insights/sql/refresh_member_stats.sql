-- No answer. The own figures of every member the facts in between touch, afresh from all their member-days, and who
-- brought them: the referrer frozen on their first valid order. A day on which somebody ordered in two groups is one
-- occasion. What a leader orders in the own group freezes nobody.
WITH touched AS (
    SELECT DISTINCT member_id FROM orders_salefact WHERE id > %(after)s AND id <= %(upto)s
),
worth AS (
    SELECT member_id,
        min(d.day) FILTER (WHERE d.net_fen > 0) AS first_day,
        max(d.day) FILTER (WHERE d.net_fen > 0) AS last_day,
        count(DISTINCT d.day) FILTER (WHERE d.net_fen > 0) AS occasions,
        sum(d.delivered_fen) AS lifetime_fen,
        sum(d.as_leader_delivered_fen) AS as_leader_fen,
        min(d.day) FILTER (WHERE d.orders > d.as_leader_orders) AS introduced_on
    FROM touched JOIN insights_memberday d USING (member_id)
    GROUP BY member_id
),
valid AS (
    SELECT f.order_id
    FROM worth JOIN orders_salefact f ON f.member_id = worth.member_id AND f.order_day = worth.introduced_on
    WHERE f.id <= %(upto)s AND f.kind <> 'delivered'
    GROUP BY f.order_id
    HAVING sum(f.amount_fen) > 0
),
brought AS (
    SELECT DISTINCT ON (o.member_id) o.member_id, o.referrer_1_id AS inviter_id
    FROM valid JOIN orders_order o ON o.id = valid.order_id
    WHERE o.leader_id IS DISTINCT FROM o.member_id
    ORDER BY o.member_id, o.placed_at, o.id
)
INSERT INTO insights_memberstat AS s
    (member_id, first_day, last_day, occasions, lifetime_fen, as_leader_fen, inviter_id, social_fen, brought)
SELECT member_id, first_day, last_day, occasions, lifetime_fen, as_leader_fen, inviter_id, 0, 0
FROM worth LEFT JOIN brought USING (member_id)
ON CONFLICT (member_id) DO UPDATE SET
    first_day = excluded.first_day,
    last_day = excluded.last_day,
    occasions = excluded.occasions,
    lifetime_fen = excluded.lifetime_fen,
    as_leader_fen = excluded.as_leader_fen,
    inviter_id = excluded.inviter_id
