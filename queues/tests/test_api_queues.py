"""The owner API's queues: exact counts, pause and resume, and how often one may ask."""

import pytest
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from accounts.models import Scope
from audit.models import AuditEntry
from queues.declare import QUEUES
from queues.draining import drain
from queues.errors import Permanent
from queues.models import Pause
from queues.tests.calling import API, QUEUE, everything, person, program, refusal, signed_in
from queues.tests.given import claimed, put

pytestmark = pytest.mark.django_db


def of_test_queue(answer):
    (row,) = [row for row in answer.json()["queues"] if row["name"] == QUEUE]
    return row


def test_every_queue_is_told_with_its_exact_counts(script):
    def fail_or_not(ctx):
        if ctx.job.payload["note"] == "bad":
            raise Permanent("no")

    script(fail_or_not)
    put(payload={"note": "bad"})
    put()
    drain(only="test-job")
    put(run_at=timezone.now() + timezone.timedelta(hours=1))
    claimed(put())
    put(), put()

    answer = program(Scope.READ).get()

    assert answer.status_code == 200
    assert list(answer.json()) == ["as_of", "queues"]
    assert abs(timezone.now() - parse_datetime(answer.json()["as_of"])).total_seconds() < 60
    assert [row["name"] for row in answer.json()["queues"]] == list(QUEUES)
    told = of_test_queue(answer)
    assert 0 <= told.pop("oldest_waiting_seconds") < 60
    assert told == {
        "name": QUEUE,
        "paused": False,
        "waiting": 2,
        "active": 1,
        "completed": 1,
        "failed": 1,
        "delayed": 1,
        "cancelled": 0,
        "total": 6,
        "throughput": {"per_minute": 1, "per_hour": 1},
        "workers": 0,
    }


def test_nothing_waits_in_an_empty_queue():
    assert of_test_queue(program().get())["oldest_waiting_seconds"] is None


@pytest.mark.parametrize("path", ["", "/"])
def test_the_address_is_taken_with_and_without_its_last_slash(path):
    assert program().get(path).status_code == 200


def test_a_queue_is_paused_and_resumed_by_whom_and_why():
    owner = program()

    paused = owner.post(f"/{QUEUE}/pause", {"reason": "the provider is down"})

    assert (paused.status_code, paused.json()) == (200, {"name": QUEUE, "paused": True})
    assert of_test_queue(owner.get())["paused"] is True
    entry = AuditEntry.objects.get(action="queue.paused")
    assert (entry.actor_id, entry.target_id, entry.reason) == (str(person().pk), QUEUE, "the provider is down")
    assert entry.actor_label == f"owner@copydesk.example ({person().api_tokens.get().prefix})"
    resumed = owner.post(f"/{QUEUE}/resume/")
    assert (resumed.status_code, resumed.json()) == (200, {"name": QUEUE, "paused": False})
    assert of_test_queue(owner.get())["paused"] is False
    assert AuditEntry.objects.filter(action="queue.resumed").count() == 1


def test_in_a_session_the_actor_is_the_person_alone():
    signed_in().post(f"/{QUEUE}/pause")

    assert Pause.objects.get().paused_by == "owner@copydesk.example"


def test_what_is_so_already_is_a_conflict():
    owner = program()

    assert refusal(owner.post(f"/{QUEUE}/resume")) == (409, "not_paused")
    owner.post(f"/{QUEUE}/pause")
    before = everything()
    again = owner.post(f"/{QUEUE}/pause")
    assert refusal(again) == (409, "already_paused")
    assert again.json()["detail"] == "The queue is paused already."
    assert everything() == before


@pytest.mark.parametrize("verb", ["pause", "resume"])
def test_a_queue_nobody_declares_is_not_there(verb):
    assert refusal(program().post(f"/no.such/{verb}")) == (404, "no_such_queue")
    assert not Pause.objects.exists()


@pytest.mark.parametrize(
    ("verb", "body", "field", "code"),
    [
        ("pause", {"reason": "no"}, "reason", "min_length"),
        ("pause", {"reason": "x" * 501}, "reason", "max_length"),
        ("pause", {"reason": "a\0b c"}, "reason", "null_characters_not_allowed"),
        ("pause", {"reason": "half a \ud800 pair"}, "reason", "surrogate_characters_not_allowed"),
        ("pause", {"reason": ["x"]}, "reason", "invalid"),
        ("pause", {"because": "of it"}, "because", "unknown"),
        ("pause", ["reason"], "non_field_errors", "invalid"),
        ("resume", {"reason": "mended"}, "reason", "unknown"),
    ],
)
def test_what_is_malformed_is_refused_by_its_name(verb, body, field, code):
    Pause.objects.create(queue="test.forked", paused_by="somebody")
    owner = program()
    before = everything()

    answer = owner.post(f"/{QUEUE if verb == 'pause' else 'test.forked'}/{verb}", body)

    assert answer.status_code == 400
    assert [problem["code"] for problem in answer.json()[field]] == [code]
    assert everything() == before


@pytest.mark.parametrize("body", [b"{", b"[" * 60_000, b'{"reason": "' + b"x" * 70_000 + b'"}', b"\xff"])
def test_a_body_nobody_can_read_is_refused(body):
    owner = program()

    answer = owner.http.post(f"{API}/{QUEUE}/pause", body, content_type="application/json", headers=owner.headers)

    assert (answer.status_code, Pause.objects.exists()) == (400, False)


def test_a_parameter_that_means_nothing_is_refused_by_its_name():
    answer = program().get(page=2)

    assert (answer.status_code, answer.json()) == (
        400,
        {"page": [{"message": "There is no such field.", "code": "unknown"}]},
    )


def test_dead_letters_are_no_queue_to_pause():
    assert [program().post(f"/dlq/{verb}").status_code for verb in ("pause", "resume")] == [405, 405]
    assert not Pause.objects.exists()


def test_answers_are_nobody_elses_to_keep_and_say_what_is_left():
    answer = program().get()

    assert answer["Cache-Control"] == "no-store"
    assert (answer["X-RateLimit-Limit"], answer["X-RateLimit-Remaining"]) == ("600", "599")


def test_too_many_calls_are_told_when_to_come_back(settings):
    settings.CALLS_PER_MINUTE = {"owner-read": 2, "owner-write": 1, "owner-stranger": 1}
    owner = program()

    reads = [owner.get() for _ in range(3)]
    writes = [owner.post(f"/{QUEUE}/pause") for _ in range(2)]
    before = everything()

    assert [answer.status_code for answer in reads] == [200, 200, 429]
    assert [answer.status_code for answer in writes] == [200, 429]
    for late in (reads[-1], writes[-1]):
        assert late.json()["code"] == "throttled"
        assert 1 <= int(late["Retry-After"]) <= 60
        assert late["X-RateLimit-Remaining"] == "0"
    assert owner.post(f"/{QUEUE}/resume").status_code == 429
    assert everything() == before


def test_a_token_and_a_session_of_one_person_share_the_limit(settings):
    settings.CALLS_PER_MINUTE = {"owner-read": 1, "owner-write": 1, "owner-stranger": 1}

    assert [program().get().status_code, signed_in().get().status_code] == [200, 429]
