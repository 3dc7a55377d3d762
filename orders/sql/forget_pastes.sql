-- Forgets what was written in chains pasted before a moment, into campaigns that take no orders any more: the texts and
-- who wrote them, the answers, what was left out. Drafts go whole; orders, facts and who decided stay. A row: how many pastes.
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
    UPDATE orders_paste SET text = '', decisions = '{}', entries = '[]', outcome = outcome - 'left_out'
    FROM old WHERE orders_paste.id = old.id AND old.state <> 'draft'
),
changes AS (
    UPDATE orders_pastechange SET
        before = jsonb_set(jsonb_set(before, '{raw}', '""', false), '{author}', '""', false),
        after = jsonb_set(jsonb_set(after, '{raw}', '""', false), '{author}', '""', false)
    FROM old WHERE paste_id = old.id
),
entries AS (
    -- A key that begins with @ and counts (#1) is somebody's WeChat id, also of an entry that was undone.
    UPDATE orders_chainentry entry SET raw = '', author = '',
        key = CASE WHEN entry.key LIKE '@%%' THEN '@' || entry.id ELSE entry.key END
    FROM (SELECT DISTINCT campaign_id, group_id FROM old) chain
    WHERE entry.campaign_id = chain.campaign_id AND entry.group_id = chain.group_id AND (entry.raw <> '' OR entry.author <> '' OR entry.key LIKE '@%%#%%')
)
SELECT count(*) FROM old
