from django.db import migrations

from queues.waking import calling


class Migration(migrations.Migration):
    dependencies = [("queues", "0002_backbone")]
    operations = [calling()]
