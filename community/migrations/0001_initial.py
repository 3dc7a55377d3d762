import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.core.validators
import django.db.models.deletion
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
            name='Neighbourhood',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=60, verbose_name='name')),
                ('pinyin', models.CharField(db_index=True, editable=False, max_length=400)),
                ('district', models.CharField(blank=True, max_length=60, verbose_name='district')),
                ('households', models.PositiveIntegerField(blank=True, null=True, verbose_name='households')),
                ('demo', models.BooleanField(default=False, editable=False)),
            ],
            options={
                'ordering': ['pinyin', 'pk'],
                'verbose_name': 'neighbourhood',
            },
        ),
        migrations.CreateModel(
            name='Group',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=60, verbose_name='name')),
                ('pinyin', models.CharField(db_index=True, editable=False, max_length=400)),
                ('capacity', models.PositiveSmallIntegerField(default=500, verbose_name='capacity')),
                ('purpose', models.CharField(blank=True, max_length=200, verbose_name='purpose')),
                ('opened_on', models.DateField(verbose_name='opened on')),
                ('neighbourhood', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='groups', to='community.neighbourhood', verbose_name='neighbourhood')),
            ],
            options={
                'ordering': ['pinyin', 'pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('capacity__gte', 1), ('capacity__lte', 500)), name='group_holds_what_wechat_allows', violation_error_message='A WeChat group holds 1 to 500 people.')],
                'verbose_name': 'group',
            },
        ),
        migrations.CreateModel(
            name='Member',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=60, verbose_name='name')),
                ('pinyin', models.CharField(db_index=True, editable=False, max_length=400)),
                ('channel', models.CharField(choices=[('store', 'Store'), ('livestream', 'Livestream'), ('short_video', 'Short video'), ('referral', 'Referral'), ('event', 'Event'), ('advertising', 'Advertising'), ('chain', 'Chain order')], default='chain', max_length=12, verbose_name='came through')),
                ('joined_on', models.DateField(verbose_name='joined on')),
                ('user', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='member', to=settings.AUTH_USER_MODEL, verbose_name='login')),
            ],
            options={
                'ordering': ['pinyin', 'pk'],
                'verbose_name': 'member',
            },
        ),
        migrations.CreateModel(
            name='MemberEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('name', models.CharField(max_length=60, verbose_name='name')),
                ('pinyin', models.CharField(editable=False, max_length=400)),
                ('channel', models.CharField(choices=[('store', 'Store'), ('livestream', 'Livestream'), ('short_video', 'Short video'), ('referral', 'Referral'), ('event', 'Event'), ('advertising', 'Advertising'), ('chain', 'Chain order')], default='chain', max_length=12, verbose_name='came through')),
                ('joined_on', models.DateField(verbose_name='joined on')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='community.member')),
                ('user', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='login')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Membership',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('door', models.CharField(blank=True, max_length=40, verbose_name='door')),
                ('joined_on', models.DateField(verbose_name='joined on')),
                ('left_on', models.DateField(blank=True, null=True, verbose_name='left on')),
                ('group', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to='community.group', verbose_name='group')),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to='community.member', verbose_name='member')),
            ],
            options={
                'indexes': [models.Index(fields=['group', 'door'], name='membership_by_door')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('left_on', None)), fields=('group', 'member'), name='member_is_in_a_group_once', violation_error_message='This member is already in the group.'), models.CheckConstraint(condition=models.Q(('left_on', None), ('left_on__gte', models.F('joined_on')), _connector='OR'), name='member_leaves_after_joining', violation_error_message='A member cannot leave before joining.')],
                'verbose_name': 'membership',
            },
        ),
        migrations.CreateModel(
            name='MembershipEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('door', models.CharField(blank=True, max_length=40, verbose_name='door')),
                ('joined_on', models.DateField(verbose_name='joined on')),
                ('left_on', models.DateField(blank=True, null=True, verbose_name='left on')),
                ('group', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='community.group', verbose_name='group')),
                ('member', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='community.member', verbose_name='member')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='community.membership')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='NeighbourhoodEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('name', models.CharField(max_length=60, verbose_name='name')),
                ('pinyin', models.CharField(editable=False, max_length=400)),
                ('district', models.CharField(blank=True, max_length=60, verbose_name='district')),
                ('households', models.PositiveIntegerField(blank=True, null=True, verbose_name='households')),
                ('demo', models.BooleanField(default=False, editable=False)),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='community.neighbourhood')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='SeedProfile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('niche', models.CharField(max_length=60, verbose_name='niche')),
                ('source', models.CharField(choices=[('personal', 'Personal network'), ('forum', 'Vertical forum')], max_length=10, verbose_name='found through')),
                ('status', models.CharField(choices=[('to_contact', 'To contact'), ('contacted', 'Contacted'), ('joined', 'Joined'), ('seed', 'Seed')], default='to_contact', max_length=12, verbose_name='status')),
                ('authority', models.PositiveSmallIntegerField(blank=True, null=True, validators=[django.core.validators.MaxValueValidator(5)], verbose_name='authority')),
                ('authority_evidence', models.CharField(blank=True, max_length=300, verbose_name='evidence of authority')),
                ('reach', models.PositiveSmallIntegerField(blank=True, null=True, validators=[django.core.validators.MaxValueValidator(5)], verbose_name='reach')),
                ('reach_evidence', models.CharField(blank=True, max_length=300, verbose_name='evidence of reach')),
                ('expression', models.PositiveSmallIntegerField(blank=True, null=True, validators=[django.core.validators.MaxValueValidator(5)], verbose_name='expression')),
                ('expression_evidence', models.CharField(blank=True, max_length=300, verbose_name='evidence of expression')),
                ('agreement', models.PositiveSmallIntegerField(blank=True, null=True, validators=[django.core.validators.MaxValueValidator(5)], verbose_name='agreement')),
                ('agreement_evidence', models.CharField(blank=True, max_length=300, verbose_name='evidence of agreement')),
                ('next_contact_on', models.DateField(blank=True, null=True, verbose_name='next contact on')),
                ('note', models.TextField(blank=True, verbose_name='note')),
                ('member', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='seed_profile', to='community.member', verbose_name='member')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('authority__lte', 5), ('reach__lte', 5), ('agreement__lte', 5), ('expression__lte', 5)), name='seed_scores_go_to_five', violation_error_message='Scores go from 0 to 5.'), models.CheckConstraint(condition=models.Q(models.Q(('authority__isnull', False), ('authority_evidence', ''), _negated=True), models.Q(('reach__isnull', False), ('reach_evidence', ''), _negated=True), models.Q(('expression__isnull', False), ('expression_evidence', ''), _negated=True), models.Q(('agreement__isnull', False), ('agreement_evidence', ''), _negated=True)), name='seed_score_names_its_evidence', violation_error_message='Write what each score rests on.'), models.CheckConstraint(condition=models.Q(('status__in', ['to_contact', 'contacted', 'joined', 'seed'])), name='seed_status_is_a_column')],
                'verbose_name': 'seed user',
            },
        ),
        migrations.CreateModel(
            name='SeedProfileEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('niche', models.CharField(max_length=60, verbose_name='niche')),
                ('source', models.CharField(choices=[('personal', 'Personal network'), ('forum', 'Vertical forum')], max_length=10, verbose_name='found through')),
                ('status', models.CharField(choices=[('to_contact', 'To contact'), ('contacted', 'Contacted'), ('joined', 'Joined'), ('seed', 'Seed')], default='to_contact', max_length=12, verbose_name='status')),
                ('authority', models.PositiveSmallIntegerField(blank=True, null=True, validators=[django.core.validators.MaxValueValidator(5)], verbose_name='authority')),
                ('authority_evidence', models.CharField(blank=True, max_length=300, verbose_name='evidence of authority')),
                ('reach', models.PositiveSmallIntegerField(blank=True, null=True, validators=[django.core.validators.MaxValueValidator(5)], verbose_name='reach')),
                ('reach_evidence', models.CharField(blank=True, max_length=300, verbose_name='evidence of reach')),
                ('expression', models.PositiveSmallIntegerField(blank=True, null=True, validators=[django.core.validators.MaxValueValidator(5)], verbose_name='expression')),
                ('expression_evidence', models.CharField(blank=True, max_length=300, verbose_name='evidence of expression')),
                ('agreement', models.PositiveSmallIntegerField(blank=True, null=True, validators=[django.core.validators.MaxValueValidator(5)], verbose_name='agreement')),
                ('agreement_evidence', models.CharField(blank=True, max_length=300, verbose_name='evidence of agreement')),
                ('next_contact_on', models.DateField(blank=True, null=True, verbose_name='next contact on')),
                ('note', models.TextField(blank=True, verbose_name='note')),
                ('member', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='community.member', verbose_name='member')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='community.seedprofile')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='GroupEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('name', models.CharField(max_length=60, verbose_name='name')),
                ('pinyin', models.CharField(editable=False, max_length=400)),
                ('capacity', models.PositiveSmallIntegerField(default=500, verbose_name='capacity')),
                ('purpose', models.CharField(blank=True, max_length=200, verbose_name='purpose')),
                ('opened_on', models.DateField(verbose_name='opened on')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='community.group')),
                ('neighbourhood', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='community.neighbourhood', verbose_name='neighbourhood')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='LeaderAssignment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('span', django.contrib.postgres.fields.ranges.DateRangeField(verbose_name='days')),
                ('group', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='assignments', to='community.group', verbose_name='group')),
                ('leader', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='assignments', to='community.member', verbose_name='leader')),
            ],
            options={
                'constraints': [django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('group', '='), ('span', '&&')], name='group_has_one_leader_at_a_time', violation_error_message='This group already has a leader in that time.'), models.CheckConstraint(condition=models.Q(('span__isempty', False), ('span__lower_inf', False)), name='assignment_begins_on_a_day')],
                'verbose_name': 'leader assignment',
            },
        ),
        migrations.CreateModel(
            name='LeaderAssignmentEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('span', django.contrib.postgres.fields.ranges.DateRangeField(verbose_name='days')),
                ('group', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='community.group', verbose_name='group')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='community.leaderassignment')),
                ('leader', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='community.member', verbose_name='leader')),
            ],
            options={
                'abstract': False,
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='neighbourhood',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "community_neighbourhoodevent" ("demo", "district", "households", "id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "pinyin") VALUES (NEW."demo", NEW."district", NEW."households", NEW."id", NEW."name", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."pinyin"); RETURN NULL;', hash='da8aeddcd0085d67960c166498a342e9563bf32d', operation='INSERT', pgid='pgtrigger_insert_insert_2989b', table='community_neighbourhood', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='neighbourhood',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "community_neighbourhoodevent" ("demo", "district", "households", "id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "pinyin") VALUES (NEW."demo", NEW."district", NEW."households", NEW."id", NEW."name", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."pinyin"); RETURN NULL;', hash='caef72493b45bbd573ec39724a57698866350f1b', operation='UPDATE', pgid='pgtrigger_update_update_5bf62', table='community_neighbourhood', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='member',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "community_memberevent" ("channel", "id", "joined_on", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "pinyin", "user_id") VALUES (NEW."channel", NEW."id", NEW."joined_on", NEW."name", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."pinyin", NEW."user_id"); RETURN NULL;', hash='2676747931728cbe4b7df41abeff543a4b615599', operation='INSERT', pgid='pgtrigger_insert_insert_398f0', table='community_member', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='member',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "community_memberevent" ("channel", "id", "joined_on", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "pinyin", "user_id") VALUES (NEW."channel", NEW."id", NEW."joined_on", NEW."name", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."pinyin", NEW."user_id"); RETURN NULL;', hash='ab556ee020786895a84470ed9d639fb25b0e3573', operation='UPDATE', pgid='pgtrigger_update_update_78fae', table='community_member', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='leaderassignmentevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='46ad4436c9259ac4c591abc7ed90dd2322c6ef8b', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_68122', table='community_leaderassignmentevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='leaderassignment',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "community_leaderassignmentevent" ("group_id", "id", "leader_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "span") VALUES (NEW."group_id", NEW."id", NEW."leader_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."span"); RETURN NULL;', hash='354d2abccf5e413c70f97a0d47fd8c26855ac5ff', operation='INSERT', pgid='pgtrigger_insert_insert_06ce2', table='community_leaderassignment', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='leaderassignment',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "community_leaderassignmentevent" ("group_id", "id", "leader_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "span") VALUES (NEW."group_id", NEW."id", NEW."leader_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."span"); RETURN NULL;', hash='269c51bc3a069016dadce8732807a2a5352e0f89', operation='UPDATE', pgid='pgtrigger_update_update_ebc1c', table='community_leaderassignment', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='memberevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='278d3c14e58d098efa6b15b27a65439b14d7703a', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_078cf', table='community_memberevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='membership',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "community_membershipevent" ("door", "group_id", "id", "joined_on", "left_on", "member_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."door", NEW."group_id", NEW."id", NEW."joined_on", NEW."left_on", NEW."member_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id"); RETURN NULL;', hash='1987d1111872cdc9fc20b959ad16f7fa96b97013', operation='INSERT', pgid='pgtrigger_insert_insert_582b8', table='community_membership', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='membership',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "community_membershipevent" ("door", "group_id", "id", "joined_on", "left_on", "member_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."door", NEW."group_id", NEW."id", NEW."joined_on", NEW."left_on", NEW."member_id", _pgh_attach_context(), NOW(), \'update\', NEW."id"); RETURN NULL;', hash='b367ba87e23c2dcdfe58e6af19b2fc18c783db2d', operation='UPDATE', pgid='pgtrigger_update_update_112ed', table='community_membership', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='membershipevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='073bc161aa927cf46881800c1a1baeb21da95328', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_d5cad', table='community_membershipevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='groupevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='dbf55b80e9ccfa9da6e664f3326e3767d400d7b8', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_c9ff6', table='community_groupevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='group',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "community_groupevent" ("capacity", "id", "name", "neighbourhood_id", "opened_on", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "pinyin", "purpose") VALUES (NEW."capacity", NEW."id", NEW."name", NEW."neighbourhood_id", NEW."opened_on", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."pinyin", NEW."purpose"); RETURN NULL;', hash='81793e92e197d42a56e17e46acb1ad3e21830486', operation='INSERT', pgid='pgtrigger_insert_insert_9139c', table='community_group', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='group',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "community_groupevent" ("capacity", "id", "name", "neighbourhood_id", "opened_on", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "pinyin", "purpose") VALUES (NEW."capacity", NEW."id", NEW."name", NEW."neighbourhood_id", NEW."opened_on", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."pinyin", NEW."purpose"); RETURN NULL;', hash='517cfc6a001122c17c01ccca440fe879d3dc8e5b', operation='UPDATE', pgid='pgtrigger_update_update_a9a49', table='community_group', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='neighbourhoodevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='53964f58d9703b216ab340f3d230a5f268ac0dcd', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_70614', table='community_neighbourhoodevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='seedprofile',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "community_seedprofileevent" ("agreement", "agreement_evidence", "authority", "authority_evidence", "expression", "expression_evidence", "id", "member_id", "next_contact_on", "niche", "note", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reach", "reach_evidence", "source", "status") VALUES (NEW."agreement", NEW."agreement_evidence", NEW."authority", NEW."authority_evidence", NEW."expression", NEW."expression_evidence", NEW."id", NEW."member_id", NEW."next_contact_on", NEW."niche", NEW."note", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."reach", NEW."reach_evidence", NEW."source", NEW."status"); RETURN NULL;', hash='39d383defda7b4b63b0c05e698f870272bd38a39', operation='INSERT', pgid='pgtrigger_insert_insert_29878', table='community_seedprofile', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='seedprofile',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "community_seedprofileevent" ("agreement", "agreement_evidence", "authority", "authority_evidence", "expression", "expression_evidence", "id", "member_id", "next_contact_on", "niche", "note", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reach", "reach_evidence", "source", "status") VALUES (NEW."agreement", NEW."agreement_evidence", NEW."authority", NEW."authority_evidence", NEW."expression", NEW."expression_evidence", NEW."id", NEW."member_id", NEW."next_contact_on", NEW."niche", NEW."note", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."reach", NEW."reach_evidence", NEW."source", NEW."status"); RETURN NULL;', hash='af9506afdd72229f56cdcff75038a8c8f8ef17bd', operation='UPDATE', pgid='pgtrigger_update_update_18a9d', table='community_seedprofile', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='seedprofileevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='b544c79a0b737f7d3957bce6d9c3cd85e8f5e195', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_e7905', table='community_seedprofileevent', when='BEFORE')),
        ),
    ]
