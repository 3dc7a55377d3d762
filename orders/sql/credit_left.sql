-- One row for each member named: what is left of the credit given to them, in fen.
-- Credit is spent first. So what is left of it moves with rewards and charges, stays at nothing while there is none,
-- (the lowest point the running sum has been at below nothing is what the member's own money paid), and is never more
-- than has been given, nor than the balance holds.
WITH running AS (
    SELECT
        member_id,
        kind,
        amount_fen,
        sum(amount_fen) OVER (PARTITION BY member_id ORDER BY id) AS so_far
    FROM orders_balancemove
    WHERE member_id = ANY(%(members)s) AND kind IN ('reward', 'charge')
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
