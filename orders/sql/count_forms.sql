-- One row for each source that sent a form: how many it has sent in this hour, this one included.
INSERT INTO orders_formcount AS c (source, hour, forms)
SELECT source, date_trunc('hour', %(now)s::timestamptz), 1 FROM unnest(%(sources)s::text[]) AS s(source) ORDER BY source
ON CONFLICT (source, hour) DO UPDATE SET forms = c.forms + 1
RETURNING c.source, c.forms
