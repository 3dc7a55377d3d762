-- Forgets what was written in chains pasted before a moment, into campaigns that take no orders any more: the texts, the
-- answers, what was left out. Drafts go whole; orders, facts and who decided stay. A row: how many pastes.
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
    UPDATE orders_paste SET text = '', decisions = '{}', outcome = outcome - 'left_out'
    FROM old WHERE orders_paste.id = old.id AND old.state <> 'draft'
),
changes AS (
    UPDATE orders_pastechange SET before = jsonb_set(before, '{raw}', '""', false),
        after = jsonb_set(after, '{raw}', '""', false)
    FROM old WHERE paste_id = old.id
),
entries AS (
    UPDATE orders_chainentry entry SET raw = ''
    FROM (SELECT DISTINCT campaign_id, group_id FROM old) chain
    WHERE entry.campaign_id = chain.campaign_id AND entry.group_id = chain.group_id AND entry.raw <> ''
)
SELECT count(*) FROM old
