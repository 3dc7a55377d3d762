-- The big data set, made of a seed: %(groups)s groups of %(each)s members, 200 products, two campaigns a week for 26
-- weeks in every group. No answer. Ids run in the order things happened, as they would have.
-- Who came early orders most; half were brought by one who came before: by an early one, or
-- by the last who came, which makes the chains long.
SELECT setseed(0.20261121);
SET LOCAL max_parallel_workers_per_gather = 0;  -- one process draws the numbers in one order

INSERT INTO community_neighbourhood (id, name, pinyin, district, households, demo)
SELECT n, '小区' || n, 'xiaoqu ' || n, '第' || n %% 20 || '片区', 800, false FROM generate_series(1, %(groups)s) n;

INSERT INTO community_group (id, name, pinyin, neighbourhood_id, capacity, purpose, opened_on)
SELECT n, '小区' || n || '一群', 'xiaoqu ' || n || ' yiqun', n, 500, '', %(first)s FROM generate_series(1, %(groups)s) n;

INSERT INTO community_member (id, name, pinyin, channel, joined_on, phone)
SELECT n, surname || given, spoken || ' ' || said, 'chain', %(first)s, '138' || lpad(n::text, 8, '0')
FROM generate_series(1, %(groups)s * %(each)s) n
CROSS JOIN LATERAL (
    SELECT (ARRAY['王', '李', '张', '刘', '陈', '杨', '赵', '黄'])[1 + n %% 8] AS surname,
        (ARRAY['wang', 'li', 'zhang', 'liu', 'chen', 'yang', 'zhao', 'huang'])[1 + n %% 8] AS spoken,
        (ARRAY['芳', '敏', '静', '丽', '伟', '强', '磊'])[1 + n / 8 %% 7] AS given,
        (ARRAY['fang', 'min', 'jing', 'li', 'wei', 'qiang', 'lei'])[1 + n / 8 %% 7] AS said
) named;

INSERT INTO community_membership (group_id, member_id, door, joined_on)
SELECT 1 + (n - 1) / %(each)s, n, 1 + n %% 20 || '-' || 101 + n / 20 %% 18 * 100 + n / 360 %% 4, %(first)s
FROM generate_series(1, %(groups)s * %(each)s) n;

INSERT INTO community_leaderassignment (group_id, leader_id, span)
SELECT n, 1 + (n - 1) * %(each)s, daterange(%(first)s, NULL) FROM generate_series(1, %(groups)s) n;

INSERT INTO referrals_referral (referrer_id, referee_id, bound_on, reason)
SELECT n - place + 1 + CASE WHEN random() < 0.3 THEN floor((place - 1) * random() ^ 2) ELSE place - 2 END::bigint, n,
    %(first)s, ''
FROM generate_series(1, %(groups)s * %(each)s) n CROSS JOIN LATERAL (SELECT 1 + (n - 1) %% %(each)s AS place) joined
WHERE place > 1 AND random() < 0.5;

INSERT INTO orders_product (id, name, pinyin, unit, spec, aliases, code, counted, cost_fen, price_fen, active, demo)
SELECT n, '商品' || n, 'shangpin ' || n, '份', '', '{}', '', true, 500 + n * 13, 800 + n * 20, true, false
FROM generate_series(1, 200) n;

INSERT INTO orders_campaign (
    id, title, pinyin, code, state, opens_at, cuts_off_at, delivers_on, plus_one, default_quantity, demo
)
SELECT n, '第' || n || '团', 'di ' || n || ' tuan', 'bench' || n, CASE n WHEN 52 THEN 'open' ELSE 'closed' END,
    cut_off - interval '28 hours', cut_off, (cut_off AT TIME ZONE 'Asia/Shanghai')::date + 1, 'add', true, false
FROM generate_series(1, 52) n
CROSS JOIN LATERAL (
    SELECT (%(first)s + (n - 1) / 2 * 7 + (n - 1) %% 2 * 3 + time '20:00') AT TIME ZONE 'Asia/Shanghai' AS cut_off
) clock;

INSERT INTO orders_campaign_groups (campaign_id, group_id)
SELECT c, g FROM generate_series(1, 52) c, generate_series(1, %(groups)s) g;

