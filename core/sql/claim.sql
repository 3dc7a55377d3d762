-- Takes the shard that has waited longest. One row: the shard as claimed, or as given up when its attempts are used up.
-- A running shard is free for the taking when nobody holds its row: whoever works on it does, until the end or death.
-- The grace covers the moment between this claim's commit and that lock.
WITH shard AS (
    UPDATE core_shard SET
        state = CASE WHEN attempts < attempts_allowed THEN 'running' ELSE 'dead' END,
        attempts = CASE WHEN attempts < attempts_allowed THEN attempts + 1 ELSE attempts END,
        error = CASE WHEN attempts < attempts_allowed THEN error ELSE %(killed)s END,
        claimed_at = statement_timestamp()
    WHERE id = (
        SELECT id FROM core_shard
        WHERE state IN ('queued', 'running') AND not_before <= statement_timestamp()
            AND (state = 'queued' OR claimed_at <= statement_timestamp() - make_interval(secs => %(grace_seconds)s))
        ORDER BY not_before, id
        FOR NO KEY UPDATE SKIP LOCKED
        LIMIT 1
    )
    RETURNING *
), job AS (
    UPDATE core_job SET state = shard.state FROM shard
    WHERE core_job.id = shard.job_id AND (core_job.state = 'queued' OR shard.state = 'dead')
)
SELECT shard.id, shard.state, shard.job_id, core_job.kind, shard.number, core_job.arguments, shard.arguments,
    shard.attempts, core_job.created_by_id, statement_timestamp()
FROM shard JOIN core_job ON core_job.id = shard.job_id;
