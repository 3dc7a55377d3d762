-- What approved runs added by referrals and no statement has because it is held or refused, order by order.
--
-- A row of the answer is an order and an earner: the order, its campaign, the earner, 'waits' or 'refuse', the fen, and
-- the reason of the last refusal (empty while it waits).
--
-- Parameters: earner (a member's id; NULL: everybody), period (of the entries; NULL: all).

SELECT o.id, o.campaign_id, e.beneficiary_id, held.state, sum(e.amount_fen)::bigint, coalesce(min(why.reason), '')
FROM referrals_standing held
JOIN referrals_heldorder h ON h.id = held.hold_id
JOIN orders_order o ON o.id = h.order_id
JOIN referrals_commissionentry e ON e.group_id = o.group_id AND e.order_id = o.id AND e.rule = 'referral'
JOIN referrals_run run ON run.id = e.run_id AND run.state = 'approved'
LEFT JOIN referrals_statementpart part
    ON part.run_id = e.run_id AND part.earner_id = e.beneficiary_id AND part.hold_id = h.id
LEFT JOIN LATERAL (
    SELECT last.reason
    FROM referrals_signalpair p
    CROSS JOIN LATERAL (
        SELECT d.verdict, d.reason, d.at FROM referrals_signaldecision d
        WHERE d.signal_id = p.signal_id ORDER BY d.number DESC LIMIT 1
    ) last
    WHERE p.referrer_id = o.referrer_1_id AND p.referee_id = o.member_id AND last.verdict = 'refuse'
    ORDER BY last.at DESC LIMIT 1
) why ON true
WHERE held.state <> 'pay' AND part.id IS NULL
    AND (%(earner)s::bigint IS NULL OR e.beneficiary_id = %(earner)s)
    AND (%(period)s::bigint IS NULL OR e.period_id = %(period)s)
GROUP BY o.id, o.campaign_id, e.beneficiary_id, held.state
ORDER BY o.id DESC, e.beneficiary_id
