"""The selftest's words and its exit status: all true on a system that works, and untrue where it does not."""

import json
from collections.abc import Callable
from dataclasses import replace
from io import StringIO
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import OperationalError
from django.test import Client
from django.urls import reverse

from accounts.roles import Role
from audit.models import AuditEntry
from mail.models import EmailLog
from queues import folding
from queues.clients.site import Answer, Site, SiteAway
from queues.declare import QUEUES
from queues.draining import drain
from queues.management.commands import selftest as command
from queues.models import LIVE, Alert, DeadLetter, Job, Pause, Relay, State, Worker
from queues.selftest import lines, pages
from queues.tests.calling import person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_static", "redis")]
JOBS = ["selftest-completes", "selftest-fails"]


class Through(Site):
    """The site without a socket; its answers as they are, or as `change(path, answer)` makes them."""

    change: Callable[[str, Answer], Answer] = staticmethod(lambda path, answer: answer)

    def get(self, path: str, headers: Any) -> Answer:
        answer = Client().get(path, headers={**self._headers, **headers})
        found = Answer(answer.status_code, answer.content.decode(), answer.headers.get("Location", ""), 0.041)
        return self.change(path, found)


@pytest.fixture
def owner():
    return person()


@pytest.fixture
def running(monkeypatch, owner):
    """A relay and a worker, who do their work whenever the selftest waits."""
    Relay.objects.create(identity="r:1:1")
    Worker.objects.create(identity="w:1:1", host="w", pid=1, pool="all", queues=list(QUEUES), slots=4)

    def work(_seconds: float) -> None:
        drain(advance=True)
        folding.fold()

    monkeypatch.setattr(lines.time, "sleep", work)


@pytest.fixture
def through(monkeypatch):
    """`through(change)`: what becomes of the site's answers."""
    monkeypatch.setattr(command, "Site", Through)
    return lambda change: monkeypatch.setattr(Through, "change", staticmethod(change))


def said(wait: float = 5) -> str:
    out = StringIO()
    call_command("selftest", wait=wait, stdout=out, no_color=True)
    return out.getvalue()


def refused(wait: float = 0.1) -> tuple[list[str], str]:
    """The untrue lines and the last word of a selftest that fails."""
    out = StringIO()
    with pytest.raises(CommandError) as failure:
        call_command("selftest", wait=wait, stdout=out, no_color=True)
    assert failure.value.returncode == 1
    untrue = [line.removeprefix("FAIL  ") for line in out.getvalue().splitlines() if line.startswith("FAIL")]
    return untrue, str(failure.value)


def facts(text: str) -> list[str]:
    return [line[6:].split(": ")[0] for line in text.splitlines() if line.startswith("ok")]


def left() -> list[tuple[str, str]]:
    return list(Job.objects.filter(queue="selftest").order_by("id").values_list("name", "state"))


def no_job_is_live_or_dead() -> bool:
    return not Job.objects.filter(queue="selftest", state__in=[*LIVE, State.DEAD]).exists()


@pytest.mark.usefixtures("running", "through")
def test_of_a_system_that_works_every_line_is_true():
    text = said()

    completes, fails = Job.objects.filter(queue="selftest").order_by("id")
    queue, job = reverse("queues:queue", args=["selftest"]), reverse("queues:job", args=["selftest", completes.pk])
    assert facts(text) == [
        *("Redis", "relay", "workers", "enqueued", "picked up", "completed", "statistics", "history"),
        *("made to fail", "retried", "dead letter", "noted", "replayed", "completed then", "dead letters left"),
        *("/admin/queues/", queue, job, "/admin/queues/dlq/", "/admin/queues/schedule/", "/admin/queues/alerts/"),
        *("/api/owner/queues", "GET changes nothing", "strangers"),
    ]
    assert text.splitlines()[-1] == "all 24 lines are true"
    assert "enqueued 0 → 1, completed 0 → 1, per hour 0 → 1, 0 missing" in text
    assert "ok    strangers: refused at 7 of 7 addresses" in text
    assert [(job.name, job.state, job.attempt) for job in (completes, fails)] == [
        ("selftest-completes", "completed", 1),
        ("selftest-fails", "completed", 1),
    ]


