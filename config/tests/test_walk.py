"""Every address of the staff's as everybody: let in is only who holds the permission that the address names.

What it names is looked for on the view itself, or asked of Django's admin where that is the door.
"""

from threading import BoundedSemaphore

import pytest
from django.contrib.admin import site
from django.test import Client

from accounts import roles
from accounts.roles import Role
from accounts.tests.given import signed_in
from analytics.pages import streaming
from audit.models import AuditEntry
from config.tests.walking import Address, addresses, staff_addresses
from queues.tests.calling import everything

pytestmark = [pytest.mark.django_db, pytest.mark.walk, pytest.mark.usefixtures("plain_static")]
BUSY = "/admin/analytics/now/stream/"  # open streams are counted; at another time there is room
# Nothing is made or removed by hand there; a search box is asked for by a form, which names its field.
NOT_EVEN_OWNERS = ("/add/", "/delete/", "/autocomplete/")
WAY_IN = {"/admin/login/", "/admin/logout/"}
# Django's own, for whoever is staff: a list of what they may see, their own password, the scripts' words.
LEADS_ON = {"home"}  # to a page that asks
FOR_ALL_STAFF = {"index", "jsi18n", "app_list", "password_change", "password_change_done", "autocomplete", "search"}
# What only our own pages answer: unfold's and Django's doors ask the model's permission themselves.
ASKED_OF_THE_MODEL = ("_changelist", "_add", "_history", "_delete", "_change", "password_change", "view_on_site")


@pytest.fixture(autouse=True)
def streams_of_its_own(monkeypatch):
    """Those opened here are left open, as no browser would."""
    monkeypatch.setattr(streaming, "_FREE", BoundedSemaphore(streaming.MOST_STREAMS))


def of_django(way: Address) -> bool:
    """Whether Django's admin is the door, which asks `has_…_permission` of the model."""
    view = way.view
    while hasattr(view, "__wrapped__"):
        view = view.__wrapped__
    return (
        hasattr(view, "__self__")
        or hasattr(way.view, "allowed_permissions")
        or way.name.endswith(ASKED_OF_THE_MODEL)
        or way.name in FOR_ALL_STAFF
        or not way.name
    )


@pytest.fixture
def ways() -> list[Address]:
    return [way for way in staff_addresses() if way.path not in WAY_IN]


def named(way: Address) -> str | None:
    view = getattr(way.view, "view_class", None) or getattr(way.view, "cls", way.view)
    return getattr(view, "permission", None)


def test_every_page_of_ours_names_its_permission(ways):
    silent = [way.path for way in ways if not named(way) and not of_django(way) and way.name not in LEADS_ON]

    assert silent == []


@pytest.mark.parametrize("who", ["stranger", Role.CUSTOMER])
def test_nobody_but_staff_is_let_in_anywhere_and_nothing_changes(ways, who):
    client = Client() if who == "stranger" else signed_in(Role.CUSTOMER)
    client.get("/admin/login/")
    before = everything(AuditEntry)

    let_in = [
        (way.path, method)
        for way in ways
        for method in ("GET", "POST")
        if client.generic(method, way.path, headers={"Accept": "application/json"}).status_code < 300
    ]

    assert let_in == []
    assert everything(AuditEntry) == before


def test_an_editor_is_let_in_by_what_the_table_gives_them_alone(ways):
    client = signed_in(Role.EDITOR)
    client.get("/admin/login/")

    for way in ways:
        permission, status = named(way), client.get(way.path).status_code
        if permission and not roles.allows(Role.EDITOR, permission):
            assert status in (403, 405), (way.path, status)
        if status == 200 and not permission:
            assert way.name in FOR_ALL_STAFF or editor_may_look(way), way.path


def editor_may_look(way: Address) -> bool:
    """The admin's own lists: by the view permission of their model."""
    return any(
        way.name.startswith(f"{model._meta.app_label}_{model._meta.model_name}_")
        and roles.allows(Role.EDITOR, f"{model._meta.app_label}.view_{model._meta.model_name}")
        for model in site._registry
    )


def test_an_owner_finds_a_page_wherever_there_is_one(ways):
    """Or nothing to show, or a door for POST only; never a refusal and never an error."""
    client = signed_in(Role.OWNER)

    answers = {way.path: client.get(way.path).status_code for way in ways}

    assert {path: status for path, status in answers.items() if (status >= 500 or status == 401) and path != BUSY} == {}
    refused = {path for path, status in answers.items() if status == 403}
    assert {path for path in refused if not path.endswith(NOT_EVEN_OWNERS)} == set()


def test_without_the_table_nobody_is_let_in(ways, monkeypatch):
    """The table alone grants: emptied, an owner is staff who may do nothing."""
    client = signed_in(Role.OWNER)
    monkeypatch.setattr(roles, "PERMISSIONS", {})

    let_in = {way.name for way in ways if client.get(way.path).status_code == 200}

    assert let_in <= FOR_ALL_STAFF


def test_no_address_of_the_staffs_stands_elsewhere():
    """Views that name a staff permission live under the staff's addresses, where everything above looks."""
    strays = {way.path for way in addresses() if str(named(way) or "").count(".") == 1}

    assert {path for path in strays if not path.startswith("/api/")} == {"/metrics"}  # asked for by machines
