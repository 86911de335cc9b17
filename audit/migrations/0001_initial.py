import django.core.serializers.json
import django.db.models.functions.datetime
from django.db import migrations, models

from audit.append_only import append_only, refusal


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='AuditEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('actor_type', models.CharField(max_length=32)),
                ('actor_id', models.CharField(blank=True, max_length=64)),
                ('actor_label', models.CharField(max_length=254)),
                ('action', models.CharField(max_length=64)),
                ('target_type', models.CharField(max_length=32)),
                ('target_id', models.CharField(max_length=64)),
                ('reason', models.TextField(blank=True)),
                ('before', models.JSONField(default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder)),
                ('after', models.JSONField(default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder)),
                ('request_id', models.CharField(blank=True, max_length=64)),
                ('masked_ip', models.CharField(blank=True, max_length=45, verbose_name='network')),
            ],
            options={
                'verbose_name_plural': 'audit entries',
                'indexes': [models.Index(fields=['target_type', 'target_id', 'id'], name='audit_by_target'), models.Index(fields=['actor_type', 'actor_id', 'id'], name='audit_by_actor'), models.Index(fields=['action', 'id'], name='audit_by_action')],
            },
        ),
        refusal(),
        append_only("audit_auditentry"),
    ]
