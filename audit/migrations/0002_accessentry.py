import django.db.models.functions.datetime
from django.db import migrations, models

from audit.append_only import append_only


class Migration(migrations.Migration):

    dependencies = [
        ('audit', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='AccessEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('actor_type', models.CharField(max_length=32)),
                ('actor_id', models.CharField(blank=True, max_length=64)),
                ('actor_label', models.CharField(max_length=254)),
                ('action', models.CharField(max_length=64)),
                ('target_type', models.CharField(max_length=32)),
                ('target_id', models.CharField(max_length=64)),
                ('what', models.TextField(blank=True, verbose_name='what was shown')),
                ('request_id', models.CharField(blank=True, max_length=64)),
                ('masked_ip', models.CharField(blank=True, max_length=45, verbose_name='network')),
            ],
            options={
                'verbose_name_plural': 'access log',
                'indexes': [models.Index(fields=['target_type', 'target_id', 'id'], name='access_by_target'), models.Index(fields=['actor_type', 'actor_id', 'id'], name='access_by_actor')],
            },
        ),
        append_only("audit_accessentry"),
    ]
