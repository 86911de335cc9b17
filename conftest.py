"""Fixtures of every room."""

import pytest
from django.conf import settings

from audit.tests.fixtures import django_db_setup, plain_static

__all__ = ("django_db_setup", "plain_static")


@pytest.fixture(scope="session", autouse=True)
def quick_hashes() -> None:
    """Passwords are set in nearly every test; the real work is looked at in accounts/tests/test_backends.py only."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
