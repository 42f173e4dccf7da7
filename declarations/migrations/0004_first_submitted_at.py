"""When a form was sent for the first time; of forms already sent, the last time is the best that is known."""

from django.db import migrations, models
from django.db.models import F


def take_over(apps, schema_editor):
    declarations = apps.get_model("declarations", "Declaration")
    sent = declarations.objects.exclude(state="draft").filter(submitted_at__isnull=False)
    sent.update(first_submitted_at=F("submitted_at"))


class Migration(migrations.Migration):
    dependencies = [("declarations", "0003_saved_filter")]

    operations = [
        migrations.AddField(
            model_name="declaration",
            name="first_submitted_at",
            field=models.DateTimeField(editable=False, null=True, verbose_name="首次送审时间"),
        ),
        migrations.RunPython(take_over, migrations.RunPython.noop),
    ]
