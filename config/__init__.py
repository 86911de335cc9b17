"""The way in: settings, URLs, the Celery application, deploy checks."""

from config.celery import app as celery_app

__all__ = ("celery_app",)
