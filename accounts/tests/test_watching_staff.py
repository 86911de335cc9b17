"""Owners see who came in and who was refused, end sign-ins of others, and read who may do what."""

import pytest

from accounts import roles
from accounts.admin.who_may import by_room
from accounts.models import SignIn
from accounts.roles import Role
from accounts.tests.conftest import PASSWORD
from accounts.tests.given import signed_in
from accounts.tests.test_second_factor import set_up
from audit.models import AuditEntry

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_static")]
USERS, LOG = "/admin/accounts/user/", "/admin/accounts/signin/"


@pytest.fixture
def desk():
    return signed_in(Role.OWNER)


def test_the_log_says_who_came_in_from_where(desk, editor):
    SignIn.objects.create(user=editor, device="Firefox on Windows", masked_ip="203.0.113.0")

    page = desk.get(LOG, {"q": "editor@"})
    one = desk.get(f"{LOG}{SignIn.objects.get(user=editor).pk}/change/")

    assert [str(row) for row in page.context["cl"].result_list] == ["Firefox on Windows, 203.0.113.0"]
    assert one.status_code == 200
    assert desk.post(f"{LOG}add/").status_code == 403


def test_signed_out_everywhere_is_once_and_on_record(desk, editor, client):
    client.force_login(editor)
    assert client.get("/admin/").status_code == 200

    answer = desk.post(f"{USERS}{editor.pk}/sign-out/")
    desk.post(f"{USERS}{editor.pk}/sign-out/")

    assert (answer.status_code, answer["Location"]) == (303, f"{USERS}{editor.pk}/change/")
    assert client.get("/admin/").status_code == 302
    entry = AuditEntry.objects.get(action="user.signed_out")
    assert (entry.actor_label, entry.after) == ("owner@copydesk.example", {"browsers": 1})
    assert entry.target_id == str(editor.pk)


def test_the_button_stands_on_their_page(desk, editor):
    page = desk.get(f"{USERS}{editor.pk}/change/").content.decode()

    assert f'action="{USERS}{editor.pk}/sign-out/"' in page


@pytest.mark.parametrize("role", [Role.EDITOR, Role.CUSTOMER])
def test_nobody_else_signs_anybody_out(owner, role):
    SignIn.objects.create(user=owner, device="Firefox on Windows")

    assert signed_in(role).post(f"{USERS}{owner.pk}/sign-out/").status_code in (302, 403)

    assert SignIn.objects.filter(user=owner, ended_at=None).exists()


def test_whoever_is_switched_off_is_signed_out(desk, editor):
    SignIn.objects.create(user=editor, device="Firefox on Windows")

    desk.post(f"{USERS}{editor.pk}/change/", {"name": "", "role": "editor"})

    assert not SignIn.objects.filter(user=editor, ended_at=None).exists()


def test_a_refused_password_of_staff_is_on_record_and_nobody_elses(client, editor, customer):
    for address in (editor.email.upper(), customer.email, "nobody@example.com"):
        client.post("/admin/login/", {"username": address, "password": "wrong"}, REMOTE_ADDR="198.51.100.7")

    entry = AuditEntry.objects.get()
    assert (entry.action, entry.target_id, entry.after["step"]) == ("sign_in.refused", str(editor.pk), "password")
    assert (entry.actor_label, entry.masked_ip) == ("somebody not signed in", "198.51.100.0")
    assert "wrong" not in str(entry.after)


def test_so_is_a_refused_second_step(client, editor, settings):
    settings.STAFF_SECOND_FACTOR = True
    set_up(editor)
    client.post("/admin/login/", {"username": editor.email, "password": PASSWORD})

    client.post("/accounts/second-step/", {"code": "000000"})

    assert [e.after["step"] for e in AuditEntry.objects.filter(action="sign_in.refused")] == ["second step"]


def test_the_table_of_who_may_is_the_one_in_code(desk, monkeypatch):
    lines = {line.permission: line for room in by_room().values() for line in room}

    assert lines["backlinks.refund_order"].allowed == (True, True, False)
    assert lines["backlinks.refund_order"].step_up
    assert lines["accounts.erase_person"].allowed == (True, False, False)
    assert not lines["queues.view_queues"].step_up
    page = desk.get(f"{USERS}who-may/").content.decode()
    assert all(f"<code>{line.words}</code>" in page for line in lines.values())
    monkeypatch.setattr(roles, "PERMISSIONS", {Role.OWNER: frozenset({"*"})})
    assert {line.allowed for room in by_room().values() for line in room} == {(True, False, False)}
