"""The cast."""

import pytest

from accounts.models import User
from accounts.roles import Role
from audit.tests.fixtures import django_db_setup, plain_static  # noqa: F401

PASSWORD = "a long enough phrase"


@pytest.fixture(autouse=True)
def quick_hashes(settings):
    """Passwords are set in nearly every test; the real work is looked at in test_backends only."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def owner(db):
    return User.objects.create_user("owner@copydesk.example", Role.OWNER, PASSWORD)


@pytest.fixture
def editor(db):
    return User.objects.create_user("editor@copydesk.example", Role.EDITOR, PASSWORD)


@pytest.fixture
def customer(db):
    return User.objects.create_user("customer@copydesk.example", Role.CUSTOMER)
