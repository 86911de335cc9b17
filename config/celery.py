"""The Celery application: `celery -A config`. Tasks are made of what the rooms declare (queues.loading)."""

import os

from celery import Celery
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
app = Celery("copydesk")
app.config_from_object("django.conf:settings", namespace="CELERY")
# Set here and not as CELERY_BROKER_URL: only under this name do Celery and Flower mask its password.
app.conf.broker_url = settings.REDIS_SECRET_URL
app.autodiscover_tasks(related_name="jobs")
