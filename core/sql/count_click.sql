-- One row: what the short link with this code leads to, its click counted on its day; no row for an unknown link.
-- {links} is the table of the links, {days} that of their days, {link} its column that names the link.
WITH followed AS (
    SELECT * FROM {links} WHERE code = %(code)s
), counted AS (
    INSERT INTO {days} AS d ({link}, day, clicks)
    SELECT id, %(day)s, 1 FROM followed
    ON CONFLICT ({link}, day) DO UPDATE SET clicks = d.clicks + 1
)
SELECT {answer} FROM followed
