import django.contrib.postgres.functions
from django.db import migrations, models

from audit.append_only import append_only, behind_the_doors, doors, with_door


class Migration(migrations.Migration):

    dependencies = [
        ('audit', '0002_accessentry'),
    ]

    operations = [
        migrations.CreateModel(
            name='Seal',
            fields=[
                ('number', models.BigIntegerField(primary_key=True, serialize=False)),
                ('entry_id', models.BigIntegerField(unique=True)),
                ('at', models.DateTimeField(db_index=True)),
                ('facts', models.BinaryField(max_length=32)),
                ('actor', models.BinaryField(help_text='Empty when it had been erased before.', max_length=32)),
                ('words', models.BinaryField(help_text='Empty when they had been erased before.', max_length=32)),
                ('digest', models.BinaryField(max_length=32)),
            ],
        ),
        migrations.AlterModelOptions(
            name='accessentry',
            options={'permissions': [('export_accessentry', 'Can take the access log away as a file')], 'verbose_name_plural': 'access log'},
        ),
        migrations.AlterModelOptions(
            name='auditentry',
            options={'permissions': [('export_auditentry', 'Can take the record away as a file')], 'verbose_name_plural': 'audit entries'},
        ),
        migrations.AddField(
            model_name='auditentry',
            name='salt_of_actor',
            field=models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), editable=False, null=True),
        ),
        migrations.AddField(
            model_name='auditentry',
            name='salt_of_words',
            field=models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), editable=False, null=True),
        ),
        migrations.CreateModel(
            name='ChainHead',
            fields=[
                ('id', models.PositiveSmallIntegerField(default=1, editable=False, primary_key=True, serialize=False)),
                ('number', models.BigIntegerField()),
                ('digest', models.BinaryField(max_length=32)),
                ('proof', models.BinaryField(max_length=32)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('id', 1)), name='audit_one_chain_head')],
            },
        ),
        append_only("audit_seal"),
        doors(),
        with_door("audit_auditentry"),
        with_door("audit_accessentry"),
        behind_the_doors(),
    ]
