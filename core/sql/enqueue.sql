-- Remembers a job and its shards. One row when the key is new, none when it was known.
-- NOTIFY reaches the relay at the commit, or never.
WITH job AS (
    INSERT INTO core_job (key, kind, arguments, shards_total, created_by_id)
    VALUES (%(key)s, %(kind)s, %(arguments)s, %(shards_total)s, %(by)s)
    ON CONFLICT (key) DO NOTHING
    RETURNING id
), shards AS (
    INSERT INTO core_shard (job_id, number, arguments)
    SELECT job.id, shard.number, shard.arguments
    FROM job, jsonb_array_elements(%(shards)s) WITH ORDINALITY AS shard (arguments, number)
)
SELECT pg_notify('linli_jobs', '') FROM job;
