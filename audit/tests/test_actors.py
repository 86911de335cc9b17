"""Who did something."""

import pytest
from django.contrib.auth.models import AnonymousUser

from accounts.models import User
from audit.actors import SYSTEM, Actor


def test_a_person_is_copied_not_referred_to():
    person = User(pk=7, email="Editor@copydesk.example")

    actor = Actor.of(person)
    person.email = "other@copydesk.example"

    assert actor == Actor(type="user", id="7", label="Editor@copydesk.example")


def test_the_system_is_an_actor_without_an_id():
    assert Actor(type="system", id="", label="Copydesk") == SYSTEM


def test_nobody_cannot_act():
    with pytest.raises(ValueError, match="without an account"):
        Actor.of(AnonymousUser())
