-- One row: how many requests of this person have been counted, this one included, and the seconds until a new count.
INSERT INTO core_requestcount AS c (user_id, since, requests) VALUES (%(user)s, statement_timestamp(), 1)
ON CONFLICT (user_id) DO UPDATE SET
    since = CASE WHEN excluded.since - c.since < make_interval(secs => %(span)s) THEN c.since ELSE excluded.since END,
    requests = CASE WHEN excluded.since - c.since < make_interval(secs => %(span)s) THEN c.requests + 1 ELSE 1 END
RETURNING
    c.requests, ceil(extract(epoch FROM c.since + make_interval(secs => %(span)s) - statement_timestamp()))::integer;
