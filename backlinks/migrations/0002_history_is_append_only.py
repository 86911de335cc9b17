"""What happened to an order stays on record."""

from django.db import migrations

from audit.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [("backlinks", "0001_initial"), ("audit", "0001_initial")]

    operations = [append_only("backlinks_orderevent")]
