-- Puts a shard back to be tried after 2, 10, 50, then 250 s, or gives it up with its job. One row: its state now. None
-- when the shard belongs to another claim by now.
WITH shard AS (
    UPDATE core_shard SET
        state = CASE WHEN attempts < attempts_allowed THEN 'queued' ELSE 'dead' END,
        not_before = statement_timestamp() + interval '2 s' * power(5, attempts - attempts_allowed + %(attempts)s - 1),
        error = %(error)s
    WHERE id = %(shard)s AND attempts = %(attempt)s AND state = 'running'
    RETURNING job_id, state
), job AS (
    UPDATE core_job SET state = 'dead' FROM shard WHERE core_job.id = shard.job_id AND shard.state = 'dead'
)
SELECT state FROM shard;