INSERT INTO orders_offer (id, campaign_id, product_id, position, name, unit, counted, price_fen, cost_fen)
SELECT (c - 1) * 12 + n, c, p.id, n - 1, p.name, p.unit, p.counted, p.price_fen, p.cost_fen
FROM generate_series(1, 52) c, generate_series(1, 12) n
JOIN LATERAL (SELECT 1 + (c * 31 + n * 7) %% 200 AS id) chosen ON true JOIN orders_product p USING (id);

INSERT INTO orders_order (
    id, campaign_id, group_id, member_id, door, state, source, placed_at, order_day, leader_id, referrer_1_id, is_first
)
SELECT row_number() OVER (ORDER BY placed_at, s.member_id), s.campaign_id, s.group_id, s.member_id, s.door,
    CASE s.campaign_id WHEN 52 THEN 'placed' ELSE 'delivered' END, 'chain', placed_at,
    (placed_at AT TIME ZONE 'Asia/Shanghai')::date, 1 + (s.group_id - 1) * %(each)s, r.referrer_id,
    row_number() OVER (PARTITION BY s.member_id ORDER BY placed_at) = 1
FROM (
    SELECT c.id AS campaign_id, m.group_id, m.member_id, m.door, c.opens_at + random() * interval '28 hours' AS placed_at
    FROM orders_campaign c CROSS JOIN community_membership m
    WHERE random() < 0.0965 * (1 - (m.member_id - 1) %% %(each)s / %(each)s::float)
) s
LEFT JOIN referrals_referral r ON r.referee_id = s.member_id;

INSERT INTO orders_orderline (
    id, order_id, offer_id, price_fen, quantity, amount_fen, short_quantity, short_fen,
    delivered_quantity, delivered_fen, refunded_quantity, refunded_fen
)
SELECT row_number() OVER (ORDER BY order_id, offer_id), order_id, offer_id, price_fen, quantity, quantity * price_fen,
    short, short * price_fen, brought, brought * price_fen, refunded, refunded * price_fen
FROM (
    SELECT l.*, CASE WHEN brought > 0 AND random() < 0.03 THEN 1 ELSE 0 END AS refunded
    FROM (
        SELECT o.id AS order_id, f.id AS offer_id, f.price_fen, drawn.quantity,
            CASE WHEN over AND drawn.chance < 0.02 THEN drawn.quantity ELSE 0 END AS short,
            CASE WHEN over AND drawn.chance >= 0.02 THEN drawn.quantity ELSE 0 END AS brought
        FROM orders_order o
        CROSS JOIN LATERAL (SELECT o.campaign_id < 52 AS over) past
        CROSS JOIN LATERAL generate_series(0, (floor(random() * 4) + 0 * o.id)::int) k
        CROSS JOIN LATERAL (SELECT 1 + floor(random() * 3 + 0 * k)::int AS quantity, random() + 0 * k AS chance) drawn
        JOIN orders_offer f ON f.id = (o.campaign_id - 1) * 12 + 1 + (o.id + k * 5) %% 12
    ) l
) line;

INSERT INTO orders_salefact (
    line_id, order_id, campaign_id, group_id, member_id, kind, quantity, amount_fen, order_day, business_date, at,
    leader_id
)
SELECT l.id, o.id, o.campaign_id, o.group_id, o.member_id, happened.kind, happened.quantity,
    happened.quantity * l.price_fen, o.order_day, (happened.at AT TIME ZONE 'Asia/Shanghai')::date, happened.at,
    CASE happened.kind WHEN 'delivered' THEN o.leader_id END
FROM orders_orderline l JOIN orders_order o ON o.id = l.order_id JOIN orders_campaign c ON c.id = o.campaign_id
CROSS JOIN LATERAL (
    VALUES ('placed', l.quantity, o.placed_at), ('short', -l.short_quantity, c.cuts_off_at + interval '15 hours'),
        ('delivered', l.delivered_quantity, c.cuts_off_at + interval '19 hours'),
        ('refunded', -l.refunded_quantity, c.cuts_off_at + interval '3 days')
) happened (kind, quantity, at)
WHERE happened.quantity <> 0
ORDER BY happened.at, l.id;

UPDATE orders_order o SET state = 'cancelled'
FROM (SELECT order_id FROM orders_orderline GROUP BY order_id HAVING bool_and(quantity = short_quantity)) nothing
WHERE o.id = nothing.order_id;

UPDATE orders_offer f SET taken = asked.quantity
FROM (SELECT offer_id, sum(quantity) AS quantity FROM orders_orderline GROUP BY offer_id) asked
WHERE f.id = asked.offer_id;
