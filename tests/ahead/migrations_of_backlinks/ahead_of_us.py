from django.db import migrations, models

from tests.ahead.migrations_of_backlinks import NEWEST


class Migration(migrations.Migration):
    """A table that leads to orders, and columns in tables that are written while somebody pays."""

    dependencies = [("backlinks", NEWEST)]
    operations = [
        migrations.CreateModel(
            "OrderNote",
            [
                ("id", models.BigAutoField(primary_key=True)),
                ("order", models.ForeignKey("backlinks.order", on_delete=models.PROTECT, related_name="notes")),
                ("text", models.TextField()),
            ],
        ),
        migrations.AddField("order", "campaign", models.CharField(max_length=64, default="", db_default="")),
        migrations.AddField("checkout", "campaign", models.CharField(max_length=64, null=True)),
        migrations.AlterField("order", "customer_notes", models.CharField(max_length=900, blank=True, default="")),
    ]
