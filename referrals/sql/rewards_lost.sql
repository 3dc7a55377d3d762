-- One row for each rewarded qualification of the campaign whose order comes to less than the threshold by now,
-- or whose two people somebody refused to pay for (the last decision on one of their signals): its id.
SELECT kept.id
FROM referrals_qualification kept
JOIN referrals_fissioncampaign campaign ON campaign.id = kept.campaign_id
WHERE kept.campaign_id = %(campaign)s AND kept.lost_at IS NULL AND kept.outcome = 'granted'
    AND (
        campaign.threshold_fen > (
            SELECT sum(line.delivered_fen - line.refunded_fen)
            FROM orders_orderline line WHERE line.order_id = kept.order_id
        )
        OR EXISTS (
            SELECT FROM referrals_signalpair p
            WHERE p.referrer_id = kept.referrer_id AND p.referee_id = kept.referee_id AND 'refuse' = (
                SELECT d.verdict FROM referrals_signaldecision d
                WHERE d.signal_id = p.signal_id ORDER BY d.number DESC LIMIT 1
            )
        )
    )
ORDER BY kept.id
