-- One row for each of the referrers who brought somebody in a fission campaign, the early ones first: member id, name,
-- place (NULL: nobody they brought has been rewarded), what they get more for it, how many joined, how many are rewarded,
-- and what they get in fen: held back, available, taken back or run out, lost after use.
WITH brought AS (
    SELECT referral.referrer_id, count(*) AS joined
    FROM referrals_referral referral
    JOIN referrals_fissioncampaign campaign ON campaign.id = %(campaign)s AND campaign.span @> referral.bound_on
    WHERE NOT EXISTS (SELECT FROM referrals_fissiongroup WHERE campaign_id = %(campaign)s) OR EXISTS (
        SELECT FROM community_membership inside JOIN referrals_fissiongroup chosen USING (group_id)
        WHERE chosen.campaign_id = %(campaign)s AND inside.member_id = referral.referee_id
    )
    GROUP BY referral.referrer_id
),
rewarded AS (
    SELECT
        kept.referrer_id,
        count(*) FILTER (WHERE kept.lost_at IS NULL) AS rewarded,
        coalesce(sum(reward.amount_fen) FILTER (WHERE reward.state = 'pending'), 0)::bigint AS pending_fen,
        coalesce(sum(reward.amount_fen) FILTER (WHERE reward.state = 'available'), 0)::bigint AS available_fen,
        sum(reward.taken_back_fen)::bigint AS back_fen,
        sum(reward.lost_fen)::bigint AS lost_fen
    FROM referrals_qualification kept
    JOIN referrals_reward reward ON reward.qualification_id = kept.id AND reward.side = 'referrer'
    WHERE kept.campaign_id = %(campaign)s
    GROUP BY kept.referrer_id
)
SELECT
    member.id,
    member.name,
    spreader.place,
    coalesce((
        SELECT tier.extra_fen FROM referrals_earlytier tier
        WHERE tier.campaign_id = %(campaign)s AND tier.upto >= spreader.place ORDER BY tier.upto LIMIT 1
    ), 0) AS extra_fen,
    coalesce(brought.joined, 0) AS joined,
    coalesce(rewarded.rewarded, 0) AS rewarded,
    coalesce(rewarded.pending_fen, 0) AS pending_fen,
    coalesce(rewarded.available_fen, 0) AS available_fen,
    coalesce(rewarded.back_fen, 0) AS back_fen,
    coalesce(rewarded.lost_fen, 0) AS lost_fen
FROM brought
FULL JOIN rewarded ON rewarded.referrer_id = brought.referrer_id
JOIN community_member member ON member.id = coalesce(brought.referrer_id, rewarded.referrer_id)
LEFT JOIN referrals_spreader spreader ON spreader.campaign_id = %(campaign)s AND spreader.member_id = member.id
ORDER BY spreader.place NULLS LAST, brought.joined DESC NULLS LAST, member.id
LIMIT %(most)s
