-- One row: the id of the entry posted. Entry and legs come in one statement, or the triggers refuse them.
WITH entry AS (
    INSERT INTO ledger_entry (period_id, booked_on, key, memo_code, memo_values, leg_count, made_by_id)
    VALUES (%(period)s, %(booked_on)s, %(key)s, %(memo_code)s, %(memo_values)s, cardinality(%(accounts)s::bigint[]), %(by)s)
    RETURNING id
), legs AS (
    INSERT INTO ledger_leg (entry_id, position, account_id, amount_fen)
    SELECT entry.id, leg.position, leg.account_id, leg.amount_fen
    FROM entry, unnest(%(accounts)s::bigint[], %(amounts)s::bigint[])
        WITH ORDINALITY AS leg (account_id, amount_fen, position)
)
SELECT id FROM entry;