@pytest.mark.usefixtures("running", "through")
def test_its_failure_calls_nobody(settings):
    settings.ALERT_EMAILS = ["owner@copydesk.example"]

    said()

    letter = DeadLetter.objects.get()
    assert (letter.name, letter.replays, letter.replay_reason) == ("selftest-fails", 1, "manage.py selftest")
    assert Job.objects.get(name="dead-letter-received").state == State.COMPLETED
    assert (Alert.objects.count(), EmailLog.objects.count()) == (0, 0)


@pytest.mark.usefixtures("running", "through")
def test_the_owners_session_is_on_record_and_ended(owner):
    said()

    entry = AuditEntry.objects.get(action="session.opened")
    assert (entry.target_id, entry.actor_label, entry.reason) == (str(owner.pk), *["manage.py selftest"] * 2)
    assert Session.objects.count() == 0
    assert not AuditEntry.objects.filter(action="access.refused").exists()


@pytest.mark.usefixtures("owner", "through")
def test_without_relay_and_worker_it_names_them_and_leaves_nothing_live():
    untrue, last = refused()

    assert untrue[0] == "relay: none has beaten for 15 s: start `manage.py relay`"
    assert untrue[1].startswith("workers: nobody serves ")
    (of_io,) = (words for words in untrue[1].split("; ") if words.endswith(": start `manage.py worker io`"))
    assert "selftest" in of_io and "dlq" in of_io
    assert untrue[2].startswith("picked up: not within 100 ms. Job ")
    assert untrue[2].endswith(" is waiting. No relay is running: nothing is handed to the workers.")
    assert (len(untrue), last) == (3, "3 of 14 lines are untrue")
    assert left() == [("selftest-completes", "cancelled")]


@pytest.mark.usefixtures("running", "through")
def test_a_paused_queue_is_named(monkeypatch):
    monkeypatch.setattr(lines.time, "sleep", lambda seconds: None)
    Pause.objects.create(queue="selftest", paused_by="owner@copydesk.example", reason="a deploy")

    (untrue,), _ = refused()

    assert "Paused by owner@copydesk.example since" in untrue and untrue.startswith("picked up: ")


@pytest.mark.usefixtures("running", "through")
def test_a_redis_that_is_away_is_named(settings):
    settings.REDIS_SECRET_URL = "redis://127.0.0.1:1/0"

    (untrue,), last = refused(wait=5)

    assert untrue.startswith("Redis: Redis does not answer: ") and last == "1 of 24 lines are untrue"


@pytest.mark.usefixtures("running", "through")
def test_a_job_that_fails_again_after_its_replay_leaves_no_dead_letter(monkeypatch):
    monkeypatch.setattr("queues.selftest.jobs.DeadLetter", _NeverDied)

    (untrue,), last = refused(wait=0.5)

    assert untrue.startswith("completed then: not within 500 ms. Job ")
    assert untrue.endswith(" is failed: made to fail by the selftest.")
    assert last == "1 of 23 lines are untrue"
    assert left() == [("selftest-completes", "completed")] and DeadLetter.objects.count() == 0


class _NeverDied:
    """So that the job always thinks it has not died yet."""

    class objects:
        @staticmethod
        def filter(**_: Any) -> Any:
            return DeadLetter.objects.none()


@pytest.mark.usefixtures("running")
def test_a_page_that_breaks_is_named(through):
    broken = "/admin/queues/alerts/"
    through(lambda path, answer: replace(answer, status=500) if path == broken and answer.status == 200 else answer)

    assert refused(wait=5) == (["/admin/queues/alerts/: 500 in 41 ms"], "1 of 24 lines are untrue")


@pytest.mark.usefixtures("running")
def test_a_page_without_what_it_is_for_is_named(through):
    through(lambda path, answer: replace(answer, text="welcome") if path == "/admin/queues/" else answer)

    assert refused(wait=5)[0] == ["/admin/queues/: 200 in 41 ms, but selftest is not on it"]


