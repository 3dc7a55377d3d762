-- Forgets what was written in chains pasted before a moment, into campaigns that take no orders any more: the texts and
-- who wrote them, the answers, what was left out. Drafts go whole; orders, facts and who decided stay. Of an entry its place
-- in the list, order, member and quantities are kept, before and after each paste. A row: how many pastes.
WITH old AS (
    SELECT paste.id, paste.campaign_id, paste.group_id, paste.state
    FROM orders_paste paste JOIN orders_campaign campaign ON campaign.id = paste.campaign_id
    WHERE paste.pasted_at < %(before)s AND paste.text <> '' AND campaign.state NOT IN ('draft', 'open')
    ORDER BY paste.id
    FOR UPDATE OF paste
),
drafts AS (
    DELETE FROM orders_paste USING old WHERE orders_paste.id = old.id AND old.state = 'draft'
),
texts AS (
    UPDATE orders_paste SET text = '', decisions = '{}', entries = '[]', notes = '{}', doors = '{}', outcome = outcome - 'left_out'
    FROM old WHERE orders_paste.id = old.id AND old.state <> 'draft'
),
blank AS (
    SELECT '{"raw": "", "content": "", "signature": "", "author": "", "note": ""}'::jsonb AS words
),
changes AS (
    UPDATE orders_pastechange SET before = before || blank.words, after = after || blank.words
    FROM old, blank WHERE paste_id = old.id
),
entries AS (
    -- A key is somebody's name and door or WeChat id, also of an entry that was undone; an id of its own takes its place.
    UPDATE orders_chainentry entry
    SET raw = '', content = '', signature = '', author = '', note = '', key = '@' || entry.id
    FROM (SELECT DISTINCT campaign_id, group_id FROM old) chain
    WHERE entry.campaign_id = chain.campaign_id AND entry.group_id = chain.group_id AND entry.key <> '@' || entry.id
)
SELECT count(*) FROM old
