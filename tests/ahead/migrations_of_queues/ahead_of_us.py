from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

from tests.ahead.migrations_of_queues import NEWEST


class Migration(migrations.Migration):
    """On the busiest table: columns that this release does not know, and an index built beside its work."""

    atomic = False
    dependencies = [("queues", NEWEST)]
    operations = [
        migrations.AddField("job", "tenant", models.CharField(max_length=32, null=True)),
        migrations.AddField("job", "weight", models.PositiveSmallIntegerField(default=1, db_default=1)),
        AddIndexConcurrently("job", models.Index(fields=["tenant", "run_at"], name="queues_job_ahead")),
    ]
