-- What each earner has earned by each rule on sales whose clock day lies within some days. Writes nothing.
--
-- Parameters: days, those days; those of commission_claims.sql.

/* commission_claims.sql */
SELECT beneficiary_id, sum(due_fen)::bigint
FROM due
WHERE %(days)s::datemultirange @> clock_day
GROUP BY beneficiary_id
HAVING sum(due_fen) <> 0
