"""For any room's conftest: tables that may be emptied between tests, pages without collected static files."""

import pytest
from django.db import connection
from pytest_django import DjangoDbBlocker, Settings

_TRUNCATE_GUARDS = "SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE tgname LIKE '%\\_no\\_truncate'"


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """Append-only tables still refuse UPDATE and DELETE, but the test runner may empty them."""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(_TRUNCATE_GUARDS)
        for table, guard in cursor.fetchall():
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {guard}")


@pytest.fixture
def plain_static(settings: Settings) -> None:
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}
