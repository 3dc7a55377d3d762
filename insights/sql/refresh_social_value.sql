-- No answer. What those brought by a member are worth together, afresh for everybody whom it may have changed for:
-- who brought somebody the facts touch, and whoever a binding since the last time names or used to name.
WITH touched AS (
    SELECT DISTINCT member_id FROM orders_salefact WHERE id > %(after)s AND id <= %(upto)s
),
rebound AS (
    SELECT DISTINCT referee_id FROM referrals_referralevent
    WHERE pgh_id > %(bound_after)s AND pgh_id <= %(bound_upto)s
),
affected AS (
    SELECT r.referrer_id FROM touched JOIN referrals_referral r ON r.referee_id = touched.member_id
    UNION
    SELECT e.referrer_id FROM rebound JOIN referrals_referralevent e USING (referee_id)
)
INSERT INTO insights_memberstat AS s
    (member_id, occasions, lifetime_fen, social_fen, brought)
SELECT a.referrer_id, 0, 0, coalesce(sum(theirs.lifetime_fen), 0), count(theirs.first_day)
FROM affected a
LEFT JOIN referrals_referral r ON r.referrer_id = a.referrer_id
LEFT JOIN insights_memberstat theirs ON theirs.member_id = r.referee_id
GROUP BY a.referrer_id
ON CONFLICT (member_id) DO UPDATE SET social_fen = excluded.social_fen, brought = excluded.brought
