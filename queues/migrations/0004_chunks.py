from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("queues", "0003_wake")]
    operations = [
        AddIndexConcurrently(
            model_name="attempt",
            index=models.Index(
                fields=["chunk_id"], condition=models.Q(chunk_id__isnull=False), name="queues_attempt_chunk"
            ),
        ),
    ]
