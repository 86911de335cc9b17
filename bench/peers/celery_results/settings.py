"""A small Django project with django-celery-results; BENCH_KEEP_CONNECTIONS=1 keeps database connections open."""

import os
from urllib.parse import unquote, urlsplit

_database = urlsplit(os.environ["DATABASE_URL"])
_kept = os.environ.get("BENCH_KEEP_CONNECTIONS") == "1"

SECRET_KEY = "only for the bench"
INSTALLED_APPS = ["django.contrib.contenttypes", "django_celery_results"]
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": _database.path.lstrip("/"),
        "USER": unquote(_database.username or ""),
        "PASSWORD": unquote(_database.password or ""),
        "HOST": _database.hostname,
        "PORT": _database.port,
        "CONN_MAX_AGE": None if _kept else 0,
    }
}
CELERY_BROKER_URL = os.environ["REDIS_URL"]
CELERY_RESULT_BACKEND = "django-db"
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_DEFAULT_QUEUE = "bench"
if _kept:
    CELERY_DB_REUSE_MAX = 1_000_000
