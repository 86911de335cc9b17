import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('articles', '0002_versions_are_immutable'),
        ('backlinks', '0003_refunds_have_attempts'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name='order',
            index=models.Index(django.db.models.functions.text.Lower('email'), condition=models.Q(('customer', None)), name='order_of_guest'),
        ),
    ]
