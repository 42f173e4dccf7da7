"""A job remembers the role and place it was made in; jobs from before take their owner's of today."""

from django.db import migrations, models


def from_owners(apps, schema_editor):
    for job in apps.get_model("jobs", "Job").objects.select_related("owner__organization"):
        owner = job.owner
        region = owner.organization.region_id if owner.organization is not None else ""
        job.scope = f"{owner.role}/{owner.organization_id or ''}/{region}"
        job.save(update_fields=["scope"])


class Migration(migrations.Migration):
    dependencies = [("jobs", "0001_initial"), ("accounts", "0001_initial")]

    operations = [
        migrations.AddField(
            "job", "scope", models.CharField(default="", editable=False, max_length=60), preserve_default=False
        ),
        migrations.RunPython(from_owners, migrations.RunPython.noop),
    ]
