-- Holds what referrals bring on the orders of bindings that have a signal: those with entries, none of them stated.
--
-- A binding whose signals have all been decided, to be paid, holds no more orders. A row of the answer is an order.
--
-- Parameter: at.

WITH binding AS (
    SELECT DISTINCT p.referrer_id, p.referee_id
    FROM referrals_signalpair p
    LEFT JOIN LATERAL (
        SELECT d.verdict FROM referrals_signaldecision d WHERE d.signal_id = p.signal_id ORDER BY d.number DESC LIMIT 1
    ) last ON true
    WHERE last.verdict IS DISTINCT FROM 'pay'
)
INSERT INTO referrals_heldorder (order_id, held_at)
SELECT DISTINCT o.id, %(at)s::timestamptz
FROM binding
JOIN orders_order o ON o.member_id = binding.referee_id AND o.referrer_1_id = binding.referrer_id
JOIN referrals_commissionentry e ON e.group_id = o.group_id AND e.order_id = o.id AND e.rule = 'referral'
WHERE NOT EXISTS (SELECT FROM referrals_heldorder h WHERE h.order_id = o.id)
    AND NOT EXISTS (
        SELECT FROM referrals_commissionentry stated
        JOIN referrals_statementpart part ON part.run_id = stated.run_id AND part.earner_id = stated.beneficiary_id
        WHERE stated.group_id = o.group_id AND stated.order_id = o.id AND stated.rule = 'referral'
    )
ORDER BY o.id
RETURNING order_id
