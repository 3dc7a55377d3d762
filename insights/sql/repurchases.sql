-- A row for each window asked for, in the order asked: the members with an occasion in so many days up to and
-- including a day, those of them with occasions on two days or more, and those with two orders or more: all steps up to
-- that day together.
SELECT coalesce(sum(s.buyers), 0)::bigint, coalesce(sum(s.returned), 0)::bigint, coalesce(sum(s.reordered), 0)::bigint
FROM unnest(%(lengths)s::int[], %(ends)s::date[]) WITH ORDINALITY AS asked(length, end_day, place)
LEFT JOIN insights_repurchasestep s ON s.window_days = asked.length AND s.day <= asked.end_day
GROUP BY asked.place
ORDER BY asked.place
