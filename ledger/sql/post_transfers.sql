-- One row for each entry posted: its key and id.
-- An entry of two legs for every key, all in one statement: an entry comes with its legs or not at all.
WITH wanted AS (
    SELECT * FROM unnest(
        %(keys)s::text[], %(memo_codes)s::text[], %(memo_values)s::jsonb[],
        %(debits)s::bigint[], %(credits)s::bigint[], %(amounts)s::bigint[]
    ) AS w(key, memo_code, memo_values, debit_id, credit_id, amount_fen)
),
entry AS (
    INSERT INTO ledger_entry (period_id, booked_on, key, memo_code, memo_values, leg_count, made_by_id)
    SELECT %(period)s, %(booked_on)s, key, memo_code, memo_values, 2, %(by)s FROM wanted ORDER BY key
    RETURNING id, key
),
leg AS (
    INSERT INTO ledger_leg (entry_id, position, account_id, amount_fen)
    SELECT entry.id, side.position, side.account_id, side.amount_fen
    FROM entry
    JOIN wanted ON wanted.key = entry.key
    CROSS JOIN LATERAL (
        VALUES (1, wanted.debit_id, wanted.amount_fen), (2, wanted.credit_id, -wanted.amount_fen)
    ) AS side(position, account_id, amount_fen)
    ORDER BY entry.id, side.position
)
SELECT key, id FROM entry
