-- Records a shard as done by the claim that holds its fencing token. One row: whether it was the job's last. None when
-- the shard belongs to another claim by now.
WITH shard AS (
    UPDATE core_shard SET state = 'done', error = ''
    WHERE id = %(shard)s AND attempts = %(attempt)s AND state = 'running'
    RETURNING job_id
)
UPDATE core_job SET shards_done = shards_done + 1 FROM shard WHERE core_job.id = shard.job_id
RETURNING shards_done = shards_total;
