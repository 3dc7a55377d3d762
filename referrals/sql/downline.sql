-- Everybody a member brought, whom those brought, and so on: how many on each level, and the first of them.
--
-- A row of the answer is one of them: the steps below the member, the id of the binding, and how many there are in all.
--
-- Parameters: member; known, the ids of the members whoever asks may know of (NULL: everybody); most, how many rows.

WITH RECURSIVE down AS (
    SELECT 1 AS level, id, referee_id FROM referrals_referral WHERE referrer_id = %(member)s
    UNION ALL
    SELECT down.level + 1, below.id, below.referee_id
    FROM down JOIN referrals_referral below ON below.referrer_id = down.referee_id
)
SELECT level, id, count(*) OVER ()
FROM down
WHERE %(known)s::bigint[] IS NULL OR referee_id = ANY(%(known)s::bigint[])
ORDER BY level, referee_id
LIMIT %(most)s
