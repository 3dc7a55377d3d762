-- One row for each statement approved: its id and what it is to pay, in fen. Frozen with the fingerprint of its lines.
-- Parameters: statements (ids, locked), by, at.
UPDATE referrals_statement s
SET state = 'approved', approved_by_id = %(by)s, approved_at = %(at)s, sha256 = lines.sha256
FROM (
    /* statement_hash.sql */
) lines
WHERE s.id = lines.id AND s.state = 'issued'
RETURNING s.id, s.payable_fen
