-- One row for each line that changed: order, line, offer, what it asks for now. No row at all: nothing was taken.
-- The offers give what is asked for or the statement places nothing (the caller rolls back on a partial answer).
WITH wanted AS (
    SELECT * FROM jsonb_to_recordset(%(orders)s::jsonb) AS w(
        member_id bigint, door text, note text, referrer_1 bigint, referrer_2 bigint, link_code text, link_basis text,
        seed bigint
    )
),
wanted_line AS (
    SELECT * FROM jsonb_to_recordset(%(lines)s::jsonb) AS l(member_id bigint, offer_id bigint, quantity numeric)
),
asked AS (
    SELECT offer_id, sum(quantity) AS quantity FROM wanted_line GROUP BY offer_id
),
campaign AS (
    -- A cut-off waits for this statement or this statement sees the cut-off.
    SELECT c.id FROM orders_campaign c
    WHERE c.id = %(campaign)s AND (%(late)s OR (c.state = 'open' AND c.opens_at <= %(now)s AND c.cuts_off_at > %(now)s))
    FOR SHARE
),
held AS (
    SELECT o.id FROM orders_offer o
    WHERE o.campaign_id = (SELECT id FROM campaign) AND o.id IN (SELECT offer_id FROM asked) AND o.called_off_at IS NULL
    ORDER BY o.id
    FOR UPDATE
),
taken AS (
    UPDATE orders_offer o SET taken = o.taken + asked.quantity
    FROM held JOIN asked ON asked.offer_id = held.id
    WHERE o.id = held.id AND (o.stock IS NULL OR asked.quantity <= 0 OR o.taken + asked.quantity <= o.stock)
    RETURNING o.id, o.price_fen, o.limit_each
),
share_taken AS (
    -- The offers above are locked, so their groups' shares are.
    UPDATE orders_groupstock s SET taken = s.taken + asked.quantity
    FROM taken JOIN asked ON asked.offer_id = taken.id
    WHERE s.offer_id = taken.id AND s.group_id = %(group)s AND (asked.quantity <= 0 OR s.taken + asked.quantity <= s.stock)
    RETURNING s.id
),
placed AS (
    INSERT INTO orders_order AS o (
        campaign_id, group_id, member_id, door, note, state, source, placed_at, order_day, placed_by_id,
        leader_id, referrer_1_id, referrer_2_id, is_first, link_code, link_basis, seed_id
    )
    SELECT %(campaign)s, %(group)s, w.member_id, coalesce(nullif(w.door, ''), home.door, ''), w.note, 'placed', %(source)s, %(now)s, %(day)s, %(by)s,
        (SELECT a.leader_id FROM community_leaderassignment a WHERE a.group_id = %(group)s AND a.span @> %(day)s::date),
        w.referrer_1, w.referrer_2,
        NOT EXISTS (SELECT 1 FROM orders_order x WHERE x.member_id = w.member_id AND x.state <> 'cancelled'),
        w.link_code, w.link_basis, w.seed
    FROM wanted w
    LEFT JOIN community_membership home
        ON home.group_id = %(group)s AND home.member_id = w.member_id AND home.left_on IS NULL
    WHERE (SELECT count(*) FROM taken) = (SELECT count(*) FROM asked)
        AND (SELECT count(*) FROM share_taken) = (
            SELECT count(*) FROM orders_groupstock s JOIN asked USING (offer_id) WHERE s.group_id = %(group)s
        )
    ORDER BY w.member_id
    ON CONFLICT (campaign_id, group_id, member_id) DO UPDATE SET
        door = coalesce((SELECT nullif(w.door, '') FROM wanted w WHERE w.member_id = excluded.member_id), o.door),
        note = CASE
            WHEN excluded.note = '' OR strpos(o.note, excluded.note) > 0 THEN o.note
            ELSE left(concat_ws('; ', nullif(o.note, ''), excluded.note), 300)
        END
    RETURNING o.id, o.member_id, o.order_day
),
moved AS (
    UPDATE orders_orderline l SET
        quantity = l.quantity + w.quantity,
        amount_fen = round((l.quantity + w.quantity) * l.price_fen)
    FROM placed JOIN wanted_line w USING (member_id)
    WHERE l.order_id = placed.id AND l.offer_id = w.offer_id
    RETURNING l.id, l.order_id, l.offer_id, l.quantity, l.amount_fen, l.price_fen
),
added AS (
    -- On conflict: the same member's other order committed a moment ago.
    INSERT INTO orders_orderline AS l (order_id, offer_id, price_fen, limit_each, quantity, amount_fen)
    SELECT placed.id, w.offer_id, taken.price_fen, taken.limit_each, w.quantity, round(w.quantity * taken.price_fen)
    FROM wanted_line w JOIN placed USING (member_id) JOIN taken ON taken.id = w.offer_id
    WHERE NOT EXISTS (SELECT 1 FROM orders_orderline x WHERE x.order_id = placed.id AND x.offer_id = w.offer_id)
    ORDER BY placed.id, w.offer_id
    ON CONFLICT (order_id, offer_id) DO UPDATE SET
        quantity = l.quantity + excluded.quantity,
        amount_fen = round((l.quantity + excluded.quantity) * l.price_fen)
    RETURNING l.id, l.order_id, l.offer_id, l.quantity, l.amount_fen, l.price_fen
),
line AS (
    SELECT * FROM moved UNION ALL SELECT * FROM added
),
fact AS (
    -- A line's amount follows from its quantity, so the difference follows from the quantity's difference.
    INSERT INTO orders_salefact (
        line_id, order_id, campaign_id, group_id, member_id, kind, quantity, amount_fen,
        order_day, business_date, at, by_id, paste_id, reason
    )
    SELECT line.id, line.order_id, %(campaign)s, %(group)s, placed.member_id,
        CASE
            WHEN line.quantity = 0 THEN 'cancelled'
            WHEN line.quantity = w.quantity THEN 'placed'
            ELSE 'changed'
        END,
        w.quantity, line.amount_fen - round((line.quantity - w.quantity) * line.price_fen),
        placed.order_day, %(day)s, %(now)s, %(by)s, %(paste)s, %(reason)s
    FROM line
    JOIN placed ON placed.id = line.order_id
    JOIN wanted_line w ON w.member_id = placed.member_id AND w.offer_id = line.offer_id
    ORDER BY line.id
    RETURNING line_id
)
SELECT line.order_id, placed.member_id, line.id AS line_id, line.offer_id, line.quantity, line.amount_fen
FROM line JOIN placed ON placed.id = line.order_id
ORDER BY line.order_id, line.id