@pytest.mark.usefixtures("running")
def test_other_counts_than_the_databases_are_untrue(through):
    def lie(path: str, answer: Answer) -> Answer:
        if path != pages.API or answer.status != 200:
            return answer
        told = json.loads(answer.text)
        (queue,) = (queue for queue in told["queues"] if queue["name"] == "selftest")
        queue["completed"] += 1
        return replace(answer, text=json.dumps(told))

    through(lie)

    assert refused(wait=5)[0] == ["/api/owner/queues: other counts than the database of selftest"]


@pytest.mark.usefixtures("running")
def test_strangers_who_are_let_in_are_untrue(through, monkeypatch):
    asked = []

    def open_door(path: str, answer: Answer) -> Answer:
        asked.append(path)
        return replace(answer, status=200) if path == "/admin/queues/dlq/" else answer

    through(open_door)

    assert refused(wait=5)[0] == ["strangers: let in to /admin/queues/dlq/"]
    assert asked.count("/admin/queues/dlq/") == 2


@pytest.mark.usefixtures("running")
def test_a_write_address_that_a_get_reaches_is_untrue(through):
    def writes(path: str, answer: Answer) -> Answer:
        if not path.endswith("selftest/pause"):
            return answer
        Pause.objects.create(queue="selftest")
        return replace(answer, status=200)

    through(writes)

    assert refused(wait=5)[0] == [
        "GET changes nothing: not refused by /api/owner/queues/selftest/pause, and something changed"
    ]


@pytest.mark.usefixtures("running")
def test_a_site_that_does_not_answer_is_named(through):
    def away(path: str, answer: Answer) -> Answer:
        raise SiteAway("https://desk.example.com does not answer: timed out")

    through(away)

    (untrue,), _ = refused(wait=5)
    assert untrue == (
        "site: https://desk.example.com does not answer: timed out:"
        " is `web` running, and is SITE_URL (or --site) its address?"
    )
    assert no_job_is_live_or_dead() and Session.objects.count() == 0


@pytest.mark.usefixtures("running", "through")
@pytest.mark.parametrize("change", [{"is_active": False}, {"role": Role.EDITOR}])
def test_without_an_owner_it_says_how_to_make_one(owner, change):
    type(owner).objects.filter(pk=owner.pk).update(**change)

    (untrue,), _ = refused(wait=5)

    assert untrue == "owner: nobody active may see the queues: make an owner by `manage.py createsuperuser`"


@pytest.mark.usefixtures("running", "through")
def test_a_site_behind_https_is_asked_as_its_proxy_asks(settings):
    settings.SITE_URL = "https://127.0.0.1"
    settings.SECURE_SSL_REDIRECT = settings.SESSION_COOKIE_SECURE = True
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    assert said().splitlines()[-1] == "all 24 lines are true"

    settings.SECURE_PROXY_SSL_HEADER = None
    untrue, _ = refused(wait=5)
    assert untrue[0] == "/admin/queues/: 301 in 41 ms, led to https://127.0.0.1/admin/queues/"


@pytest.mark.usefixtures("through")
def test_a_database_that_is_away_is_named(monkeypatch):
    def away(**_: Any) -> None:
        raise OperationalError("the database is away\n")

    monkeypatch.setattr(command, "selftest", away)

    assert refused() == ([], "PostgreSQL: the database is away")


def test_an_address_where_nobody_listens_is_away():
    with pytest.raises(SiteAway, match=r"^http://127\.0\.0\.1:1 does not answer: .*Connection refused"):
        Site("http://127.0.0.1:1", "https://desk.example.com").get("/", {})


def test_behind_a_proxy_the_site_is_asked_as_the_proxy_would(httpserver):
    httpserver.expect_request("/admin/queues/").respond_with_handler(
        lambda request: _echo(request.headers["Host"], request.headers["X-Forwarded-Proto"], request.headers["Cookie"])
    )

    site = Site(httpserver.url_for("").rstrip("/"), "https://desk.example.com")
    answer = site.get("/admin/queues/", {"Cookie": "sessionid=1"})

    assert (answer.status, answer.text, answer.location) == (302, "desk.example.com https sessionid=1", "/there/")


def _echo(*words: str) -> Any:
    from werkzeug import Response

    return Response(" ".join(words), status=302, headers={"Location": "/there/"})
