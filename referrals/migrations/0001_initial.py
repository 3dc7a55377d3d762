import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.datetime
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('community', '0001_initial'),
        ('core', '0001_initial'),
        ('ledger', '0001_initial'),
        ('orders', '0001_initial'),
        ('pghistory', '0007_auto_20250421_0444'),
    ]

    operations = [
        migrations.CreateModel(
            name='Plan',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=60, unique=True, verbose_name='name')),
            ],
            options={
                'verbose_name': 'commission plan',
            },
        ),
        migrations.CreateModel(
            name='PlanEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('name', models.CharField(max_length=60, verbose_name='name')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='referrals.plan')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='PlanVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField(verbose_name='version')),
                ('span', django.contrib.postgres.fields.ranges.DateRangeField(verbose_name='first to last day')),
                ('leader_ppm', models.IntegerField(help_text='Parts per million of delivered sales.', verbose_name='leader rate')),
                ('delivery_fee_fen', models.BigIntegerField(default=0, verbose_name='delivery fee a household')),
                ('delivery_cap_fen', models.BigIntegerField(blank=True, null=True, verbose_name='delivery fee at most a round')),
                ('referral_1_ppm', models.IntegerField(default=0, verbose_name='referral rate')),
                ('state', models.CharField(choices=[('draft', 'Draft'), ('published', 'Published')], default='draft', max_length=10, verbose_name='state')),
                ('published_at', models.DateTimeField(null=True, verbose_name='published at')),
                ('created_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by')),
                ('plan', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='referrals.plan', verbose_name='commission plan')),
                ('published_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='published by')),
            ],
            options={
                'ordering': ['plan', 'number'],
                'constraints': [models.UniqueConstraint(fields=('plan', 'number'), name='plan_numbers_its_versions'), django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('state', 'published')), expressions=[('plan', '='), ('span', '&&')], name='published_versions_do_not_overlap', violation_error_message='Another published version already covers some of these days.'), models.CheckConstraint(condition=models.Q(('leader_ppm__gte', 0), ('referral_1_ppm__gte', 0), ('leader_ppm__lte', django.db.models.expressions.CombinedExpression(models.Value(1000000), '-', models.F('referral_1_ppm')))), name='plan_pays_no_more_than_the_sale', violation_error_message='Rates are not negative and together stay within the sale.'), models.CheckConstraint(condition=models.Q(('delivery_fee_fen__gte', 0), models.Q(('delivery_cap_fen', None), ('delivery_cap_fen__gte', 0), _connector='OR')), name='delivery_fee_is_not_negative', violation_error_message='A delivery fee is not negative.'), models.CheckConstraint(condition=models.Q(('span__isempty', False), ('span__lower_inf', False)), name='version_begins_on_a_day', violation_error_message='A version begins on a day.'), models.CheckConstraint(condition=models.Q(models.Q(('published_at', None), ('state', 'draft')), models.Q(('published_at__isnull', False), ('state', 'published')), _connector='OR'), name='published_version_says_when')],
                'verbose_name': 'plan version',
            },
        ),
        migrations.CreateModel(
            name='PlanVersionEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('number', models.PositiveSmallIntegerField(verbose_name='version')),
                ('span', django.contrib.postgres.fields.ranges.DateRangeField(verbose_name='first to last day')),
                ('leader_ppm', models.IntegerField(help_text='Parts per million of delivered sales.', verbose_name='leader rate')),
                ('delivery_fee_fen', models.BigIntegerField(default=0, verbose_name='delivery fee a household')),
                ('delivery_cap_fen', models.BigIntegerField(blank=True, null=True, verbose_name='delivery fee at most a round')),
                ('referral_1_ppm', models.IntegerField(default=0, verbose_name='referral rate')),
                ('state', models.CharField(choices=[('draft', 'Draft'), ('published', 'Published')], default='draft', max_length=10, verbose_name='state')),
                ('published_at', models.DateTimeField(null=True, verbose_name='published at')),
                ('created_by', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='referrals.planversion')),
                ('plan', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='referrals.plan', verbose_name='commission plan')),
                ('published_by', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='published by')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Referral',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('bound_on', models.DateField(verbose_name='bound on')),
                ('reason', models.CharField(blank=True, max_length=200, verbose_name='reason')),
                ('bound_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='bound by')),
                ('referee', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='referred_by', to='community.member', verbose_name='referred member')),
                ('referrer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='referrals', to='community.member', verbose_name='referrer')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('referrer__lt', models.F('referee'))), name='referrer_joined_before_referee', violation_error_message='The one who refers joined before the one referred.')],
                'verbose_name': 'referral',
            },
        ),
        migrations.CreateModel(
            name='ReferralEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('bound_on', models.DateField(verbose_name='bound on')),
                ('reason', models.CharField(blank=True, max_length=200, verbose_name='reason')),
                ('bound_by', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='bound by')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='referrals.referral')),
                ('referee', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='community.member', verbose_name='referred member')),
                ('referrer', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='community.member', verbose_name='referrer')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Run',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('computing', 'Computing'), ('review', 'To review'), ('approved', 'Approved')], db_default='computing', default='computing', max_length=10, verbose_name='state')),
                ('ran_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='run at')),
                ('approved_at', models.DateTimeField(null=True, verbose_name='approved at')),
                ('approved_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='approved by')),
                ('job', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='run', to='core.job', verbose_name='job')),
                ('period', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='runs', to='ledger.period', verbose_name='period')),
                ('ran_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='run by')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('approved_by', None), models.Q(('approved_by', models.F('ran_by')), _negated=True), _connector='OR'), name='run_is_approved_by_somebody_else', violation_error_message='A run is approved by somebody other than the one who ran it.'), models.CheckConstraint(condition=models.Q(models.Q(('approved_at__isnull', False), ('approved_by__isnull', False), ('state', 'approved')), models.Q(models.Q(('state', 'approved'), _negated=True), ('approved_at', None), ('approved_by', None)), _connector='OR'), name='approved_run_says_by_whom'), models.UniqueConstraint(condition=models.Q(('state', 'computing')), fields=('period',), name='period_computes_one_run_at_a_time')],
                'verbose_name': 'commission run',
            },
        ),
        migrations.CreateModel(
            name='RunEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('state', models.CharField(choices=[('computing', 'Computing'), ('review', 'To review'), ('approved', 'Approved')], db_default='computing', default='computing', max_length=10, verbose_name='state')),
                ('ran_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='run at')),
                ('approved_at', models.DateTimeField(null=True, verbose_name='approved at')),
                ('approved_by', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='approved by')),
                ('job', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='core.job', verbose_name='job')),
                ('period', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='ledger.period', verbose_name='period')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='referrals.run')),
                ('ran_by', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='run by')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='CommissionEntry',
            fields=[
                ('pk', models.CompositePrimaryKey('period_id', 'source_id', 'rule', 'level', 'beneficiary_id', 'seq', blank=True, editable=False, primary_key=True, serialize=False)),
                ('source_id', models.BigIntegerField()),
                ('rule', models.CharField(choices=[('leader_rate', 'Leader commission'), ('delivery_fee', 'Delivery fee'), ('referral', 'Referral commission')], max_length=12)),
                ('level', models.PositiveSmallIntegerField()),
                ('seq', models.PositiveSmallIntegerField()),
                ('clock_day', models.DateField(help_text="The day the plan's clock decided on.")),
                ('kind', models.CharField(choices=[('earned', 'Earned'), ('reversed', 'Taken back')], max_length=8)),
                ('amount_fen', models.BigIntegerField()),
                ('due_fen', models.BigIntegerField()),
                ('rate_ppm', models.IntegerField(null=True)),
                ('order_base_fen', models.BigIntegerField(null=True)),
                ('order_amount_fen', models.BigIntegerField(null=True)),
                ('line_base_fen', models.BigIntegerField(null=True)),
                ('line_amount_fen', models.BigIntegerField(null=True)),
                ('refunded_fen', models.BigIntegerField(null=True)),
                ('made_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('beneficiary', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='commission_entries', to='community.member')),
                ('group', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='community.group')),
                ('line', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='commission_entries', to='orders.orderline')),
                ('order', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='commission_entries', to='orders.order')),
                ('period', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='commission_entries', to='ledger.period')),
                ('plan_version', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='referrals.planversion')),
                ('run', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='referrals.run')),
            ],
            options={
                'indexes': [models.Index(fields=['run', 'beneficiary', 'order'], name='entry_by_run_and_earner'), models.Index(fields=['beneficiary', 'period'], name='entry_by_earner'), models.Index(fields=['group', 'order'], name='entry_by_group_and_order')],
                'constraints': [models.UniqueConstraint(fields=('source_id', 'rule', 'level', 'beneficiary', 'seq'), name='claim_numbers_its_entries'), models.CheckConstraint(condition=models.Q(('level__lte', 2)), name='no_third_level'), models.CheckConstraint(condition=models.Q(models.Q(('level__gte', 1), ('rule', 'referral')), models.Q(models.Q(('rule', 'referral'), _negated=True), ('level', 0)), _connector='OR'), name='only_referrals_have_levels'), models.CheckConstraint(condition=models.Q(models.Q(('amount_fen__gt', 0), ('kind', 'earned')), models.Q(('amount_fen__lt', 0), ('kind', 'reversed')), _connector='OR'), name='entry_kind_is_its_sign'), models.CheckConstraint(condition=models.Q(('due_fen__gte', 0)), name='no_more_taken_back_than_earned')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='plan',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "referrals_planevent" ("id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."id", NEW."name", _pgh_attach_context(), NOW(), \'insert\', NEW."id"); RETURN NULL;', hash='51932494aad3deba7548b1b92202fe78f0d6c4ee', operation='INSERT', pgid='pgtrigger_insert_insert_31eba', table='referrals_plan', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='plan',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "referrals_planevent" ("id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."id", NEW."name", _pgh_attach_context(), NOW(), \'update\', NEW."id"); RETURN NULL;', hash='dad7253ca32a8c3d19e6c5d80f5832f8fd806983', operation='UPDATE', pgid='pgtrigger_update_update_a9aa6', table='referrals_plan', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='planevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='a0466d3122f972e84a1983e724b27e3e1e2ec230', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_919b6', table='referrals_planevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='planversion',
            trigger=pgtrigger.compiler.Trigger(name='published_is_frozen', sql=pgtrigger.compiler.UpsertTriggerSql(condition="WHEN (OLD.state = 'published')", func="\n                    RAISE EXCEPTION 'plan version % is published', OLD.id\n                        USING ERRCODE = 'check_violation', CONSTRAINT = 'published_version_is_frozen';\n                ", hash='3dec81c4a2011cd7c2879e0249077df502a3d189', operation='UPDATE OR DELETE', pgid='pgtrigger_published_is_frozen_7adb8', table='referrals_planversion', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='planversion',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "referrals_planversionevent" ("created_by_id", "delivery_cap_fen", "delivery_fee_fen", "id", "leader_ppm", "number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id", "published_at", "published_by_id", "referral_1_ppm", "span", "state") VALUES (NEW."created_by_id", NEW."delivery_cap_fen", NEW."delivery_fee_fen", NEW."id", NEW."leader_ppm", NEW."number", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."plan_id", NEW."published_at", NEW."published_by_id", NEW."referral_1_ppm", NEW."span", NEW."state"); RETURN NULL;', hash='705b3bfdc889c871a1fa1c2e172b2322759db796', operation='INSERT', pgid='pgtrigger_insert_insert_c14d7', table='referrals_planversion', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='planversion',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "referrals_planversionevent" ("created_by_id", "delivery_cap_fen", "delivery_fee_fen", "id", "leader_ppm", "number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id", "published_at", "published_by_id", "referral_1_ppm", "span", "state") VALUES (NEW."created_by_id", NEW."delivery_cap_fen", NEW."delivery_fee_fen", NEW."id", NEW."leader_ppm", NEW."number", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."plan_id", NEW."published_at", NEW."published_by_id", NEW."referral_1_ppm", NEW."span", NEW."state"); RETURN NULL;', hash='7419cce119171a67eb7a4968cf10a87efebec63d', operation='UPDATE', pgid='pgtrigger_update_update_a7416', table='referrals_planversion', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='planversionevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='86c7b0ca34b58ece8be24b252eb3257b749ff313', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_8e8fe', table='referrals_planversionevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='referral',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "referrals_referralevent" ("bound_by_id", "bound_on", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "referee_id", "referrer_id") VALUES (NEW."bound_by_id", NEW."bound_on", NEW."id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."reason", NEW."referee_id", NEW."referrer_id"); RETURN NULL;', hash='de4010764719dd9fd6b82cc529f6b8a7caf773d3', operation='INSERT', pgid='pgtrigger_insert_insert_a74c8', table='referrals_referral', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='referral',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "referrals_referralevent" ("bound_by_id", "bound_on", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "referee_id", "referrer_id") VALUES (NEW."bound_by_id", NEW."bound_on", NEW."id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."reason", NEW."referee_id", NEW."referrer_id"); RETURN NULL;', hash='fbcce3ddf04e9c56461143183ee3f0d867c89cdb', operation='UPDATE', pgid='pgtrigger_update_update_223e7', table='referrals_referral', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='referralevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='1a61dcd844caf3ca043cd5fc836a4fbfb5122b75', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_d0304', table='referrals_referralevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='run',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "referrals_runevent" ("approved_at", "approved_by_id", "id", "job_id", "period_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "ran_at", "ran_by_id", "state") VALUES (NEW."approved_at", NEW."approved_by_id", NEW."id", NEW."job_id", NEW."period_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."ran_at", NEW."ran_by_id", NEW."state"); RETURN NULL;', hash='24d3a4682ad3cdb4f9348e55c3a588b41a16435f', operation='INSERT', pgid='pgtrigger_insert_insert_af36f', table='referrals_run', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='run',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "referrals_runevent" ("approved_at", "approved_by_id", "id", "job_id", "period_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "ran_at", "ran_by_id", "state") VALUES (NEW."approved_at", NEW."approved_by_id", NEW."id", NEW."job_id", NEW."period_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."ran_at", NEW."ran_by_id", NEW."state"); RETURN NULL;', hash='d917b1a515985aec069c76987af90414bee32061', operation='UPDATE', pgid='pgtrigger_update_update_48405', table='referrals_run', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='commissionentry',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='522bcdbd7da7673b2752ce2a4c75c9b6c2791781', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_c71ee', table='referrals_commissionentry', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='runevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='430c2f8959b1713dd9e46f7f1df122452b6e7783', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_a2753', table='referrals_runevent', when='BEFORE')),
        ),
    ]
