from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):

    # Reading every fact takes a while on a big table; facts can be written meanwhile.
    atomic = False

    dependencies = [
        ('orders', '0005_append_only_tables_are_not_emptied'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='salefact',
            index=models.Index(condition=models.Q(('kind', 'refunded')), fields=['business_date'], include=('amount_fen',), name='refund_by_day'),
        ),
    ]
