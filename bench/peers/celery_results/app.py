"""`celery -A bench.peers.celery_results.app`, wired as Celery's own guide for Django says."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bench.peers.celery_results.settings")
app = Celery("celery_results", include=["bench.peers.celery_tasks"])
app.config_from_object("django.conf:settings", namespace="CELERY")
