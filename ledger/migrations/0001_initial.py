import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import django.db.models.functions.datetime
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('core', '0001_initial'),
        ('pghistory', '0007_auto_20250421_0444'),
    ]

    operations = [
        migrations.CreateModel(
            name='Account',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('purpose', models.CharField(max_length=40, verbose_name='account for')),
                ('party', models.BigIntegerField(null=True, verbose_name='party')),
                ('nature', models.CharField(choices=[('asset', 'Asset'), ('liability', 'Liability'), ('income', 'Income'), ('expense', 'Expense')], max_length=10, verbose_name='nature')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('purpose', 'party'), name='one_account_for_a_purpose_and_party', nulls_distinct=False), models.CheckConstraint(condition=models.Q(('nature__in', ['asset', 'liability', 'income', 'expense'])), name='account_has_a_known_nature')],
            },
        ),
        migrations.CreateModel(
            name='Period',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('span', django.contrib.postgres.fields.ranges.DateRangeField(verbose_name='first to last day')),
                ('state', models.CharField(choices=[('open', 'Open'), ('closed', 'Books closed')], db_default='open', default='open', max_length=10, verbose_name='state')),
                ('closed_at', models.DateTimeField(blank=True, null=True, verbose_name='closed at')),
                ('closed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='closed by')),
            ],
            options={
                'constraints': [django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('span', '&&')], name='periods_do_not_overlap', violation_error_message='Another period already covers some of these days.'), models.CheckConstraint(condition=models.Q(('span__isempty', False), ('span__lower_inf', False), ('span__upper_inf', False)), name='period_begins_and_ends')],
                'verbose_name': 'period',
            },
        ),
        migrations.CreateModel(
            name='Entry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('booked_on', models.DateField()),
                ('key', models.CharField(help_text='What this entry is about; it is booked once.', max_length=200, unique=True)),
                ('memo', models.CharField(max_length=200)),
                ('leg_count', models.PositiveSmallIntegerField()),
                ('made_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('made_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('period', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='ledger.period')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('leg_count__gte', 2)), name='entry_has_two_legs_or_more')],
            },
        ),
        migrations.CreateModel(
            name='PeriodEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('span', django.contrib.postgres.fields.ranges.DateRangeField(verbose_name='first to last day')),
                ('state', models.CharField(choices=[('open', 'Open'), ('closed', 'Books closed')], db_default='open', default='open', max_length=10, verbose_name='state')),
                ('closed_at', models.DateTimeField(blank=True, null=True, verbose_name='closed at')),
                ('closed_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='closed by')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='ledger.period')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Leg',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField()),
                ('amount_fen', models.BigIntegerField()),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='legs', to='ledger.account')),
                ('entry', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='legs', to='ledger.entry')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('entry', 'position'), name='entry_numbers_its_legs'), models.CheckConstraint(condition=models.Q(('amount_fen', 0), _negated=True), name='leg_moves_something')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='leg',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='38c060dea6d0c2ff6cb30bf3850e31aa5307cbf9', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_832c4', table='ledger_leg', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='leg',
            trigger=pgtrigger.compiler.Trigger(name='legs_sum_to_zero', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                    IF EXISTS (\n                        SELECT 1 FROM new_legs l JOIN ledger_entry e ON e.id = l.entry_id\n                        GROUP BY e.id, e.leg_count\n                        HAVING sum(l.amount_fen) <> 0 OR count(*) <> e.leg_count\n                            OR min(l.position) <> 1 OR max(l.position) <> e.leg_count\n                    ) THEN\n                        RAISE EXCEPTION 'the legs of an entry sum to zero'\n                            USING ERRCODE = 'check_violation', CONSTRAINT = 'entry_legs_sum_to_zero';\n                    END IF;\n                    RETURN NULL;\n                ", hash='a9936876dab9698210fd00d37d3aa58d66d4d957', level='STATEMENT', operation='INSERT', pgid='pgtrigger_legs_sum_to_zero_28297', referencing='REFERENCING NEW TABLE AS new_legs ', table='ledger_leg', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='period',
            trigger=pgtrigger.compiler.Trigger(name='keep_period', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='8dc09c3d5b503fceaa0575a09ca1704d9cfbf82a', operation='DELETE', pgid='pgtrigger_keep_period_2af33', table='ledger_period', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='period',
            trigger=pgtrigger.compiler.Trigger(name='closed_stays_closed', sql=pgtrigger.compiler.UpsertTriggerSql(condition="WHEN (OLD.state = 'closed')", func="\n                    RAISE EXCEPTION 'period % is closed', OLD.id\n                        USING ERRCODE = 'check_violation', CONSTRAINT = 'closed_period_stays_closed';\n                ", hash='ed270ca7fb0a82beeae512b533912cefc44469e2', operation='UPDATE', pgid='pgtrigger_closed_stays_closed_e3c65', table='ledger_period', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='period',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "ledger_periodevent" ("closed_at", "closed_by_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "span", "state") VALUES (NEW."closed_at", NEW."closed_by_id", NEW."id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."span", NEW."state"); RETURN NULL;', hash='015b59b39784bfdc0a9bd42281e4706f67b08934', operation='INSERT', pgid='pgtrigger_insert_insert_66280', table='ledger_period', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='period',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "ledger_periodevent" ("closed_at", "closed_by_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "span", "state") VALUES (NEW."closed_at", NEW."closed_by_id", NEW."id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."span", NEW."state"); RETURN NULL;', hash='0b758f89cd743a83610dba12eb6c12f7818893e1', operation='UPDATE', pgid='pgtrigger_update_update_907ec', table='ledger_period', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='entry',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='bd80cdea55986d8dc4a873a0796f1dd071e72f1d', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_af900', table='ledger_entry', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='entry',
            trigger=pgtrigger.compiler.Trigger(name='entry_with_its_legs', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                    PERFORM 1 FROM ledger_period\n                        WHERE id IN (SELECT period_id FROM new_entries) ORDER BY id FOR SHARE;\n                    IF EXISTS (\n                        SELECT 1 FROM new_entries e JOIN ledger_period p ON p.id = e.period_id WHERE p.state <> 'open'\n                    ) THEN\n                        RAISE EXCEPTION 'the period is closed'\n                            USING ERRCODE = 'check_violation', CONSTRAINT = 'closed_period_takes_no_entry';\n                    END IF;\n                    IF EXISTS (\n                        SELECT 1 FROM new_entries e JOIN ledger_period p ON p.id = e.period_id\n                        WHERE NOT p.span @> e.booked_on\n                    ) THEN\n                        RAISE EXCEPTION 'the entry is dated outside its period'\n                            USING ERRCODE = 'check_violation', CONSTRAINT = 'entry_is_dated_in_its_period';\n                    END IF;\n                    IF EXISTS (\n                        SELECT 1 FROM new_entries e\n                        WHERE NOT EXISTS (SELECT 1 FROM ledger_leg l WHERE l.entry_id = e.id)\n                    ) THEN\n                        RAISE EXCEPTION 'an entry comes with its legs in one statement'\n                            USING ERRCODE = 'check_violation', CONSTRAINT = 'entry_comes_with_its_legs';\n                    END IF;\n                    RETURN NULL;\n                ", hash='b81c914626f7939b69cc8f8fea0d59df3792ae5c', level='STATEMENT', operation='INSERT', pgid='pgtrigger_entry_with_its_legs_8b048', referencing='REFERENCING NEW TABLE AS new_entries ', table='ledger_entry', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='periodevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='433bcf19f46ecfcec3c9bdfe9e1e329d5d63050c', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_2f75f', table='ledger_periodevent', when='BEFORE')),
        ),
    ]
