-- One row for each member named: what is left of the credit given to them, in fen.
-- Credit is spent first. So what is left of it moves with rewards and charges, stays at nothing while there is none,
-- (the lowest point the running sum has been at below nothing is what the member's own money paid), and is never more
-- than has been given, nor than the balance holds.
-- What goes back to the balance undoes a charge as far as the balance paid that order; the rest came in money.
WITH moved AS (
    SELECT
        move.id,
        move.member_id,
        move.kind,
        move.amount_fen,
        sum(move.amount_fen) OVER (PARTITION BY move.member_id, move.kind, paid.order_id ORDER BY move.id) AS after_fen
    FROM orders_balancemove move
    LEFT JOIN orders_payment paid ON paid.id = move.payment_id
    WHERE move.member_id = ANY(%(members)s) AND move.kind IN ('reward', 'charge')
),
counted AS (
    SELECT
        id,
        member_id,
        kind,
        CASE kind
            WHEN 'reward' THEN amount_fen
            ELSE least(after_fen, 0) - least(after_fen - amount_fen, 0)
        END AS amount_fen
    FROM moved
),
running AS (
    SELECT member_id, kind, amount_fen, sum(amount_fen) OVER (PARTITION BY member_id ORDER BY id) AS so_far FROM counted
)
SELECT
    running.member_id,
    greatest(0, least(
        sum(running.amount_fen) - least(0, min(running.so_far)),
        sum(running.amount_fen) FILTER (WHERE running.kind = 'reward'),
        max(balance.amount_fen)
    )) AS left_fen
FROM running
JOIN orders_balance balance ON balance.member_id = running.member_id
GROUP BY running.member_id
