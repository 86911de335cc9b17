import django.core.serializers.json
import django.db.models.functions.datetime
import queues.ids
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='EmailLog',
            fields=[
                ('id', models.UUIDField(default=queues.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(max_length=48)),
                ('to', models.EmailField(max_length=254)),
                ('subject_type', models.CharField(max_length=32)),
                ('subject_id', models.CharField(max_length=64)),
                ('cause', models.CharField(max_length=128)),
                ('context', models.JSONField(default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder)),
                ('language', models.CharField(default='en', max_length=12)),
                ('state', models.CharField(choices=[('queued', 'Queued'), ('sending', 'Sending'), ('sent', 'Sent'), ('failed', 'Failed'), ('uncertain', 'Uncertain (may have arrived twice, or not at all)')], default='queued', max_length=16)),
                ('message_id', models.CharField(max_length=255)),
                ('attempts', models.PositiveIntegerField(default=0)),
                ('error', models.TextField(blank=True)),
                ('queued_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('sending_at', models.DateTimeField(blank=True, null=True)),
                ('sent_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'verbose_name': 'email',
                'indexes': [models.Index(fields=['state', 'queued_at'], name='email_by_state'), models.Index(fields=['-queued_at'], name='email_by_time'), models.Index(fields=['to'], name='email_by_recipient')],
                'constraints': [models.UniqueConstraint(fields=('subject_type', 'subject_id', 'kind', 'cause'), name='one_email_per_subject_kind_and_cause'), models.CheckConstraint(condition=models.Q(('state__in', ['queued', 'sending', 'sent', 'failed', 'uncertain'])), name='email_state_is_known')],
            },
        ),
    ]
