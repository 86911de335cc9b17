"""The owner API's jobs: found by state and by search, read without secrets, run again, stopped."""

from uuid import UUID, uuid4

import pytest
from django.utils import timezone

from audit.masking import MASK
from audit.models import AccessEntry, AuditEntry
from queues.declare import JOBS, Payload, job
from queues.draining import drain
from queues.errors import Permanent, ReplayRefused
from queues.models import DeadLetter, Job, State
from queues.subjects import Description
from queues.tests.calling import QUEUE, everything, person, program, refusal
from queues.tests.given import claimed, column, dispatched, put, row
from queues.tests.sample_jobs import QUEUE as SAMPLE

pytestmark = pytest.mark.django_db

JOBS_OF_QUEUE = f"/{QUEUE}/jobs"
FIELDS = [
    *("id", "name", "state", "attempt", "max_attempts"),
    *("created_at", "run_at", "started_at", "finished_at", "error"),
]


class Code(Payload):
    owner: str
    code: str = ""


@pytest.fixture
def secret_job():
    job(queue=SAMPLE, name="test-hidden", payload=Code, timeout_seconds=60, secret=True)(lambda ctx, payload: None)
    yield "test-hidden"
    JOBS.pop("test-hidden")


def in_an_hour():
    return timezone.now() + timezone.timedelta(hours=1)


def dead(script, message="no", **how) -> Job:
    """Died in the real executor."""

    def fail(ctx):
        raise Permanent(message)

    script(fail)
    died = put(**how)
    drain(only="test-job")
    script(lambda ctx: None)
    return row(died)


def ids(answer):
    assert answer.status_code == 200, answer.content
    return [result["id"] for result in answer.json()["results"]]


# --- lists


def test_what_waits_is_listed_in_the_order_it_will_run():
    last, first, second = put(), put(priority=5), put(priority=5)
    put(run_at=in_an_hour())

    answer = program().get(JOBS_OF_QUEUE)

    assert ids(answer) == [str(first.pk), str(second.pk), str(last.pk)]
    assert (answer.json()["next"], answer.json()["previous"]) == (None, None)
    listed = answer.json()["results"][0]
    assert list(listed) == FIELDS
    assert {name: listed[name] for name in FIELDS if not name.endswith("_at")} == {
        "id": str(first.pk),
        "name": "test-job",
        "state": "waiting",
        "attempt": 0,
        "max_attempts": 3,
        "error": None,
    }
    assert (listed["started_at"], listed["finished_at"]) == (None, None)
    assert listed["created_at"].startswith(str(first.created_at.date()))


def test_each_state_has_its_list_under_the_name_people_know(script):
    failed = dead(script, "with sk_live_0123456789")
    put(), drain(only="test-job")
    completed = Job.objects.get(state=State.COMPLETED)
    cancelled = column(put(), state=State.CANCELLED, finished_at=timezone.now())
    active, delayed, waiting = claimed(put()), put(run_at=in_an_hour()), dispatched(put())
    owner = program()

    lists = {
        state: owner.get(JOBS_OF_QUEUE, state=state).json()["results"]
        for state in ("waiting", "active", "delayed", "completed", "failed", "cancelled", "total")
    }

    everyone = [waiting, active, delayed, completed, failed, cancelled]
    assert sorted(found["id"] for found in lists.pop("total")) == sorted(str(each.pk) for each in everyone)
    assert {state: [(found["id"], found["state"]) for found in found] for state, found in lists.items()} == {
        state: [(str(each.pk), state)] for state, each in zip(lists, everyone, strict=True)
    }
    assert lists["failed"][0]["error"] == f"with sk_{MASK}"


