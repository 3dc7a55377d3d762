-- A row for each window asked for, in the order asked: the members with an occasion in so many days up to and
-- including a day, and those of them with occasions on two days or more.
SELECT count(m.member_id), count(m.member_id) FILTER (WHERE m.first_day < m.last_day)
FROM unnest(%(lengths)s::int[], %(ends)s::date[]) WITH ORDINALITY AS w(length, end_day, place)
LEFT JOIN LATERAL (
    SELECT member_id, min(day) AS first_day, max(day) AS last_day
    FROM insights_memberday
    WHERE day > w.end_day - w.length AND day <= w.end_day AND net_fen > 0
    GROUP BY member_id
) m ON true
GROUP BY w.place
ORDER BY w.place
