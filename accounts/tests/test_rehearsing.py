"""The selftest is let in where staff need their second step, for as long as it runs."""

import pytest
from django.test import Client

from accounts.models import SignIn, User
from accounts.roles import Role
from queues.selftest.session import owner_session

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_static")]
PAGE = "/admin/queues/"


def test_its_session_opens_the_owners_pages_until_it_ends(settings):
    settings.STAFF_SECOND_FACTOR = True
    owner = User.objects.create_user("owner@copydesk.example", Role.OWNER)

    with owner_session() as cookie:
        inside = Client().get(PAGE, headers={"Cookie": cookie})
        (sign_in,) = SignIn.objects.all()
        was_open = (sign_in.user, sign_in.device, sign_in.ended_at) == (owner, "manage.py selftest", None)
    outside = Client().get(PAGE, headers={"Cookie": cookie})

    assert (inside.status_code, was_open, outside.status_code) == (200, True, 302)
    assert SignIn.objects.get().ended_at is not None


def test_an_error_ends_it_too():
    User.objects.create_user("owner@copydesk.example", Role.OWNER)

    with pytest.raises(RuntimeError), owner_session():
        raise RuntimeError

    assert SignIn.objects.get().ended_at is not None
