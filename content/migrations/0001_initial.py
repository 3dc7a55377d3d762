import django.db.models.deletion
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
        ('orders', '0001_initial'),
        ('pghistory', '0007_auto_20250421_0444'),
    ]

    operations = [
        migrations.CreateModel(
            name='IP',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=60, verbose_name='name')),
                ('pinyin', models.CharField(db_index=True, editable=False, max_length=400)),
                ('kind', models.CharField(choices=[('brand', 'Brand'), ('person', 'Person'), ('product', 'Product IP')], max_length=8, verbose_name='kind')),
                ('story', models.TextField(blank=True, verbose_name='story')),
                ('voice', models.CharField(blank=True, max_length=200, verbose_name='voice')),
                ('demo', models.BooleanField(default=False, editable=False)),
                ('person', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='community.member', verbose_name='person')),
            ],
            options={
                'ordering': ['pinyin', 'pk'],
                'verbose_name': 'IP',
            },
        ),
        migrations.CreateModel(
            name='Piece',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('title', models.CharField(max_length=60, verbose_name='title')),
                ('head', models.TextField(blank=True, verbose_name='head')),
                ('waist', models.TextField(blank=True, verbose_name='waist')),
                ('legs', models.TextField(blank=True, verbose_name='legs')),
                ('state', models.CharField(choices=[('idea', 'Idea'), ('draft', 'Draft'), ('review', 'In review'), ('scheduled', 'Scheduled'), ('published', 'Published')], default='idea', max_length=10, verbose_name='state')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='created at')),
                ('campaign', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='pieces', to='orders.campaign', verbose_name='campaign')),
                ('created_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by')),
                ('ip', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='pieces', to='content.ip', verbose_name='IP')),
            ],
            options={
                'ordering': ['-pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['idea', 'draft', 'review', 'scheduled', 'published'])), name='piece_state_is_known')],
                'verbose_name': 'piece',
            },
        ),
        migrations.CreateModel(
            name='Publication',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField(verbose_name='day')),
                ('code', models.CharField(max_length=12, unique=True, verbose_name='link code')),
                ('published_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='published at')),
                ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='publications', to='orders.campaign', verbose_name='campaign')),
                ('group', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='publications', to='community.group', verbose_name='group')),
                ('piece', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='publications', to='content.piece', verbose_name='piece')),
                ('published_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='published by')),
            ],
            options={
                'ordering': ['-day', '-pk'],
                'indexes': [models.Index(fields=['group', 'campaign', '-day'], name='publication_by_chain')],
                'constraints': [models.UniqueConstraint(fields=('piece', 'group', 'day'), name='piece_is_published_once_a_day_in_a_group', violation_error_message='This piece is already published in this group on that day.')],
                'verbose_name': 'publication',
            },
        ),
        migrations.CreateModel(
            name='ClickDay',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField()),
                ('clicks', models.PositiveIntegerField(default=0)),
                ('publication', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='click_days', to='content.publication')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('publication', 'day'), name='clicks_are_counted_by_day')],
            },
        ),
        migrations.CreateModel(
            name='PieceEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('title', models.CharField(max_length=60, verbose_name='title')),
                ('head', models.TextField(blank=True, verbose_name='head')),
                ('waist', models.TextField(blank=True, verbose_name='waist')),
                ('legs', models.TextField(blank=True, verbose_name='legs')),
                ('state', models.CharField(choices=[('idea', 'Idea'), ('draft', 'Draft'), ('review', 'In review'), ('scheduled', 'Scheduled'), ('published', 'Published')], default='idea', max_length=10, verbose_name='state')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='created at')),
                ('campaign', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='orders.campaign', verbose_name='campaign')),
                ('created_by', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by')),
                ('ip', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='content.ip', verbose_name='IP')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='content.piece')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='PublicationEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('day', models.DateField(verbose_name='day')),
                ('code', models.CharField(max_length=12, verbose_name='link code')),
                ('published_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='published at')),
                ('campaign', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='orders.campaign', verbose_name='campaign')),
                ('group', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='community.group', verbose_name='group')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='content.publication')),
                ('piece', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='content.piece', verbose_name='piece')),
                ('published_by', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='published by')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='IPEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('name', models.CharField(max_length=60, verbose_name='name')),
                ('pinyin', models.CharField(editable=False, max_length=400)),
                ('kind', models.CharField(choices=[('brand', 'Brand'), ('person', 'Person'), ('product', 'Product IP')], max_length=8, verbose_name='kind')),
                ('story', models.TextField(blank=True, verbose_name='story')),
                ('voice', models.CharField(blank=True, max_length=200, verbose_name='voice')),
                ('demo', models.BooleanField(default=False, editable=False)),
                ('person', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='community.member', verbose_name='person')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='content.ip')),
            ],
            options={
                'abstract': False,
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='ip',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "content_ipevent" ("demo", "id", "kind", "name", "person_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "pinyin", "story", "voice") VALUES (NEW."demo", NEW."id", NEW."kind", NEW."name", NEW."person_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."pinyin", NEW."story", NEW."voice"); RETURN NULL;', hash='639c0ee99a25ccf5736ecb24b771e3a3ee581a8c', operation='INSERT', pgid='pgtrigger_insert_insert_f121c', table='content_ip', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='ip',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "content_ipevent" ("demo", "id", "kind", "name", "person_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "pinyin", "story", "voice") VALUES (NEW."demo", NEW."id", NEW."kind", NEW."name", NEW."person_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."pinyin", NEW."story", NEW."voice"); RETURN NULL;', hash='47159549fb5b83524321a404a6b99e995f489d4c', operation='UPDATE', pgid='pgtrigger_update_update_77874', table='content_ip', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='ipevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='f344f3ae2cc2336457bebadc74614752b034a378', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_41126', table='content_ipevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='piece',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "content_pieceevent" ("campaign_id", "created_at", "created_by_id", "head", "id", "ip_id", "legs", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "state", "title", "waist") VALUES (NEW."campaign_id", NEW."created_at", NEW."created_by_id", NEW."head", NEW."id", NEW."ip_id", NEW."legs", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."state", NEW."title", NEW."waist"); RETURN NULL;', hash='890a4ea4874780d4360121fe2538fbac76839127', operation='INSERT', pgid='pgtrigger_insert_insert_b8943', table='content_piece', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='piece',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "content_pieceevent" ("campaign_id", "created_at", "created_by_id", "head", "id", "ip_id", "legs", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "state", "title", "waist") VALUES (NEW."campaign_id", NEW."created_at", NEW."created_by_id", NEW."head", NEW."id", NEW."ip_id", NEW."legs", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."state", NEW."title", NEW."waist"); RETURN NULL;', hash='7ebe855a01dba9a3b01fcd676cb116ff74d9305b', operation='UPDATE', pgid='pgtrigger_update_update_caac6', table='content_piece', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='pieceevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='f33a05d555664a5852aafaaac6088f2d8871758d', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_e02fe', table='content_pieceevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='publication',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "content_publicationevent" ("campaign_id", "code", "day", "group_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "piece_id", "published_at", "published_by_id") VALUES (NEW."campaign_id", NEW."code", NEW."day", NEW."group_id", NEW."id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."piece_id", NEW."published_at", NEW."published_by_id"); RETURN NULL;', hash='ece64018452b8f81ec73c49d3cae42d9125fe568', operation='INSERT', pgid='pgtrigger_insert_insert_50d9a', table='content_publication', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='publication',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "content_publicationevent" ("campaign_id", "code", "day", "group_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "piece_id", "published_at", "published_by_id") VALUES (NEW."campaign_id", NEW."code", NEW."day", NEW."group_id", NEW."id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."piece_id", NEW."published_at", NEW."published_by_id"); RETURN NULL;', hash='d0323db6549d071bc29e2b5ac3f800ef37eae514', operation='UPDATE', pgid='pgtrigger_update_update_a74a4', table='content_publication', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='publicationevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='522ec0e527505f66fd32ae5a880bb45b0064a348', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_4302a', table='content_publicationevent', when='BEFORE')),
        ),
    ]
