-- One row for each rewarded qualification of the campaign whose order comes to less than the threshold by now: its id.
SELECT kept.id
FROM referrals_qualification kept
JOIN referrals_fissioncampaign campaign ON campaign.id = kept.campaign_id
WHERE kept.campaign_id = %(campaign)s AND kept.lost_at IS NULL AND kept.outcome = 'granted'
    AND campaign.threshold_fen > (
        SELECT sum(line.delivered_fen - line.refunded_fen)
        FROM orders_orderline line WHERE line.order_id = kept.order_id
    )
ORDER BY kept.id
