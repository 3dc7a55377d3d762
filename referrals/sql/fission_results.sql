-- One row: what a fission campaign has brought by a day (Asia/Shanghai). Counts of people, but for `opened`.
-- A valid order was paid or delivered, is not cancelled, comes to something, and is not a leader's own.
WITH campaign AS (
    SELECT id, span,
        lower(span)::timestamp AT TIME ZONE 'Asia/Shanghai' AS begins_at,
        upper(span)::timestamp AT TIME ZONE 'Asia/Shanghai' AS ends_at
    FROM referrals_fissioncampaign WHERE id = %(campaign)s
),
chosen AS (SELECT group_id FROM referrals_fissiongroup WHERE campaign_id = %(campaign)s),
brought AS (
    SELECT referral.referee_id, referral.referrer_id
    FROM referrals_referral referral JOIN campaign ON campaign.span @> referral.bound_on
    WHERE NOT EXISTS (SELECT FROM chosen) OR EXISTS (
        SELECT FROM community_membership inside JOIN chosen USING (group_id)
        WHERE inside.member_id = referral.referee_id
    )
),
active AS (
    SELECT DISTINCT o.member_id
    FROM orders_order o JOIN campaign ON o.placed_at >= campaign.begins_at AND o.placed_at < campaign.ends_at
    WHERE NOT EXISTS (SELECT FROM chosen) OR o.group_id IN (SELECT group_id FROM chosen)
),
people AS (
    SELECT referee_id AS member_id FROM brought
    UNION SELECT referrer_id FROM brought
    UNION SELECT member_id FROM active
    UNION SELECT referee_id FROM referrals_referral JOIN active ON active.member_id = referrer_id
),
firsts AS (
    SELECT people.member_id, valid.order_day AS day
    FROM people CROSS JOIN LATERAL (
        SELECT o.order_day FROM orders_order o
        WHERE o.member_id = people.member_id AND o.state <> 'cancelled' AND o.leader_id IS DISTINCT FROM o.member_id
            AND 0 < (
                SELECT sum(line.amount_fen + line.corrected_fen - line.short_fen - line.refunded_fen)
                FROM orders_orderline line WHERE line.order_id = o.id
            )
            AND (
                EXISTS (SELECT FROM orders_orderline line WHERE line.order_id = o.id AND line.delivered_fen > 0)
                OR 0 < (SELECT sum(paid.amount_fen) FROM orders_payment paid WHERE paid.order_id = o.id)
            )
        ORDER BY o.placed_at LIMIT 1
    ) valid
),
cohort AS (
    SELECT firsts.member_id, firsts.day
    FROM firsts JOIN active USING (member_id) JOIN campaign ON campaign.span @> firsts.day
    WHERE firsts.day + %(days)s <= %(today)s
),
cycles AS (
    SELECT invitee.day - inviter.day AS days
    FROM brought
    JOIN firsts invitee ON invitee.member_id = brought.referee_id
    JOIN firsts inviter ON inviter.member_id = brought.referrer_id
)
SELECT
    (
        SELECT coalesce(sum(touch.clicks), 0)
        FROM referrals_touchday touch
        JOIN campaign ON campaign.span @> touch.day
        JOIN referrals_referrallink link ON link.id = touch.link_id
        WHERE NOT EXISTS (SELECT FROM chosen) OR link.group_id IN (SELECT group_id FROM chosen)
    )::int AS opened,
    (SELECT count(*) FROM brought) AS joined,
    (SELECT count(*) FROM brought JOIN firsts ON firsts.member_id = brought.referee_id) AS bought,
    (SELECT count(*) FROM cohort) AS cohort,
    (
        SELECT count(*)
        FROM cohort
        JOIN referrals_referral referral ON referral.referrer_id = cohort.member_id
        JOIN firsts invitee ON invitee.member_id = referral.referee_id
        WHERE invitee.day BETWEEN cohort.day AND cohort.day + %(days)s
    ) AS grown,
    (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY days) FROM cycles) AS cycle_days
