"""Who may not: every address of the owner API, asked by everybody it is not for, in every way there is."""

from itertools import product

import pytest
from django.urls import resolve

from accounts.models import RateWindow, Scope
from accounts.roles import Role
from audit.models import AccessEntry, AuditEntry
from queues.api.urls import DOORS
from queues.draining import drain
from queues.errors import Permanent
from queues.models import Job, Pause
from queues.tests.calling import API, QUEUE, Caller, everything, person, program, signed_in
from queues.tests.given import put

pytestmark = pytest.mark.django_db

METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")
BODIES = {
    "queues/dlq/<str:id>/replay": {"reason": "the cause is mended"},
    "queues/dlq/<str:id>/delete": {"reason": "the cause is mended"},
    "queues/dlq/replay": {"filter": {"all": True}, "reason": "the cause is mended"},
    "queues/dlq/delete": {"filter": {"all": True}, "reason": "the cause is mended"},
}
NOT_NOW = {"queues/<str:name>/jobs/<str:id>/cancel", "queues/<str:name>/resume"}  # it has failed; it is not paused
ADDRESSES = [address for address, _ in DOORS]
READS = [address for address, door in DOORS if hasattr(door, "get")]
WRITES = [address for address, door in DOORS if hasattr(door, "post")]


@pytest.fixture
def failed(script) -> Job:
    """One job that died, so that every address leads somewhere."""

    def fail(ctx):
        raise Permanent("no")

    script(fail)
    job = put()
    drain(only="test-job")
    return job


def path_of(address: str, job: Job) -> str:
    path = address.replace("<str:name>", QUEUE).replace("<str:id>", str(job.pk))
    assert resolve(f"/api/owner/{path}").func.view_class is dict(DOORS)[address]
    return path.removeprefix("queues")


def refusals() -> list[tuple[str, str, str]]:
    entries = AuditEntry.objects.filter(action="access.refused").order_by("pk")
    return [(entry.actor_label, entry.after["method"], entry.after["path"]) for entry in entries]


def ask(caller: Caller, method: str, address: str, job: Job):
    return caller.ask(method, path_of(address, job), BODIES.get(address) if method == "POST" else None)


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_stranger_is_asked_who_they_are(failed, address):
    before = everything()

    for method, slash in product(METHODS, ("", "/")):
        answer = Caller().ask(method, path_of(address, failed) + slash, BODIES.get(address))

        assert (answer.status_code, answer["WWW-Authenticate"]) == (401, 'Bearer realm="owners"')
    assert (everything(), AccessEntry.objects.count()) == (before, 0)


@pytest.mark.parametrize("role", [Role.EDITOR, Role.CUSTOMER])
@pytest.mark.parametrize("address", ADDRESSES)
def test_whoever_is_no_owner_is_refused_and_it_is_on_record(failed, address, role):
    caller = signed_in(role)
    before = everything(AuditEntry)

    for method in METHODS:
        assert ask(caller, method, address, failed).status_code == 403

    assert (everything(AuditEntry), AccessEntry.objects.count()) == (before, 0)
    where = API + path_of(address, failed)
    assert refusals() == [(f"{role.value}@copydesk.example", method, where) for method in METHODS]


@pytest.mark.parametrize("address", WRITES)
def test_a_token_that_may_only_read_writes_nothing(failed, address):
    caller = program(Scope.READ)
    before = everything(AuditEntry)

    answer = ask(caller, "POST", address, failed)

    assert (answer.status_code, answer.json()["code"]) == (403, "read_only_token")
    assert everything(AuditEntry) == before
    assert refusals() == [(person().email, "POST", API + path_of(address, failed))]


@pytest.mark.parametrize("address", WRITES)
def test_a_session_writes_nothing_without_its_csrf_token(failed, address):
    caller = signed_in(enforce_csrf_checks=True)
    before = everything()

    answer = ask(caller, "POST", address, failed)

    assert (answer.status_code, "CSRF" in answer.json()["detail"]) == (403, True)
    assert everything() == before


def test_a_session_writes_with_its_csrf_token():
    caller = signed_in(enforce_csrf_checks=True)
    caller.http.cookies["csrftoken"] = token = "a" * 32

    answer = caller.post(f"/{QUEUE}/pause", **{"X-CSRFToken": token})

    assert (answer.status_code, Pause.objects.count()) == (200, 1)


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_owner_changes_nothing_but_by_post(failed, address):
    caller = signed_in()
    before = everything()

    for method in METHODS:
        if method == "POST" and address in WRITES:
            continue
        allowed = method == "OPTIONS" or (method in ("GET", "HEAD") and address in READS)
        assert ask(caller, method, address, failed).status_code == (200 if allowed else 405)
    assert everything() == before


@pytest.mark.parametrize("address", WRITES)
def test_an_owner_goes_through_by_post(failed, address):
    """Or the refusals above would say nothing."""
    caller = signed_in()
    before = everything()

    answer = ask(caller, "POST", address, failed)

    if address in NOT_NOW:
        assert (answer.status_code, everything() == before) == (409, True)
    else:
        assert (answer.status_code in (200, 202), everything() == before) == (True, False)


def test_whoever_hammers_is_slowed_down_before_they_fill_the_record(settings):
    settings.CALLS_PER_MINUTE = {"owner-read": 2, "owner-write": 2, "owner-stranger": 3}
    editor = signed_in(Role.EDITOR)

    assert [editor.get().status_code for _ in range(4)] == [403, 403, 429, 429]
    assert len(refusals()) == 2
    assert [Caller().get().status_code for _ in range(5)] == [401, 401, 401, 429, 429]
    assert RateWindow.objects.count() == 2
