from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('orders', '0015_imports'),
    ]

    operations = [
        migrations.AddField(
            model_name='chainentry',
            name='author',
            field=models.CharField(db_default='', default='', max_length=80),
        ),
        migrations.AddField(
            model_name='chainentry',
            name='signature',
            field=models.CharField(db_default='', default='', max_length=200),
        ),
        migrations.AddField(
            model_name='paste',
            name='entries',
            field=models.JSONField(default=list),
        ),
    ]
