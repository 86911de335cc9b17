"""Celery on Redis with django-celery-results on PostgreSQL, as a Django project has it."""
