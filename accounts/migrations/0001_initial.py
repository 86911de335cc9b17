import django.db.models.functions.datetime
import django.db.models.functions.text
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='User',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('email', models.EmailField(error_messages={'unique': 'There is an account with this email.'}, max_length=254, unique=True)),
                ('name', models.CharField(blank=True, max_length=120)),
                ('role', models.CharField(choices=[('owner', 'Owner'), ('editor', 'Editor'), ('customer', 'Customer')], default='customer', max_length=16)),
                ('is_active', models.BooleanField(default=True, help_text='Switch off instead of deleting.', verbose_name='active')),
                ('date_joined', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
            ],
            options={
                'constraints': [models.UniqueConstraint(django.db.models.functions.text.Lower('email'), name='one_account_per_email', violation_error_message='There is an account with this email.'), models.CheckConstraint(condition=models.Q(('role__in', ['owner', 'editor', 'customer'])), name='user_role_is_known')],
            },
        ),
        migrations.CreateModel(
            name='RateWindow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('scope', models.CharField(max_length=64)),
                ('who', models.CharField(max_length=64)),
                ('hits', models.PositiveIntegerField()),
                ('ends_at', models.DateTimeField()),
            ],
            options={
                'indexes': [models.Index(fields=['ends_at'], name='rate_window_by_end')],
                'constraints': [models.UniqueConstraint(fields=('scope', 'who'), name='one_window_per_scope_and_who')],
            },
        ),
    ]
