-- How many shards a worker could claim now, counted up to the limit. KEY SHARE passes over what is being worked on (held
-- FOR UPDATE) and stands in no claim's way (NO KEY UPDATE).
SELECT count(*) FROM (
    SELECT FROM core_shard
    WHERE state IN ('queued', 'running') AND not_before <= statement_timestamp()
        AND (state = 'queued' OR claimed_at <= statement_timestamp() - make_interval(secs => %(grace_seconds)s))
    ORDER BY not_before, id
    FOR KEY SHARE SKIP LOCKED
    LIMIT %(limit)s
) AS shard;
