-- Writes down what about who brought whom is worth a look and is not written down yet: due − recorded.
--
-- One row: how many signals were added, about how many bindings. A binding is signalled once for each kind.
--
-- Parameters: today (Asia/Shanghai; it and what comes after are left out, so that a day is whole when it is looked at),
-- at (the moment to write down), and the thresholds of referrals/rules/signals.py.
-- A row of `due` is one binding: the kind, who brought whom, `one`: what is one signal together, and its figures.

WITH bound AS MATERIALIZED (
    SELECT referrer_id, referee_id, bound_on
    FROM referrals_referral
    WHERE bound_on >= %(today)s::date - %(window_days)s::int AND bound_on < %(today)s
),
-- Money for several people goes to one bank account: the one who brought them and one of them, or two of them.
one_account AS (
    SELECT r.referrer_id, r.referee_id, payee.number
    FROM referrals_referral r
    JOIN referrals_payeeaccount payee ON payee.earner_id = r.referee_id
    WHERE EXISTS (
        SELECT FROM referrals_payeeaccount other
        LEFT JOIN referrals_referral beside ON beside.referee_id = other.earner_id
        WHERE other.number = payee.number AND other.earner_id <> r.referee_id
            AND (other.earner_id = r.referrer_id OR beside.referrer_id = r.referrer_id)
    )
),
-- One person brought very many in one day.
many_in_a_day AS (
    SELECT referrer_id, bound_on, count(*)::int AS number
    FROM bound
    GROUP BY referrer_id, bound_on
    HAVING count(*) >= %(joins_a_day)s
),
-- One person brought more people to one door than live there, within days. A door alone, or a building, is nothing.
at_the_door AS (
    SELECT referrer_id, referee_id, group_id, door, max(ahead) OVER (
        PARTITION BY referrer_id, group_id, door ORDER BY bound_on
        RANGE BETWEEN (%(door_days)s - 1) * interval '1 day' PRECEDING AND CURRENT ROW
    ) AS number
    FROM (
        SELECT bound.*, m.group_id, m.door, count(*) OVER (
            PARTITION BY bound.referrer_id, m.group_id, m.door ORDER BY bound.bound_on
            RANGE BETWEEN CURRENT ROW AND (%(door_days)s - 1) * interval '1 day' FOLLOWING
        )::int AS ahead
        FROM bound
        JOIN (SELECT DISTINCT member_id, group_id, door FROM community_membership WHERE door <> '') m
            ON m.member_id = bound.referee_id
    ) counted
),
-- On what was bought by whom somebody earns, own orders left out; `brought` if it was for having brought the buyer.
sale AS MATERIALIZED (
    SELECT o.id, o.member_id, o.leader_id, o.referrer_1_id, sum(f.amount_fen)::bigint AS fen
    FROM orders_salefact f
    JOIN orders_order o ON o.id = f.order_id
    WHERE f.business_date >= %(today)s::date - %(window_days)s::int AND f.business_date < %(today)s
        AND f.kind IN ('delivered', 'refunded')
    GROUP BY o.id
    HAVING sum(f.amount_fen) > 0
),
earns_on AS (
    SELECT earner_id, buyer_id, count(DISTINCT id)::int AS orders, sum(fen) AS fen, bool_or(brought) AS brought
    FROM (
        SELECT referrer_1_id AS earner_id, member_id AS buyer_id, id, fen, true AS brought FROM sale
        UNION ALL
        SELECT leader_id, member_id, id, fen, false FROM sale WHERE leader_id IS DISTINCT FROM referrer_1_id
    ) edges
    WHERE earner_id IS NOT NULL AND earner_id <> buyer_id
    GROUP BY earner_id, buyer_id
),
-- Whom somebody mainly earns on: of more than half there is one at most, so whoever follows goes one way.
mainly AS MATERIALIZED (
    SELECT earner_id, buyer_id, brought
    FROM (SELECT *, sum(fen) OVER (PARTITION BY earner_id) AS whole_fen FROM earns_on) shares
    WHERE orders >= %(ring_orders)s AND fen * 1000000 > whole_fen * %(ring_share_ppm)s
),
ring AS (
    WITH RECURSIVE way AS (
        SELECT earner_id AS first_id, buyer_id AS last_id, ARRAY[earner_id] AS people FROM mainly
        UNION ALL
        SELECT way.first_id, mainly.buyer_id, way.people || mainly.earner_id
        FROM way
        JOIN mainly ON mainly.earner_id = way.last_id
        WHERE way.last_id <> ALL(way.people) AND cardinality(way.people) < %(ring_people)s
    )
    -- A ring is found from each of its people; the one with the lowest number tells it.
    SELECT people FROM way
    WHERE last_id = first_id AND first_id = (SELECT min(one) FROM unnest(people) AS one)
),
-- Commission that was paid out for having brought a buyer, and taken back since because the orders were paid back.
taken_back AS (
    SELECT o.referrer_1_id AS referrer_id, o.member_id AS referee_id,
        count(DISTINCT o.id)::int AS orders, -sum(back.amount_fen)::bigint AS fen
    FROM referrals_commissionentry back
    JOIN referrals_run run ON run.id = back.run_id
        AND run.ran_at >= %(today)s::date - %(window_days)s::int AND run.ran_at < %(at)s
    JOIN orders_order o ON o.id = back.order_id AND o.referrer_1_id = back.beneficiary_id
    WHERE back.rule = 'referral' AND back.kind = 'reversed' AND EXISTS (
        SELECT FROM referrals_statedentry paid
        JOIN referrals_transfer t ON t.statement_id = paid.statement_id AND t.state = 'paid'
        WHERE paid.group_id = back.group_id AND paid.order_id = back.order_id AND paid.earner_id = back.beneficiary_id
            AND paid.rule = 'referral' AND paid.amount_fen > 0 AND t.settled_at < run.ran_at
    )
    GROUP BY o.referrer_1_id, o.member_id
    HAVING count(DISTINCT o.id) >= %(refund_orders)s
),
paid_for AS (
    SELECT taken_back.referrer_id, taken_back.referee_id, taken_back.orders, taken_back.fen AS back_fen,
        sum(paid.amount_fen) FILTER (WHERE paid.amount_fen > 0)::bigint AS fen
    FROM taken_back
    JOIN orders_order o ON o.referrer_1_id = taken_back.referrer_id AND o.member_id = taken_back.referee_id
    JOIN referrals_statedentry paid
        ON paid.group_id = o.group_id AND paid.order_id = o.id AND paid.rule = 'referral'
        AND paid.earner_id = taken_back.referrer_id
    JOIN referrals_transfer t ON t.statement_id = paid.statement_id AND t.state = 'paid'
    GROUP BY taken_back.referrer_id, taken_back.referee_id, taken_back.orders, taken_back.fen
),
due AS (
    SELECT 'account' AS kind, referrer_id, referee_id, concat(referrer_id, ' ', number) AS one, '{}'::jsonb AS figures
    FROM one_account
    UNION ALL
    SELECT 'velocity', bound.referrer_id, bound.referee_id, concat(bound.referrer_id, ' ', bound.bound_on),
        jsonb_build_object('number', many.number, 'day', bound.bound_on)
    FROM bound
    JOIN many_in_a_day many ON many.referrer_id = bound.referrer_id AND many.bound_on = bound.bound_on
    UNION ALL
    SELECT 'door', referrer_id, referee_id, concat(referrer_id, ' ', group_id, ' ', door),
        jsonb_build_object('number', max(number), 'days', %(door_days)s)
    FROM at_the_door
    WHERE number >= %(people_at_a_door)s
    GROUP BY referrer_id, referee_id, group_id, door
    UNION ALL
    SELECT 'ring', mainly.earner_id, mainly.buyer_id, array_to_string(ring.people, ' '),
        jsonb_build_object('number', cardinality(ring.people), 'members', to_jsonb(ring.people),
            'days', %(window_days)s)
    FROM ring
    JOIN mainly ON mainly.earner_id = ANY(ring.people)
    WHERE mainly.brought
    UNION ALL
    SELECT 'refund', referrer_id, referee_id, concat(referrer_id, ' ', referee_id),
        jsonb_build_object('orders', orders, 'paid_fen', fen, 'back_fen', back_fen)
    FROM paid_for
    WHERE back_fen * 1000000 >= fen * %(refund_share_ppm)s
),
new AS MATERIALIZED (
    SELECT DISTINCT ON (due.kind, due.referrer_id, due.referee_id) due.*
    FROM due
    WHERE NOT EXISTS (
        SELECT FROM referrals_signalpair recorded
        WHERE recorded.referrer_id = due.referrer_id AND recorded.referee_id = due.referee_id
            AND recorded.kind = due.kind
    )
    ORDER BY due.kind, due.referrer_id, due.referee_id, due.one
),
numbered AS MATERIALIZED (
    SELECT kind, one, figures, nextval(pg_get_serial_sequence('referrals_signal', 'id')) AS id
    FROM (
        SELECT kind, one, (array_agg(figures ORDER BY referee_id))[1] AS figures
        FROM new GROUP BY kind, one ORDER BY kind, one
    ) signals
),
signal AS (
    INSERT INTO referrals_signal (id, kind, figures, found_at)
    SELECT id, kind, figures, %(at)s FROM numbered
    RETURNING id
),
pair AS (
    INSERT INTO referrals_signalpair (signal_id, kind, referrer_id, referee_id)
    SELECT numbered.id, new.kind, new.referrer_id, new.referee_id
    FROM new JOIN numbered ON numbered.kind = new.kind AND numbered.one = new.one
    RETURNING id
)
SELECT (SELECT count(*) FROM signal)::int, (SELECT count(*) FROM pair)::int
