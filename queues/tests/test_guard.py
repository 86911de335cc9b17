"""Who may open the owner's pages, and what is kept of who may not: every address, everybody it is not for."""

from typing import Any
from urllib.parse import urlsplit

import pytest
from django.urls import reverse

from accounts import roles
from accounts.models import RateWindow
from accounts.roles import Role
from audit.models import AccessEntry, AuditEntry
from queues.bulk import REPLAYING, replay_all
from queues.letters import Filter
from queues.models import Attempt, Job, Pause
from queues.tests.browsing import PAGES, browser, fragment, read
from queues.tests.calling import QUEUE, everything
from queues.tests.dead import dead
from queues.tests.given import OWNER
from queues.urls import urlpatterns
from queues.views.guard import VIEW

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_static")]

PERMISSIONS = {pattern.name: getattr(pattern.callback, "permission", None) for pattern in urlpatterns}
ADDRESSES = list(PERMISSIONS)
WRITES = [name for name, permission in PERMISSIONS.items() if permission != VIEW]
READS = [name for name in ADDRESSES if name not in WRITES]
REFUSED_NOW = {"resume", "cancel", "schedule-on"}  # it is not paused, it has failed, it is on
CHUNK = "71d8b470-c768-49c2-b0a4-150b72e461aa"
ASKED = {"reason": "the cause is mended", "all": "1"}


@pytest.fixture
def failed() -> Job:
    """One job that died and an order to replay it, so that every address leads somewhere."""
    job = dead()
    Attempt.objects.filter(job=job).update(chunk_id=CHUNK)
    replay_all(filter=Filter(queue=QUEUE), actor=OWNER, reason="the cause is mended")
    return job


def url_of(name: str, job: Job) -> str:
    (pattern,) = (pattern for pattern in urlpatterns if pattern.name == name)
    shown = Job.objects.get(name=REPLAYING) if name == "dead-letters-progress" else job
    known = {"name": QUEUE, "job_id": shown.pk, "chunk_id": CHUNK, "entry": "recount-jobs"}
    return reverse(f"queues:{name}", kwargs={part: known[part] for part in pattern.pattern.converters})


def refusals() -> list[tuple[str, str, str]]:
    entries = AuditEntry.objects.filter(action="access.refused").order_by("pk")
    return [(entry.actor_label, entry.after["method"], entry.after["path"]) for entry in entries]


