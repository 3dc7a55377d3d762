-- One row for each member who qualifies in the campaign and is not recorded: their binding, who brought them, the order,
-- what was delivered of it less refunds (fen), and the day it reached the door; who was served first stands first.
-- The order is the first of which anything was delivered, placed since the binding. Another one never counts instead.
-- Who used a part of rewards that were lost gets none again, nor does whoever somebody refused to pay for.
SELECT referral.id, referral.referee_id, referral.referrer_id, first_order.id, goods.net_fen, door.delivered_on
FROM referrals_fissioncampaign campaign
JOIN referrals_referral referral ON campaign.span @> referral.bound_on
CROSS JOIN LATERAL (
    SELECT o.id, o.group_id, o.order_day, fact.business_date, fact.id AS fact_id
    FROM orders_salefact fact
    JOIN orders_order o ON o.id = fact.order_id
    WHERE fact.member_id = referral.referee_id AND fact.kind = 'delivered' AND fact.quantity > 0
        AND EXISTS (SELECT FROM orders_orderline line WHERE line.order_id = o.id AND line.delivered_quantity > 0)
    ORDER BY fact.business_date, fact.id
    LIMIT 1
) first_order
CROSS JOIN LATERAL (
    SELECT sum(line.delivered_fen - line.refunded_fen) AS net_fen
    FROM orders_orderline line WHERE line.order_id = first_order.id
) goods
CROSS JOIN LATERAL (
    SELECT max(fact.business_date) AS delivered_on
    FROM orders_salefact fact
    WHERE fact.order_id = first_order.id AND fact.kind = 'delivered' AND fact.quantity > 0
) door
WHERE campaign.id = %(campaign)s AND campaign.state = 'running'
    AND NOT EXISTS (
        SELECT FROM referrals_qualification known WHERE known.referee_id = referral.referee_id AND known.lost_at IS NULL
    )
    AND NOT EXISTS (
        SELECT FROM referrals_qualification lost
        JOIN referrals_reward used ON used.qualification_id = lost.id AND used.lost_fen > 0
        WHERE lost.referee_id = referral.referee_id
    )
    AND NOT EXISTS (
        SELECT FROM referrals_signalpair p
        WHERE p.referrer_id = referral.referrer_id AND p.referee_id = referral.referee_id AND 'refuse' = (
            SELECT d.verdict FROM referrals_signaldecision d
            WHERE d.signal_id = p.signal_id ORDER BY d.number DESC LIMIT 1
        )
    )
    AND first_order.order_day >= referral.bound_on
    AND goods.net_fen >= campaign.threshold_fen
    AND (
        NOT EXISTS (SELECT FROM referrals_fissiongroup chosen WHERE chosen.campaign_id = campaign.id)
        OR EXISTS (
            SELECT FROM referrals_fissiongroup chosen
            WHERE chosen.campaign_id = campaign.id AND chosen.group_id = first_order.group_id
        )
    )
ORDER BY first_order.business_date, first_order.fact_id
