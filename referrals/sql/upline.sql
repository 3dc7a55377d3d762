-- Who brought a member, who brought that one, and so on, the nearest first.
--
-- A row of the answer is one of them: how many steps above the member, and the member's id.
--
-- Parameter: member.

WITH RECURSIVE up AS (
    SELECT 1 AS level, referrer_id FROM referrals_referral WHERE referee_id = %(member)s
    UNION ALL
    SELECT up.level + 1, above.referrer_id
    FROM up JOIN referrals_referral above ON above.referee_id = up.referrer_id
)
SELECT level, referrer_id FROM up ORDER BY level
