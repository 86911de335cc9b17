"""For every room, by the conftest above them: tables that may be emptied, pages without collected static files."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.management import create_contenttypes
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.db.models.signals import post_migrate
from pytest_django import DjangoDbBlocker, Settings

_TRUNCATE_GUARDS = "SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE tgname LIKE '%\\_no\\_truncate'"


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """Append-only tables still refuse UPDATE and DELETE, but the test runner may empty them. Kinds of rows and
    permissions come back as they were: for Django to find out which are missing took longer than most tests."""
    with django_db_blocker.unblock():
        with connection.cursor() as cursor:
            cursor.execute(_TRUNCATE_GUARDS)
            for table, guard in cursor.fetchall():
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {guard}")
        post_migrate.disconnect(create_contenttypes)
        post_migrate.disconnect(dispatch_uid="django.contrib.auth.management.create_permissions")
        post_migrate.connect(_putting_back(), weak=False)


def _putting_back() -> Callable[..., None]:
    rows = {model: list(model.objects.all()) for model in (ContentType, Permission)}

    def put_back(sender: Any, **_: Any) -> None:
        if sender.label == ContentType._meta.app_label:  # once, and not for each app
            for model, its_rows in rows.items():
                model.objects.bulk_create(its_rows, ignore_conflicts=True)

    return put_back


@pytest.fixture
def plain_static(settings: Settings) -> None:
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}
