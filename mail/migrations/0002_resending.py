
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('mail', '0001_initial'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='emaillog',
            options={'permissions': [('resend_emaillog', 'Can send an email once more')], 'verbose_name': 'email'},
        ),
        migrations.AddField(
            model_name='emaillog',
            name='provider_id',
            field=models.CharField(blank=True, db_default='', default='', help_text='As the server answered.', max_length=255),
        ),
        migrations.AddField(
            model_name='emaillog',
            name='resend_of',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='resends', to='mail.emaillog'),
        ),
    ]
