-- What each of some signals holds, order by order, whatever was decided: what referrals bring on it in all.
--
-- A row of the answer is a signal and an order: both ids, how the order stands, and the fen.
--
-- Parameter: signals, their ids.

SELECT p.signal_id, o.id, held.state, coalesce(sum(e.amount_fen), 0)::bigint
FROM referrals_signalpair p
JOIN orders_order o ON o.member_id = p.referee_id AND o.referrer_1_id = p.referrer_id
JOIN referrals_heldorder h ON h.order_id = o.id
JOIN referrals_standing held ON held.hold_id = h.id
LEFT JOIN referrals_commissionentry e ON e.group_id = o.group_id AND e.order_id = o.id AND e.rule = 'referral'
WHERE p.signal_id = ANY(%(signals)s)
GROUP BY p.signal_id, o.id, held.state
ORDER BY p.signal_id, o.id DESC