def test_pages_lead_on_and_back():
    jobs = [str(put().pk) for _ in range(5)]
    owner = program()

    first = owner.get(JOBS_OF_QUEUE, page_size=2)
    second = owner.get(JOBS_OF_QUEUE, page_size=2, cursor=first.json()["next"])
    third = owner.get(JOBS_OF_QUEUE, page_size=2, cursor=second.json()["next"])
    back = owner.get(JOBS_OF_QUEUE, page_size=2, cursor=second.json()["previous"])

    assert [ids(page) for page in (first, second, third, back)] == [jobs[:2], jobs[2:4], jobs[4:], jobs[:2]]
    assert (first.json()["previous"], third.json()["next"]) == (None, None)


def test_jobs_are_searched():
    put()
    wanted = put(key="order-7")

    assert ids(program().get(JOBS_OF_QUEUE, q="order-7")) == [str(wanted.pk)]


@pytest.mark.parametrize(
    ("query", "field", "code"),
    [
        ({"state": "dispatched"}, "state", "invalid_choice"),
        ({"state": ""}, "state", "invalid_choice"),
        ({"page_size": "0"}, "page_size", "min_value"),
        ({"page_size": "201"}, "page_size", "max_value"),
        ({"page_size": "many"}, "page_size", "invalid"),
        ({"cursor": "made-up"}, "cursor", "invalid"),
        ({"q": "x" * 201}, "q", "max_length"),
        ({"q": "a\0b"}, "q", "null_characters_not_allowed"),
        ({"q": "error:"}, "q", "invalid"),
        ({"offset": "10"}, "offset", "unknown"),
        ({"state": ["failed", "waiting"]}, "state", "repeated"),
    ],
)
def test_what_is_malformed_is_refused_by_its_name(query, field, code):
    answer = program().get(JOBS_OF_QUEUE, **query)

    assert answer.status_code == 400
    assert [problem["code"] for problem in answer.json()[field]] == [code]


def test_what_was_handed_over_is_waiting_in_every_word():
    answer = program().post(f"{JOBS_OF_QUEUE}/{dispatched(put()).pk}/retry", {"reason": "Once more."})

    assert answer.status_code == 409
    assert "it is waiting" in answer.json()["detail"]


def test_a_cursor_of_another_list_is_refused():
    put(), put()
    owner = program()
    cursor = owner.get(JOBS_OF_QUEUE, page_size=1).json()["next"]

    assert owner.get(JOBS_OF_QUEUE, state="delayed", cursor=cursor).status_code == 400


def test_the_jobs_of_the_dead_letters_own_queue_are_reached_by_its_name(script):
    dead(script)
    notice = Job.objects.get(queue="dlq")

    listed = program().get("/dlq/jobs")

    assert ids(listed) == [str(notice.pk)]
    assert program().get(f"/dlq/jobs/{notice.pk}").json()["name"] == "dead-letter-received"


@pytest.mark.parametrize("path", ["/no.such/jobs", f"/no.such/jobs/{UUID(int=7)}", "/%00/jobs"])
def test_a_queue_nobody_declares_is_not_there(path):
    assert refusal(program().get(path)) == (404, "no_such_queue")


# --- one job


def test_a_failed_job_is_told_with_its_attempts_and_without_secrets(script, subject):
    subject(describe=lambda id: Description(f"thing number {id}", f"/admin/things/{id}/"))
    failed = dead(
        script, "key sk_live_0123456789 is wrong", payload={"note": "Bearer abcdef123"}, subject=("thing", "3")
    )

    answer = program().get(f"{JOBS_OF_QUEUE}/{failed.pk}")

    told = answer.json()
    more = ["payload", "attempts", "progress", "result", "subject", "waiting_because"]
    assert (answer.status_code, list(told)) == (200, [*FIELDS, *more])
    assert (told["state"], told["attempt"], told["error"]) == ("failed", 1, f"key sk_{MASK} is wrong")
    assert told["payload"] == {"note": f"Bearer {MASK}"}
    (attempt,) = told["attempts"]
    assert (attempt["number"], attempt["outcome"], attempt["error_type"]) == (1, "error", "queues.errors.Permanent")
    assert attempt["error"] == f"key sk_{MASK} is wrong"
    assert "Traceback" in attempt["traceback"] and "sk_live" not in attempt["traceback"]
    assert (told["progress"], told["result"], told["waiting_because"]) == ({"percent": 0, "message": ""}, None, None)
    assert told["subject"] == {
        "type": "thing",
        "id": "3",
        "label": "thing number 3",
        "url": "http://127.0.0.1:8000/admin/things/3/",
    }


