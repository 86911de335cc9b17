"""The cast."""

import pytest
import time_machine

from accounts.models import User
from accounts.roles import Role

PASSWORD = "a long enough phrase"


@pytest.fixture
def owner(db):
    return User.objects.create_user("owner@copydesk.example", Role.OWNER, PASSWORD)


@pytest.fixture
def editor(db):
    return User.objects.create_user("editor@copydesk.example", Role.EDITOR, PASSWORD)


@pytest.fixture
def customer(db):
    return User.objects.create_user("customer@copydesk.example", Role.CUSTOMER)


@pytest.fixture
def strict(settings):
    """As in production."""
    settings.STAFF_SECOND_FACTOR = True


@pytest.fixture
def clock():
    with time_machine.travel("2026-11-25 10:00:00Z", tick=False) as traveller:
        yield traveller
