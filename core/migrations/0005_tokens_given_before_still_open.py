"""Tokens given before scopes keep what they could do, which was to read and write; none is without an end any more."""

from django.db import migrations

MOVE = """
DO $$ BEGIN
    IF to_regclass('knox_authtoken') IS NOT NULL THEN
        INSERT INTO core_apitoken (digest, token_key, user_id, created, expiry, scope)
        SELECT digest, token_key, user_id, created, coalesce(expiry, now() + interval '90 days'), 'write'
        FROM knox_authtoken;
        DROP TABLE knox_authtoken;
    END IF;
END $$
"""


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0004_api_tokens_have_a_scope'),
    ]

    operations = [migrations.RunSQL(MOVE, migrations.RunSQL.noop)]