def test_what_a_job_is_doing_and_what_it_left_are_told():
    running = column(claimed(put()), progress=40, progress_message="weaving")
    done = column(put(), state=State.COMPLETED, progress=100, result={"version": 7, "token": "abc"})
    owner = program()

    assert owner.get(f"{JOBS_OF_QUEUE}/{running.pk}").json()["progress"] == {"percent": 40, "message": "weaving"}
    told = owner.get(f"{JOBS_OF_QUEUE}/{done.pk}/").json()
    assert (told["result"], told["subject"]) == ({"version": 7, "token": MASK}, None)


def test_a_job_that_waits_says_what_for():
    waiting = put()

    told = program().get(f"{JOBS_OF_QUEUE}/{waiting.pk}").json()

    assert told["waiting_because"] == "No relay is running: nothing is handed to the workers."


def test_of_a_secret_job_only_the_keys_are_shown(secret_job):
    hidden = column(put(secret_job, {"owner": "7", "code": "123456"}), error="123456", result={"sent": "123456"})

    told = program().get(f"{JOBS_OF_QUEUE}/{hidden.pk}").json()

    assert (told["payload"], told["result"]) == ({"owner": MASK, "code": MASK}, {"sent": MASK})
    assert "123456" not in str(told)
    assert AccessEntry.objects.get().what == "its keys"


def test_a_subject_that_is_gone_keeps_its_number(subject):
    subject(describe=lambda id: Job.objects.get(pk=uuid4()))
    about = put(subject=("thing", "3"))

    told = program().get(f"{JOBS_OF_QUEUE}/{about.pk}").json()

    assert told["subject"] == {"type": "thing", "id": "3", "label": "thing 3 (not there any more)", "url": ""}


def test_reading_a_payload_goes_to_the_access_log_and_a_list_does_not():
    read = put()
    owner = program()

    owner.get(JOBS_OF_QUEUE)
    assert AccessEntry.objects.count() == 0
    owner.get(f"{JOBS_OF_QUEUE}/{read.pk}")

    entry = AccessEntry.objects.get()
    assert (entry.actor_id, entry.action) == (str(person().pk), "payload.read")
    assert (entry.target_type, entry.target_id, entry.what) == ("job", str(read.pk), "redacted")
    assert entry.request_id and entry.masked_ip


def test_a_job_of_another_queue_and_one_that_never_was_are_not_there():
    elsewhere = put("test-forked")

    for path in (f"{JOBS_OF_QUEUE}/{elsewhere.pk}", f"{JOBS_OF_QUEUE}/{uuid4()}"):
        assert refusal(program().get(path)) == (404, "no_such_job")
        assert refusal(program().post(f"{path}/retry")) == (404, "no_such_job")
        assert refusal(program().post(f"{path}/cancel")) == (404, "no_such_job")
    assert not AccessEntry.objects.exists()


@pytest.mark.parametrize("path", ["7", "not-an-id", "%00"])
def test_what_is_no_id_is_malformed(path):
    answer = program().get(f"{JOBS_OF_QUEUE}/{path}")

    assert (answer.status_code, list(answer.json())) == (400, ["id"])


# --- retry


