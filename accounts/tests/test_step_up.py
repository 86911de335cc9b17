"""What is grave asks for a second step of minutes ago: nothing is done before, and nothing by itself afterwards."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import get_resolver
from django.utils import timezone

from accounts.models import SignIn, User
from accounts.tests.conftest import PASSWORD
from accounts.tests.test_second_factor import app_of, set_up
from audit.models import AuditEntry
from queues import staff_posts, stepping_up

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_static", "strict")]
STEP_UP, USERS = "/accounts/step-up/", "/admin/accounts/user/"


@pytest.fixture
def desk(owner, client, clock) -> Client:
    """An owner who came in a quarter of an hour ago."""
    set_up(owner)
    clock.shift(timedelta(minutes=1))
    client.post("/admin/login/", {"username": owner.email, "password": PASSWORD})
    client.post("/accounts/second-step/", {"code": app_of(owner).now()})
    _proven()
    clock.shift(timedelta(minutes=15))
    return client


def _proven() -> None:
    """The database has a clock of its own."""
    SignIn.objects.update(second_factor_at=timezone.now())


def code(owner: User) -> dict[str, str]:
    return {"code": app_of(owner).now()}


def role_form(role: str) -> dict[str, str]:
    return {"name": "", "role": role, "is_active": "on"}


def test_a_role_is_changed_only_soon_after_the_second_step(desk, owner, editor, clock):
    page = f"{USERS}{editor.pk}/change/"

    first = desk.post(page, role_form("owner"), headers={"Referer": f"http://testserver{page}"})

    editor.refresh_from_db()
    assert (first.status_code, editor.role) == (303, "editor")
    assert first["Location"].startswith(STEP_UP)
    assert parse_qs(urlsplit(first["Location"]).query) == {"next": [f"http://testserver{page}"]}
    assert not AuditEntry.objects.filter(action="user.changed").exists()

    back = desk.post(STEP_UP, {**code(owner), "next": page})
    _proven()

    editor.refresh_from_db()
    assert (back.status_code, back["Location"], editor.role) == (303, page, "editor")  # not by itself
    assert b"Nothing was done yet: please say once more what you want." in desk.get("/accounts/").content

    desk.post(page, role_form("owner"))

    editor.refresh_from_db()
    assert editor.role == "owner"


def test_a_button_does_nothing_before_and_works_afterwards(desk, owner, customer):
    page, form = (
        f"{USERS}personal-data/erase/",
        {"email": customer.email, "once_more": customer.email, "reason": "asked"},
    )

    first = desk.post(page, form)

    customer.refresh_from_db()
    assert first["Location"] == STEP_UP  # no page of ours sent them: from there to the admin's first
    assert (customer.email, customer.is_active) == ("customer@copydesk.example", True)
    assert not AuditEntry.objects.filter(action="person.erased").exists()
    desk.post(STEP_UP, code(owner))
    _proven()
    assert desk.post(page, form).status_code == 303
    customer.refresh_from_db()
    assert not customer.is_active


def test_a_wrong_code_leads_nowhere(desk, editor):
    answer = desk.post(STEP_UP, {"code": "000000", "next": USERS})

    assert (answer.status_code, b"That is not what the app shows now" in answer.content) == (422, True)
    assert desk.post(f"{USERS}{editor.pk}/change/", role_form("owner")).status_code == 303
    editor.refresh_from_db()
    assert editor.role == "editor"


def test_it_is_asked_for_again_after_its_minutes(desk, owner, editor, clock, settings):
    desk.post(STEP_UP, code(owner))
    _proven()
    clock.shift(settings.STEP_UP_LASTS - timedelta(seconds=1))
    in_time = desk.get(f"{USERS}add/").status_code
    clock.shift(timedelta(seconds=1))

    late = desk.get(f"{USERS}add/")

    assert (in_time, late.status_code) == (200, 303)


def test_another_browser_of_theirs_has_not_stepped_up(desk, owner, clock):
    desk.post(STEP_UP, code(owner))
    other = Client()
    other.post("/admin/login/", {"username": owner.email, "password": PASSWORD})
    SignIn.objects.filter(second_factor_at=None).update(second_factor_at=timezone.now() - timedelta(hours=1))

    assert other.get(f"{USERS}add/").status_code == 303


def test_the_page_is_for_staff_who_are_in(client):
    assert client.get(STEP_UP)["Location"] == "/accounts/sign-in/?next=%2Faccounts%2Fstep-up%2F"
    assert Client().post(STEP_UP, {"code": "123456"}).status_code == 303


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "/\\evil.example"])
def test_it_leads_to_no_other_site(desk, owner, elsewhere):
    answer = desk.post(STEP_UP, {**code(owner), "next": elsewhere})

    assert answer["Location"] == "/admin/"


def test_where_no_second_step_is_needed_nobody_is_asked(owner, client, settings, editor):
    settings.STAFF_SECOND_FACTOR = False
    client.force_login(owner)

    client.post(f"{USERS}{editor.pk}/change/", role_form("owner"))

    editor.refresh_from_db()
    assert editor.role == "owner"


def test_until_a_room_says_how_nobody_has_stepped_up(monkeypatch, rf):
    monkeypatch.setattr(stepping_up, "_WAYS", [])

    with pytest.raises(stepping_up.NobodyProves):
        stepping_up.ask_first(rf.post("/"))


def test_the_guard_refuses_whoever_may_not_before_it_asks(editor, rf):
    called = []
    view = staff_posts.staff_post("accounts.erase_person", step_up=True)(lambda request: called.append(request))
    request = rf.post("/")
    request.user = editor

    with pytest.raises(PermissionDenied):
        view(request)

    assert (called, view(rf.get("/")).status_code) == ([], 405)


GRAVE = {
    "accounts_user_export",
    "accounts_user_erase",
    "accounts_user_invite",
    "articles_desk_publish",
    "backlinks_order_approve",
    "backlinks_order_refund",
    "backlinks_order_plan",
    "backlinks_order_claim",
    "plugins_plugin_grant",
    "workflows_workflowrun_decide",
    "backlinks_order_take_out",
    "dead-letters-replay",
    "dead-letters-delete",
    "payload",
}


def test_what_is_grave_is_known_by_name():
    assert {name for name, view in _named(get_resolver().url_patterns) if getattr(view, "step_up", False)} == GRAVE


def _named(patterns):
    for pattern in patterns:
        if hasattr(pattern, "url_patterns"):
            yield from _named(pattern.url_patterns)
        else:
            view = getattr(pattern.callback, "__wrapped__", pattern.callback)
            yield pattern.name, view if hasattr(view, "step_up") else pattern.callback
