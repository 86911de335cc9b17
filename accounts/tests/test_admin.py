"""People in the admin: owners only, switched off instead of deleted, every change on the record."""

import pytest
from django.urls import reverse

from accounts.models import SignIn, User
from accounts.tests.conftest import PASSWORD
from audit.models import AuditEntry

LIST = reverse("admin:accounts_user_changelist")


@pytest.fixture
def as_owner(owner, client, plain_static):
    client.force_login(owner)
    return client


def test_staff_sign_in_with_their_password(editor, client, plain_static):
    answer = client.post("/admin/login/", {"username": editor.email, "password": PASSWORD, "next": "/admin/"})

    assert (answer.status_code, answer["Location"]) == (302, "/admin/")
    assert client.get("/admin/").status_code == 200


def test_customers_do_not(customer, client, plain_static):
    customer.set_password(PASSWORD)
    customer.save(update_fields=["password"])

    answer = client.post("/admin/login/", {"username": customer.email, "password": PASSWORD})

    assert answer.status_code == 200
    assert b"errornote" in answer.content or b"Please enter the correct" in answer.content
    assert "_auth_user_id" not in client.session


def test_owners_see_everybody(as_owner, editor, customer):
    page = as_owner.get(LIST, {"q": "copydesk.example"})

    assert [row.email for row in page.context["cl"].result_list] == [
        "customer@copydesk.example",
        "editor@copydesk.example",
        "owner@copydesk.example",
    ]


def test_editors_do_not(editor, client, plain_static):
    client.force_login(editor)

    assert client.get(LIST).status_code == 403


def test_an_owner_adds_an_editor_who_can_sign_in(as_owner, client):
    form = {"email": "new@copydesk.example", "name": "New", "role": "editor", "usable_password": "true"}

    answer = as_owner.post(reverse("admin:accounts_user_add"), {**form, "password1": PASSWORD, "password2": PASSWORD})

    user = User.objects.get(email="new@copydesk.example")
    assert (answer.status_code, user.role, user.check_password(PASSWORD)) == (302, "editor", True)
    assert list(AuditEntry.objects.values_list("action", "actor_label")) == [("user.added", "owner@copydesk.example")]


def test_an_email_that_is_taken_is_refused_in_words(as_owner, editor):
    form = {"email": "EDITOR@copydesk.example", "role": "editor", "usable_password": "false"}

    page = as_owner.post(reverse("admin:accounts_user_add"), form)

    assert b"There is an account with this email." in page.content
    assert User.objects.count() == 2


def test_a_change_of_role_is_recorded_and_the_email_stays(as_owner, editor):
    form = {"email": "other@copydesk.example", "name": "", "role": "customer", "is_active": "on"}

    answer = as_owner.post(reverse("admin:accounts_user_change", args=[editor.pk]), form)

    editor.refresh_from_db()
    assert (answer.status_code, editor.role, editor.email) == (302, "customer", "editor@copydesk.example")
    assert list(AuditEntry.objects.values_list("action", "after")) == [("user.changed", {"role": "customer"})]


def test_the_last_owner_is_told_why_not(as_owner, owner):
    form = {"name": "", "role": "editor", "is_active": "on"}

    page = as_owner.post(reverse("admin:accounts_user_change", args=[owner.pk]), form)

    owner.refresh_from_db()
    assert b"This is the last active owner." in page.content
    assert (owner.role, AuditEntry.objects.count()) == ("owner", 0)


def test_a_new_password_is_recorded_and_never_kept(as_owner, editor):
    form = {"usable_password": "true", "password1": "another long phrase", "password2": "another long phrase"}

    answer = as_owner.post(reverse("admin:auth_user_password_change", args=[editor.pk]), form)

    editor.refresh_from_db()
    entry = AuditEntry.objects.get()
    assert (answer.status_code, editor.check_password("another long phrase")) == (302, True)
    assert (entry.action, entry.target_id, entry.before, entry.after) == (
        "user.password_changed",
        str(editor.pk),
        {},
        {},
    )


def test_a_new_password_ends_their_sign_ins_and_not_the_owners(as_owner, editor):
    SignIn.objects.create(user=editor, device="Firefox on Windows")
    form = {"usable_password": "true", "password1": "another long phrase", "password2": "another long phrase"}

    as_owner.post(reverse("admin:auth_user_password_change", args=[editor.pk]), form)

    assert list(SignIn.objects.filter(ended_at=None).values_list("user__email", flat=True)) == [
        "owner@copydesk.example"
    ]


def test_nobody_is_deleted(as_owner, editor):
    assert as_owner.post(reverse("admin:accounts_user_delete", args=[editor.pk]), {"post": "yes"}).status_code == 403
    assert User.objects.count() == 2


def test_nobody_makes_groups_which_would_grant_nothing(as_owner):
    """What somebody may do is said by the table of roles alone."""
    assert [as_owner.get(f"/admin/auth/group/{page}").status_code for page in ("", "add/")] == [404, 404]
    assert b"/admin/auth/" not in as_owner.get("/admin/").content