@pytest.fixture
def onlooker(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Somebody who may look at the queues and change nothing."""
    monkeypatch.setattr(roles, "PERMISSIONS", {**roles.PERMISSIONS, Role.EDITOR: frozenset({VIEW})})
    return browser(Role.EDITOR)


def test_every_address_asks_for_a_permission_of_this_room():
    assert [name for name, permission in PERMISSIONS.items() if not str(permission).startswith("queues.")] == []
    assert set(WRITES) >= {"pause", "resume", "retry", "cancel", "payload", "schedule-on", "schedule-off"}


def test_a_visitor_is_sent_to_sign_in_and_back(client):
    answer = client.get("/admin/queues/?x=1")

    assert (answer.status_code, answer["Location"]) == (302, "/admin/login/?next=/admin/queues/%3Fx%3D1")
    assert AuditEntry.objects.count() == 0


def test_a_visitor_learns_nothing_and_changes_nothing(failed):
    http = browser(None)
    urls = [url_of(name, failed) for name in ADDRESSES]
    before = everything()

    answers = [http.get(url) for url in urls]
    posted = [http.post(url_of(name, failed), ASKED) for name in WRITES]

    led = [(answer.status_code, answer["Location"]) for answer in answers + posted]
    assert led == [(302, f"/admin/login/?next={answer.wsgi_request.path}") for answer in answers + posted]
    assert (everything(), AccessEntry.objects.count()) == (before, 0)


def test_a_refresh_is_not_led_to_the_sign_in_form(failed):
    http = browser(None)

    answers = [http.get(url_of(name, failed), headers={"HX-Request": "true"}) for name in ADDRESSES]

    assert {(answer.status_code, answer.content) for answer in answers} == {(401, b"Please sign in again.")}


@pytest.mark.parametrize("role", [Role.EDITOR, Role.CUSTOMER])
def test_whoever_is_no_owner_is_refused_and_it_is_on_record(failed, role):
    http = browser(role)
    asked = [("GET", url_of(name, failed)) for name in ADDRESSES] + [("POST", url_of(name, failed)) for name in WRITES]
    before = everything(AuditEntry)

    answers = [http.generic(method, url) for method, url in asked]

    assert [answer.status_code for answer in answers] == [403] * len(asked)
    assert not any(word in answer.content.decode() for answer in answers for word in (PAGES, QUEUE, str(failed.pk)))
    assert (everything(AuditEntry), AccessEntry.objects.count()) == (before, 0)
    assert refusals() == [(f"{role.value}@copydesk.example", method, url) for method, url in asked]


def test_looking_is_one_permission_and_each_change_another(failed, onlooker):
    asked = [(method, url_of(name, failed)) for name in WRITES for method in ("GET", "POST")]
    before = everything(AuditEntry)

    assert [onlooker.generic(method, url).status_code for method, url in asked] == [403] * len(asked)

    assert (everything(AuditEntry), AccessEntry.objects.count()) == (before, 0)
    assert [(method, path) for _, method, path in refusals()] == asked


def test_an_onlooker_finds_no_button_that_would_refuse_them(failed, onlooker):
    writes = {url_of(write, failed) for write in WRITES}

    for name in READS:
        answer = onlooker.get(url_of(name, failed), follow=name == "chunk")

        assert (name, answer.status_code) == (name, 200)
        if answer["Content-Type"] != "application/json":
            page = read(answer)
            offered = {urlsplit(url).path for url in page.links() + [form["action"] for form in page.all("form")]}
            assert (name, offered & writes) == (name, set())


def test_an_owner_who_only_looks_changes_nothing(failed):
    http = browser()
    before = everything()

    looked = {
        name: tuple(ask(url_of(name, failed), {"all": "1"}).status_code for ask in (http.get, http.head))
        for name in ADDRESSES
    }

    assert looked == dict.fromkeys(ADDRESSES, (200, 200)) | {"chunk": (302, 302)}
    assert (everything(), AccessEntry.objects.count()) == (before, 0)


def test_nothing_is_done_but_by_post_to_an_address_of_its_own(failed):
    http = browser()
    asked = [(method, name) for name in ADDRESSES for method in ("PUT", "PATCH", "DELETE")]
    asked += [("POST", name) for name in READS]
    before = everything()

    answers = [http.generic(method, url_of(name, failed)).status_code for method, name in asked]

    assert answers == [405] * len(asked)
    assert everything() == before


def test_nothing_is_done_without_the_forms_own_token(failed):
    http = browser(enforce_csrf_checks=True)
    before = everything()

    assert [http.post(url_of(name, failed), ASKED).status_code for name in WRITES] == [403] * len(WRITES)

    assert (everything(), AccessEntry.objects.count()) == (before, 0)


@pytest.mark.parametrize("name", WRITES)
def test_an_owner_who_fills_in_the_form_goes_through(failed, name):
    """Or the refusals above would say nothing."""
    http, url = browser(enforce_csrf_checks=True), url_of(name, failed)
    (form,) = (
        form
        for form in read(http.get(url, {"all": "1"})).all("form")
        if form["method"] == "post" and form["action"] == url
    )
    fields = {field["name"]: field["value"] for field in form.all("input")}
    before = everything()

    answer = http.post(url, {**fields, "reason": "the cause is mended"})

    if name in REFUSED_NOW:
        assert (answer.status_code, everything() == before) == (409, True)
    else:
        assert (answer.status_code, everything() == before) == (200 if name == "payload" else 303, False)


def test_whoever_changes_too_much_at_once_waits_a_moment(settings):
    settings.CALLS_PER_MINUTE = {**settings.CALLS_PER_MINUTE, "owner-write": 2}
    http = browser()
    for verb in ("pause", "resume"):
        assert http.post(f"{PAGES}{QUEUE}/{verb}/").status_code == 303
    before = everything()

    answer = http.post(f"{PAGES}{QUEUE}/pause/")

    assert (answer.status_code, 0 < int(answer["Retry-After"]) <= 60) == (429, True)
    assert (
        f"Nothing was done: that was too much at once. Try again in {answer['Retry-After']} seconds."
        in read(answer).text
    )
    assert (everything(), Pause.objects.count()) == (before, 0)
    assert http.get(f"{PAGES}{QUEUE}/pause/").status_code == 200


def test_whoever_hammers_is_slowed_down_before_they_fill_the_record(settings):
    settings.CALLS_PER_MINUTE = {**settings.CALLS_PER_MINUTE, "owner-read": 2}
    http = browser(Role.EDITOR)

    answers = [http.get(PAGES) for _ in range(4)]

    assert [answer.status_code for answer in answers] == [403, 403, 429, 429]
    assert 0 < int(answers[3]["Retry-After"]) <= 60
    assert (len(refusals()), RateWindow.objects.count()) == (2, 1)


def test_the_admins_side_leads_owners_here_and_nobody_else(onlooker):
    theirs = read(browser().get("/admin/")).links()
    sections = [PAGES + part for part in ("", "dlq/", "schedule/", "alerts/")]

    assert [link for link in theirs if link.startswith(PAGES)] == sections
    assert [link for link in read(onlooker.get("/admin/")).links() if link.startswith(PAGES)] == sections


def test_the_admins_side_does_not_lead_an_editor_here():
    answer = browser(Role.EDITOR).get("/admin/")

    assert (answer.status_code, PAGES in answer.content.decode()) == (200, False)
    assert browser(Role.CUSTOMER).get("/admin/").status_code == 302


def test_no_page_is_kept_by_a_browser_or_taken_for_its_fragment():
    answer = browser().get(PAGES)

    assert {"no-store", "private"} <= {part.strip() for part in answer["Cache-Control"].split(",")}
    assert "HX-Request" in [part.strip() for part in answer["Vary"].split(",")]


def test_htmx_is_given_the_page_without_the_admin_around_it():
    whole, part = read(browser().get(PAGES)), fragment(browser(), PAGES)

    assert (whole.has("queues-live"), part.has("queues-live")) == (True, True)
    assert (len(whole.all("html")), len(part.all("html"))) == (1, 0)


@pytest.mark.parametrize(("path", "current"), [("", "Overview"), (f"{QUEUE}/", "Overview"), ("alerts/", "Alerts")])
def test_the_section_one_is_in_is_marked(path, current):
    sections = [link for link in fragment(browser(), PAGES + path).all("a") if link.get("aria-current") == "true"]

    assert [link.text for link in sections if not link.get("data-span")] == [current]
