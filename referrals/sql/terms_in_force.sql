-- One value: a hash over everything beside the facts that decides what is due. It changes with a version that is
-- published or followed, with who opened a group and when, and with who leads beside a leader.
SELECT encode(sha256(concat_ws(
    '|',
    (SELECT string_agg(concat_ws(' ', id, plan_id, span), ',' ORDER BY id)
     FROM referrals_planversion WHERE state = 'published'),
    (SELECT string_agg(concat_ws(' ', id, opened_by_id, opened_on), ',' ORDER BY id)
     FROM community_group WHERE opened_by_id IS NOT NULL),
    (SELECT string_agg(concat_ws(' ', group_id, member_id, share_ppm, span), ',' ORDER BY id) FROM community_coleader)
)::bytea), 'hex')
