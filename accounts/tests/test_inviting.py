"""Staff are invited: a link by email that works once, for some days, and for nobody who has a password."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.core import mail as outbox
from django.test import Client

from accounts.models import User
from accounts.roles import Role
from accounts.tests.conftest import PASSWORD
from accounts.tests.given import signed_in
from audit.models import AuditEntry
from mail.models import EmailLog
from queues.draining import drain

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_static")]
USERS = "/admin/accounts/user/"
NEW = "new@copydesk.example"
CHOSEN = {"new_password1": PASSWORD, "new_password2": PASSWORD}


def added(role: Role = Role.EDITOR, **more: str) -> User:
    form = {"email": NEW, "name": "New", "role": role.value, "usable_password": "false", **more}
    assert signed_in(Role.OWNER).post(f"{USERS}add/", form).status_code == 302
    return User.objects.get(email=NEW)


def link() -> str:
    drain(only="send-email")
    found = re.search(r"https?://\S+(/accounts/invitation/\S+)", outbox.outbox[-1].body)
    assert found, outbox.outbox[-1].body
    return found[1]


def opened(client: Client, url: str) -> str:
    """Where the visit ends: the code is traded and stands in the address no more."""
    return client.get(url, follow=True).request["PATH_INFO"]


def test_whoever_is_added_without_a_password_chooses_it(client):
    new = added()
    url = link()

    form = opened(client, url)
    answer = client.post(form, CHOSEN)

    assert form == re.sub(r"[^/]+/$", "set-password/", url)
    assert (answer.status_code, answer["Location"]) == (302, "/admin/login/")
    new.refresh_from_db()
    assert new.check_password(PASSWORD)
    assert outbox.outbox[-1].to == [NEW]
    entries = AuditEntry.objects.order_by("pk").values_list("action", "actor_label")
    owner = "owner@copydesk.example"
    assert list(entries) == [("user.added", owner), ("user.invited", owner), ("user.password_chosen", NEW)]


def test_nobody_chooses_their_own_address_for_a_password(client):
    new = added()

    client.post(opened(client, link()), {"new_password1": NEW, "new_password2": NEW})

    new.refresh_from_db()
    assert not new.has_usable_password()


def test_the_link_stands_in_no_row(client):
    added()
    code = link().split("/")[-2]

    assert code not in str(list(EmailLog.objects.values())) + str(list(AuditEntry.objects.values()))


def test_it_works_once(client):
    new = added()
    url = link()
    client.post(opened(client, url), CHOSEN)

    again = Client()
    page = again.get(url, follow=True)
    other = "another long phrase"
    again.post(page.request["PATH_INFO"], {"new_password1": other, "new_password2": other})

    new.refresh_from_db()
    assert b"opens nothing any more" in page.content
    assert new.check_password(PASSWORD)


def test_it_ends_after_some_days(client):
    added()
    url = link()

    with time_machine.travel(timedelta(days=4), tick=False):
        assert b"opens nothing any more" in client.get(url, follow=True).content


def test_a_weak_password_is_refused_in_words(client):
    new = added()

    page = client.post(opened(client, link()), {"new_password1": "short", "new_password2": "short"})

    new.refresh_from_db()
    assert b"too short" in page.content
    assert not new.has_usable_password()


def test_switched_off_meanwhile_it_opens_nothing(client):
    new = added()
    url = link()
    User.objects.filter(pk=new.pk).update(is_active=False)

    assert b"opens nothing any more" in client.get(url, follow=True).content


def test_another_is_sent_on_request_and_never_to_who_has_a_password(editor):
    new = added()
    desk = Client()
    desk.force_login(User.objects.get(role=Role.OWNER))

    desk.post(f"{USERS}{new.pk}/invite/")
    refused = desk.post(f"{USERS}{editor.pk}/invite/", follow=True)

    assert list(EmailLog.objects.values_list("kind", "to")) == [("staff_invitation", NEW)] * 2
    assert b"they have a password already" in refused.content
    assert b"Send another invitation" in desk.get(f"{USERS}{new.pk}/change/").content


@pytest.mark.parametrize(
    ("role", "more"),
    [
        (Role.CUSTOMER, {}),
        (Role.EDITOR, {"usable_password": "true", "password1": PASSWORD, "password2": PASSWORD}),
    ],
)
def test_customers_and_who_is_given_a_password_are_not_invited(role, more):
    added(role, **more)

    assert not EmailLog.objects.exists()


@pytest.mark.parametrize("role", [Role.EDITOR, Role.CUSTOMER])
def test_nobody_but_an_owner_invites(role):
    new = User.objects.create_user(NEW, Role.EDITOR)

    assert signed_in(role).post(f"{USERS}{new.pk}/invite/").status_code in (302, 403)

    assert not EmailLog.objects.exists()
