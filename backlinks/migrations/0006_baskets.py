"""Orders that were put aside to be paid for together."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("backlinks", "0005_target_reports")]

    operations = [
        migrations.CreateModel(
            name="BasketItem",
            fields=[
                (
                    "order",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="basket_item",
                        serialize=False,
                        to="backlinks.order",
                    ),
                ),
                ("added_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
        ),
    ]
