from django.db import migrations

from core.rules.pinyin import index_of


def fill(apps, schema_editor):
    """What a campaign saved from now on gets beside its title, for those that are there already."""
    campaigns = apps.get_model('orders', 'Campaign').objects
    for pk, title in list(campaigns.filter(pinyin='').values_list('pk', 'title')):
        campaigns.filter(pk=pk).update(pinyin=index_of(title)[:400])


class Migration(migrations.Migration):

    dependencies = [
        ('orders', '0008_campaign_pinyin'),
    ]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
