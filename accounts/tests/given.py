"""Somebody of a role, for other rooms' tests of their doors."""

from django.test import Client

from accounts.models import User
from accounts.roles import Role


def signed_in(role: Role) -> Client:
    """A browser of theirs; their account has no password, so that none has to be hashed."""
    client = Client()
    client.force_login(User.objects.create_user(f"{role}@copydesk.example", role))
    return client
