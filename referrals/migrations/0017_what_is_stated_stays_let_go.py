"""A held order of which something is stated is let go for good, whatever is decided or seen afterwards."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations

STANDING = """
CREATE VIEW referrals_standing AS
SELECT
    h.id AS hold_id,
    CASE
        {stated}WHEN bool_or(last.verdict = 'refuse') THEN 'refuse'
        WHEN bool_or(last.verdict IS NULL) THEN 'waits'
        ELSE 'pay'
    END AS state{decided}
FROM referrals_heldorder h
JOIN orders_order o ON o.id = h.order_id
JOIN referrals_signalpair p ON p.referrer_id = o.referrer_1_id AND p.referee_id = o.member_id
LEFT JOIN LATERAL (
    SELECT d.verdict FROM referrals_signaldecision d WHERE d.signal_id = p.signal_id ORDER BY d.number DESC LIMIT 1
) last ON true
GROUP BY h.id
"""
STATED = "WHEN EXISTS (SELECT FROM referrals_statementpart part WHERE part.hold_id = h.id) THEN 'pay'\n        "
DECIDED = """,
    CASE
        WHEN bool_or(last.verdict = 'refuse') THEN 'refuse'
        WHEN bool_or(last.verdict IS NULL) THEN 'waits'
        ELSE 'pay'
    END AS decided"""


class Migration(migrations.Migration):

    dependencies = [
        ('referrals', '0016_rewards_wait_for_decisions'),
    ]

    operations = [
        migrations.RunSQL(
            ["DROP VIEW referrals_standing", STANDING.format(stated=STATED, decided=DECIDED)],
            ["DROP VIEW referrals_standing", STANDING.format(stated="", decided="")],
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='statementpart',
            name='is_of_an_issued_statement',
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='statementpart',
            trigger=pgtrigger.compiler.Trigger(name='is_of_an_issued_statement', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                    IF EXISTS (\n                        SELECT FROM new_parts n\n                        JOIN referrals_statement s ON s.id = n.statement_id\n                        JOIN referrals_run r ON r.id = n.run_id\n                        WHERE s.earner_id <> n.earner_id OR s.state <> 'issued' OR r.state <> 'approved'\n                    ) THEN\n                        RAISE EXCEPTION 'what an approved run added goes on an issued statement of the same earner'\n                            USING ERRCODE = 'check_violation', CONSTRAINT = 'approved_goes_on_an_issued_statement';\n                    END IF;\n                    IF EXISTS (\n                        SELECT FROM new_parts n\n                        LEFT JOIN referrals_standing s ON s.hold_id = n.hold_id\n                        WHERE n.hold_id IS NOT NULL AND s.decided IS DISTINCT FROM 'pay' AND NOT EXISTS (\n                            SELECT FROM referrals_statementpart before\n                            WHERE before.hold_id = n.hold_id AND before.id NOT IN (SELECT id FROM new_parts)\n                        )\n                    ) THEN\n                        RAISE EXCEPTION 'what is held is not stated before it is checked'\n                            USING ERRCODE = 'check_violation', CONSTRAINT = 'held_waits_for_a_decision';\n                    END IF;\n                    RETURN NULL;\n                ", hash='b0e1e64d079c6325bb64053fe743d215dfa951a8', level='STATEMENT', operation='INSERT', pgid='pgtrigger_is_of_an_issued_statement_92c75', referencing='REFERENCING NEW TABLE AS new_parts ', table='referrals_statementpart', when='AFTER')),
        ),
    ]
