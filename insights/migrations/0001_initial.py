import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('community', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='MemberStat',
            fields=[
                ('member', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='stat', serialize=False, to='community.member')),
                ('first_day', models.DateField(null=True)),
                ('last_day', models.DateField(null=True)),
                ('occasions', models.PositiveIntegerField(default=0)),
                ('lifetime_fen', models.BigIntegerField(default=0)),
                ('social_fen', models.BigIntegerField(default=0)),
                ('brought', models.PositiveIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name='Watermark',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=40, unique=True)),
                ('fact_id', models.BigIntegerField(default=0)),
                ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
        ),
        migrations.CreateModel(
            name='CohortWeek',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('cohort', models.DateField(help_text="Monday of the first occasion's week.")),
                ('age', models.PositiveSmallIntegerField()),
                ('members', models.PositiveIntegerField(default=0)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('cohort', 'age'), name='cohort_week_is_counted_once')],
            },
        ),
        migrations.CreateModel(
            name='RepurchaseStep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('window_days', models.PositiveSmallIntegerField()),
                ('day', models.DateField()),
                ('buyers', models.IntegerField(default=0)),
                ('returned', models.IntegerField(default=0)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('window_days', 'day'), name='repurchase_step_is_kept_once')],
            },
        ),
        migrations.CreateModel(
            name='MemberDay',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField()),
                ('gross_fen', models.BigIntegerField(default=0)),
                ('short_fen', models.BigIntegerField(default=0)),
                ('net_fen', models.BigIntegerField(default=0)),
                ('delivered_fen', models.BigIntegerField(default=0)),
                ('group', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='community.group')),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='days', to='community.member')),
            ],
            options={
                'indexes': [models.Index(fields=['day', 'group'], name='member_day_by_day')],
                'constraints': [models.UniqueConstraint(fields=('member', 'group', 'day'), name='member_day_is_counted_once')],
            },
        ),
    ]
