from django.db import migrations

ROLL_UPS = ("CohortWeek", "RepurchaseStep", "MemberDay", "MemberStat", "Watermark")


def count_anew(apps, schema_editor):
    """Forget the roll-ups that lack the new columns and ask for them at once, not only in the night."""
    if not apps.get_model("insights", "Watermark").objects.exists():
        return
    for name in ROLL_UPS:
        apps.get_model("insights", name).objects.all().delete()
    job, asked = apps.get_model("core", "Job").objects.get_or_create(
        key="nightly_rollup:insights 0004", defaults={"kind": "nightly_rollup"}
    )
    if asked:
        apps.get_model("core", "Shard").objects.create(job=job, number=1)


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0001_initial'),
        ('insights', '0003_leaders_own_and_inviters'),
    ]

    operations = [
        migrations.RunPython(count_anew, migrations.RunPython.noop),
    ]
