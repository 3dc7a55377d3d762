-- A row of the answer: the code of the campaign a short link leads to and the group it was made for, its click counted;
-- no row for an unknown link.
WITH followed AS (
    SELECT id, campaign_id, group_id FROM content_publication WHERE code = %(code)s
), counted AS (
    INSERT INTO content_clickday (publication_id, day, clicks)
    SELECT id, %(day)s, 1 FROM followed
    ON CONFLICT (publication_id, day) DO UPDATE SET clicks = content_clickday.clicks + 1
)
SELECT campaign.code, followed.group_id FROM followed JOIN orders_campaign campaign ON campaign.id = followed.campaign_id
