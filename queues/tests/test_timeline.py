"""Everything known of a job in one line of time: nothing left out, nothing that may not be shown."""

from uuid import uuid4

import pytest
from django_celery_results.models import TaskResult

from audit.actors import Actor
from audit.recording import record
from queues import timeline as module
from queues.cancelling import cancel
from queues.draining import drain
from queues.errors import RetryLater
from queues.models import Attempt, Outcome, State
from queues.replay import replay
from queues.retrying import retry
from queues.revealing import reveal
from queues.subjects import Description
from queues.tests.dead import dead
from queues.tests.filled import ago, running
from queues.tests.given import OWNER, column, dispatched, put, row
from queues.timeline import flower_link, task_id_of, timeline

pytestmark = pytest.mark.django_db
THING = ("thing", "3")


def said(job):
    return [(moment.what, moment.words) for moment in timeline(row(job))]


def words_of(job, what):
    return [words for kind, words in said(job) if kind == what]


def attempt(job, outcome, number=1, **more):
    return Attempt.objects.create(
        job=job,
        generation=number,
        number=number,
        worker="w:1:1",
        outcome=outcome,
        started_at=ago(100 - number * 10),
        finished_at=ago(95.8 - number * 10),
        **more,
    )


def test_it_begins_when_the_job_was_enqueued_and_says_what_it_is_about(subject):
    subject(describe=lambda id: Description(f"Thing number {id}", "/admin/things/3/"))

    (first,) = timeline(put(subject=THING))

    assert (first.what, first.words, first.link) == (
        "enqueued",
        "Enqueued: test-job, about Thing number 3",
        "/admin/things/3/",
    )


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        (Outcome.COMPLETED, "Attempt 1 completed after 4.2 s on w:1:1"),
        (Outcome.ERROR, "Attempt 1 failed after 4.2 s on w:1:1: the press is jammed"),
        (Outcome.POSTPONED, "Attempt 1 was put off: what it needs was away after 4.2 s on w:1:1"),
        (Outcome.TIMED_OUT, "Attempt 1 ran out of time after 4.2 s on w:1:1"),
        (Outcome.LOST, "Attempt 1 was lost with its worker after 4.2 s on w:1:1"),
        (Outcome.RETURNED, "Attempt 1 was given back by a worker that shut down after 4.2 s on w:1:1"),
        (Outcome.CANCELLED, "Attempt 1 was cancelled after 4.2 s on w:1:1"),
    ],
)
def test_each_attempt_says_how_it_ended(outcome, words):
    job = put()
    attempt(job, outcome, error="the press is jammed\nand its paper wet" if outcome == Outcome.ERROR else "")

    assert words_of(job, "attempt") == [words]


def test_every_outcome_has_its_words():
    assert set(module.ENDED) == set(Outcome)


def test_attempts_lead_to_flower(settings):
    settings.FLOWER_URL = "https://flower.example"
    job, chunk = put(), uuid4()
    alone, shared = attempt(job, Outcome.ERROR), attempt(job, Outcome.ERROR, 2, chunk_id=chunk)

    assert [task_id_of(alone), task_id_of(shared)] == [f"{job.pk}.1", str(chunk)]
    links = [moment.link for moment in timeline(job) if moment.what == "attempt"]
    assert links == [f"https://flower.example/task/{job.pk}.1", flower_link(str(chunk))]


def test_what_is_handed_over_or_runs_says_since_when_and_where():
    handed = dispatched(put())
    assert [(m.what, m.words) for m in timeline(handed)][1:] == [("handed over", "Handed to the workers")]

    job = running()
    cancel(job_id=job.pk, actor=OWNER, reason="ordered twice")

    assert words_of(job, "running") == ["Attempt 1 began on worker-1:4711:99"]
    assert words_of(job, "cancel") == ["Asked to stop; it will at its next checkpoint"]


def test_celerys_own_record_stands_beside_ours(script):
    def away(ctx):
        raise RetryLater("the press is away")

    script(away)
    job = put()
    drain(only="test-job")
    TaskResult.objects.create(task_id=f"{uuid4()}.1", status="SUCCESS")

    (moment,) = [moment for moment in timeline(row(job)) if moment.what == "result"]
    result = TaskResult.objects.get(task_id=f"{job.pk}.1")

    assert moment.words == "Celery’s record of hand-over 1: RETRY"
    assert (moment.at, moment.link) == (
        result.date_done,
        f"/admin/django_celery_results/taskresult/{result.pk}/change/",
    )


