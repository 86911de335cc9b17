"""Who opened what is about a person."""

import pytest
from django.urls import reverse

from accounts.models import User
from accounts.roles import Role
from audit.models import AccessEntry

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_static")]


@pytest.fixture
def reader():
    return User.objects.create_user("reader@example.com", Role.CUSTOMER)


def page_of(person: User) -> str:
    return reverse("admin:accounts_user_change", args=[person.pk])


def test_opening_a_persons_page_is_logged(client, reader):
    owner = User.objects.create_user("owner@copydesk.example", Role.OWNER)
    client.force_login(owner)

    assert client.get(page_of(reader)).status_code == 200

    entry = AccessEntry.objects.get()
    assert (entry.actor_id, entry.action) == (str(owner.pk), "user.read")
    assert (entry.target_type, entry.target_id) == ("user", str(reader.pk))


def test_lists_and_what_is_posted_are_not(client, reader):
    client.force_login(User.objects.create_user("owner@copydesk.example", Role.OWNER))

    assert client.get(reverse("admin:accounts_user_changelist")).status_code == 200
    assert client.post(page_of(reader), {"name": "", "role": "none"}).status_code == 200

    assert AccessEntry.objects.count() == 0


def test_who_may_not_open_it_leaves_nothing(client, reader):
    client.force_login(User.objects.create_user("editor@copydesk.example", Role.EDITOR))

    assert client.get(page_of(reader)).status_code == 403
    assert AccessEntry.objects.count() == 0
