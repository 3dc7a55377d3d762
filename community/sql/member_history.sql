-- A row of the answer: one change of something of a member's, newest first: what it was (null when it is new), what it
-- became, when, and the name of who made it (null for the clock and for what nobody signed).
WITH change AS (
    SELECT 'member' AS kind, pgh_created_at, pgh_id, pgh_context_id, NULL::bigint AS group_id, to_jsonb(e) AS after,
        lag(to_jsonb(e)) OVER (ORDER BY pgh_id) AS before
    FROM community_memberevent e WHERE pgh_obj_id = %(member)s
    UNION ALL
    SELECT 'membership', pgh_created_at, pgh_id, pgh_context_id, group_id, to_jsonb(e),
        lag(to_jsonb(e)) OVER (PARTITION BY pgh_obj_id ORDER BY pgh_id)
    FROM community_membershipevent e WHERE member_id = %(member)s
    UNION ALL
    SELECT 'assignment', pgh_created_at, pgh_id, pgh_context_id, group_id, to_jsonb(e),
        lag(to_jsonb(e)) OVER (PARTITION BY pgh_obj_id ORDER BY pgh_id)
    FROM community_leaderassignmentevent e WHERE leader_id = %(member)s
    UNION ALL
    SELECT 'seed', pgh_created_at, pgh_id, pgh_context_id, NULL, to_jsonb(e),
        lag(to_jsonb(e)) OVER (PARTITION BY pgh_obj_id ORDER BY pgh_id)
    FROM community_seedprofileevent e WHERE member_id = %(member)s
)
SELECT change.kind, change.pgh_created_at, coalesce(g.name, ''), coalesce(u.name, ''), change.before, change.after
FROM change
LEFT JOIN pghistory_context c ON c.id = change.pgh_context_id
LEFT JOIN core_user u ON u.id = (c.metadata ->> 'user')::bigint
LEFT JOIN community_group g ON g.id = change.group_id
WHERE change.kind = ANY(%(kinds)s)
ORDER BY change.pgh_created_at DESC, change.kind DESC, change.pgh_id DESC
LIMIT %(most)s