def test_a_chunks_record_says_no_number():
    job, chunk = put(), uuid4()
    attempt(job, Outcome.COMPLETED, chunk_id=chunk)
    TaskResult.objects.create(task_id=str(chunk), status="SUCCESS")

    assert words_of(job, "result") == ["Celery’s record of hand-over in a chunk: SUCCESS"]


def test_a_dead_letter_leads_to_its_page_and_says_how_often_it_was_replayed():
    job = dead()
    (moment,) = [moment for moment in timeline(job) if moment.what == "dead letter"]
    assert (moment.words, moment.link) == ("Became a dead letter", f"/admin/queues/dlq/{job.pk}/")

    replay(job_id=job.pk, actor=OWNER, reason="the press is mended")

    assert words_of(job, "dead letter") == ["Became a dead letter, after 1 replay"]


def test_what_was_cancelled_says_why():
    job, silent = put(), column(put(), state=State.CANCELLED, finished_at=ago(1))
    cancel(job_id=job.pk, actor=OWNER, reason="ordered twice")

    assert words_of(job, "cancelled") == ["Cancelled: ordered twice"]
    assert words_of(silent, "cancelled") == ["Cancelled: no reason given"]


def test_who_did_what_to_it_and_why():
    job = dead()
    replay(job_id=job.pk, actor=OWNER, reason="the press is mended")
    reveal(job=job, actor=OWNER)
    retry(job_id=column(job, state=State.DELAYED, run_at=ago(-60)).pk, actor=OWNER, reason="")
    cancel(job_id=job.pk, actor=OWNER, reason="ordered twice")

    assert words_of(job, "audit") == [
        f"Started over by {OWNER.label}: the press is mended",
        f"Payload read in full by {OWNER.label}",
        f"Brought forward by {OWNER.label}",
        f"Cancel asked for by {OWNER.label}: ordered twice",
    ]


def test_and_to_what_it_is_about_from_its_beginning_on():
    before = record(actor=OWNER, action="thing.made", target=THING)
    job = put(subject=THING)
    record(actor=Actor("user", "2", "ed@x"), action="thing.price_changed", target=THING, reason="sale")
    record(actor=OWNER, action="thing.made", target=("thing", "4"))
    column(job, created_at=before.at)

    assert words_of(job, "audit") == [f"thing made by {OWNER.label}", "thing price changed by ed@x: sale"]
    column(job, created_at=ago(-60))
    assert words_of(job, "audit") == []


def test_an_action_of_the_subject_is_not_taken_for_one_of_the_job():
    job = put(subject=THING)
    record(actor=OWNER, action="job.cancelled", target=THING)

    assert words_of(job, "audit") == [f"job cancelled by {OWNER.label}"]


def test_the_newest_of_a_long_record_are_kept(monkeypatch):
    monkeypatch.setattr(module, "MOST_ENTRIES", 2)
    job = put()
    for n in range(3):
        record(actor=OWNER, action=f"job.done_{n}", target=("job", str(job.pk)))

    assert words_of(job, "audit") == [f"job done 1 by {OWNER.label}", f"job done 2 by {OWNER.label}"]


def test_the_oldest_comes_first():
    job = put()
    attempt(job, Outcome.ERROR, 2), attempt(job, Outcome.LOST, 1)
    column(job, created_at=ago(200))

    moments = timeline(row(job))

    assert [moment.at for moment in moments] == sorted(moment.at for moment in moments)
    assert [moment.words[:9] for moment in moments] == ["Enqueued:", "Attempt 1", "Attempt 2"]


def test_of_secrets_nothing_is_said():
    plain, secret = put(), put("test-secret")
    attempt(plain, Outcome.ERROR, error="401 for Bearer abcdef123456")
    attempt(secret, Outcome.ERROR, error="the words of the error")

    assert words_of(plain, "attempt")[0].endswith(": 401 for Bearer •••")
    assert words_of(secret, "attempt")[0].endswith(": Not shown: this kind of job is declared secret.")