def test_retrying_a_failed_job_is_replaying_it(script):
    failed = dead(script)

    answer = program().post(f"{JOBS_OF_QUEUE}/{failed.pk}/retry", {"reason": "the cause is mended"})

    assert (answer.status_code, answer.json()) == (202, {"jobId": str(failed.pk), "state": "waiting"})
    letter = DeadLetter.objects.get()
    assert (row(failed).state, letter.replays, letter.replay_reason) == (State.WAITING, 1, "the cause is mended")
    entry = AuditEntry.objects.get(action="job.replayed")
    assert (entry.actor_id, entry.target_id) == (str(person().pk), str(failed.pk))


def test_retrying_a_delayed_job_runs_it_now():
    delayed = put(run_at=in_an_hour())

    answer = program().post(f"{JOBS_OF_QUEUE}/{delayed.pk}/retry/")

    assert (answer.status_code, answer.json()["state"]) == (202, "waiting")
    assert row(delayed).run_at <= timezone.now()
    assert AuditEntry.objects.filter(action="job.run_now", target_id=str(delayed.pk)).count() == 1


@pytest.mark.parametrize("state", [State.WAITING, State.COMPLETED, State.CANCELLED])
def test_what_neither_failed_nor_waits_for_later_is_not_retried(state):
    other = column(put(), state=state)
    owner = program()
    before = everything()

    assert refusal(owner.post(f"{JOBS_OF_QUEUE}/{other.pk}/retry")) == (409, "not_retryable")
    assert everything() == before


def test_a_live_twin_is_named(script):
    failed = dead(script, key="k")
    twin = put(key="k")
    owner = program()
    before = everything()

    answer = owner.post(f"{JOBS_OF_QUEUE}/{failed.pk}/retry")

    assert (answer.status_code, answer.json()) == (
        409,
        {
            "detail": f"Job {twin.pk} with the same key is under way.",
            "code": "twin_alive",
            "twinId": str(twin.pk),
        },
    )
    assert everything() == before


def test_a_subject_that_says_no_is_quoted(script, subject):
    def refuse(job):
        raise ReplayRefused("the order was refunded")

    subject(on_replay=refuse)
    failed = dead(script, subject=("thing", "3"))
    owner = program()
    before = everything()

    answer = owner.post(f"{JOBS_OF_QUEUE}/{failed.pk}/retry")

    assert refusal(answer) == (409, "refused_by_subject")
    assert answer.json()["detail"] == "What it is about says no: the order was refunded."
    assert everything() == before


def test_a_payload_that_no_longer_fits_is_not_replayed(script):
    failed = column(dead(script), payload={"note": 7})
    owner = program()

    answer = owner.post(f"{JOBS_OF_QUEUE}/{failed.pk}/retry")

    assert refusal(answer) == (409, "not_replayable")
    assert answer.json()["detail"].startswith("It cannot run again: its payload no longer fits test-job")
    assert row(failed).state == State.DEAD


# --- cancel


def test_what_waits_is_cancelled_at_once():
    waiting = put()

    answer = program().post(f"{JOBS_OF_QUEUE}/{waiting.pk}/cancel", {"reason": "not wanted"})

    assert (answer.status_code, answer.json()) == (202, {"jobId": str(waiting.pk), "state": "cancelled"})
    assert (row(waiting).state, row(waiting).cancel_reason) == (State.CANCELLED, "not wanted")
    assert AuditEntry.objects.get(action="job.cancelled").actor_id == str(person().pk)


def test_what_runs_is_asked_to_stop():
    running = claimed(put())

    answer = program().post(f"{JOBS_OF_QUEUE}/{running.pk}/cancel/")

    assert (answer.status_code, answer.json()["state"]) == (202, "active")
    assert row(running).cancel_requested_at is not None


@pytest.mark.parametrize("state", [State.COMPLETED, State.CANCELLED])
def test_what_has_ended_is_not_cancelled(state):
    ended = column(put(), state=state)
    owner = program()
    before = everything()

    assert refusal(owner.post(f"{JOBS_OF_QUEUE}/{ended.pk}/cancel")) == (409, "already_ended")
    assert everything() == before
