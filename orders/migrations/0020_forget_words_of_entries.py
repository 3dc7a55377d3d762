from django.db import migrations

# Texts forgotten before now left names, doors and notes in their entries. What is kept: see sql/forget_pastes.sql.
FORGET = """
WITH forgotten AS (
    SELECT paste.id, paste.campaign_id, paste.group_id
    FROM orders_paste paste JOIN orders_campaign campaign ON campaign.id = paste.campaign_id
    WHERE paste.text = '' AND paste.state <> 'draft' AND campaign.state NOT IN ('draft', 'open')
),
blank AS (
    SELECT '{"raw": "", "content": "", "signature": "", "author": "", "note": ""}'::jsonb AS words
),
changes AS (
    UPDATE orders_pastechange SET before = before || blank.words, after = after || blank.words
    FROM forgotten, blank WHERE paste_id = forgotten.id
)
UPDATE orders_chainentry entry
SET raw = '', content = '', signature = '', author = '', note = '', key = '@' || entry.id
FROM (SELECT DISTINCT campaign_id, group_id FROM forgotten) chain
WHERE entry.campaign_id = chain.campaign_id AND entry.group_id = chain.group_id AND entry.key <> '@' || entry.id
"""


class Migration(migrations.Migration):

    dependencies = [
        ('orders', '0019_notes_of_chain_entries'),
    ]

    operations = [
        migrations.RunSQL(FORGET, migrations.RunSQL.noop),
    ]
