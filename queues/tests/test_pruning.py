"""Pruning: what was kept long enough goes, with a copy when there is an archive; nothing else does."""

import json
import logging
import os
import stat
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from django_celery_results.models import TaskResult

from queues import pruning
from queues.declare import QUEUES
from queues.draining import drain
from queues.figures import figures_of
from queues.folding import fold
from queues.models import Attempt, DeadLetter, Job, Minute, OnceKey, Recount, State
from queues.pruning import prune
from queues.recounting import recount
from queues.tests.given import at_once, column, elsewhere, put

pytestmark = pytest.mark.django_db
QUEUE = "test.queue"


@pytest.fixture(autouse=True)
def patient(monkeypatch, settings):
    """A machine that is busy with other things must not cut a test short; nor is there an archive, unless said."""
    monkeypatch.setattr(pruning, "BUDGET_SECONDS", 60)
    settings.JOB_ARCHIVE = ""


@pytest.fixture
def archive(settings, tmp_path) -> Path:
    settings.JOB_ARCHIVE = str(tmp_path / "away" / "jobs")
    return tmp_path / "away" / "jobs"


def days_ago(days: float):
    return timezone.now() - timedelta(days=days)


def ended(state: State = State.COMPLETED, *, days: float = 8, name: str = "test-job", **columns: Any) -> Job:
    """With one attempt."""
    job = column(put(name), state=state, generation=1, finished_at=days_ago(days), **columns)
    at = days_ago(days)
    Attempt.objects.create(job=job, generation=1, number=1, outcome="completed", started_at=at, finished_at=at)
    return job


def minute(days: float) -> Minute:
    return Minute.objects.create(queue=QUEUE, minute=days_ago(days))


def once(key: str, queue: str = "payments", *, days: float = 0) -> str:
    return OnceKey.objects.create(queue=queue, once=key, job_id=put().pk, created_at=days_ago(days)).once


def result(days: float) -> TaskResult:
    made = TaskResult.objects.create(task_id=f"{days}")
    TaskResult.objects.filter(pk=made.pk).update(date_done=days_ago(days))
    return made


def lines(folder: Path) -> list[dict[str, Any]]:
    (file,) = folder.iterdir()
    assert file.name == f"jobs-{timezone.now():%Y-%m-%d}.jsonl"
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def test_the_old_completed_and_cancelled_go_and_nothing_else():
    for state in (State.COMPLETED, State.CANCELLED):
        ended(state, days=7.1)
    kept = [ended(days=6.9), ended(State.DEAD, days=400), put(), column(put(), created_at=days_ago(400))]

    assert prune() == 2

    assert set(Job.objects.all()) == set(kept)
    assert set(Attempt.objects.values_list("job_id", flat=True)) == {kept[0].pk, kept[1].pk}


def test_a_queue_may_keep_its_jobs_shorter_or_longer(monkeypatch):
    ended(days=0.05), ended(days=29, name="test-small")
    kept = [ended(days=0.03), ended(days=31, name="test-rated", queue="test.chunked", state=State.DEAD)]
    monkeypatch.setitem(QUEUES, QUEUE, SimpleNamespace(retention=timedelta(hours=1)))
    monkeypatch.setitem(QUEUES, "test.chunked", SimpleNamespace(retention=timedelta(days=30)))

    assert prune() == 1

    assert set(Job.objects.exclude(name="test-small")) == set(kept)


def test_a_queue_that_is_declared_no_more_is_pruned_after_the_usual_time():
    ended(days=8, queue="gone.queue"), ended(days=6, queue="gone.queue")
    ended(days=8)
    fold()  # the counters know of every queue there ever was
    Job.objects.filter(queue=QUEUE).update(queue="gone.queue")

    assert prune() == 2


def test_a_dead_letter_outlives_everything(script):
    def fail(ctx):
        raise ValueError("no")

    script(fail)
    job = put()
    drain(advance=True)
    Job.objects.update(finished_at=days_ago(4000))

    prune()

    assert list(Job.objects.values_list("pk", "state")) == [(job.pk, State.DEAD)]
    assert (DeadLetter.objects.count(), job.attempts.count()) == (1, 3)


def test_what_was_pruned_stays_counted_and_nothing_drifts():
    ended(), ended(State.CANCELLED), ended(days=1)

    assert prune() == 2

    seen = figures_of(QUEUE)
    assert (seen.completed, seen.cancelled, seen.conservation) == (2, 1, 0)
    fold()
    assert (recount().drift, Recount.objects.get().jobs) == (0, 1)


def test_a_backlog_goes_batch_by_batch(monkeypatch):
    monkeypatch.setattr(pruning, "AT_ONCE", 2)
    for _ in range(5):
        ended()
    for days in (15, 16, 17):
        minute(days), result(days)

    assert prune() == 5

    assert not (Job.objects.exists() or Minute.objects.exists() or TaskResult.objects.exists())


def test_the_relay_gets_on_with_its_work_when_the_time_is_up(monkeypatch):
    monkeypatch.setattr(pruning, "BUDGET_SECONDS", 0)
    ended()

    assert prune() == 0

    assert Job.objects.count() == 1


def test_minutes_are_kept_for_two_weeks():
    minute(14.1)
    kept = minute(13.9)

    prune()

    assert list(Minute.objects.all()) == [kept]


def test_of_the_once_keys_only_old_ticks_go():
    once("tick:1", days=2.1), once("tick:1", "dlq", days=3)
    kept = {once("tick:2", days=1.9), once("evt_1", days=4000), once("order:tick:1", days=9)}

    prune()

    assert set(OnceKey.objects.values_list("once", flat=True)) == kept


def test_celerys_results_go_with_the_jobs():
    result(7.1)
    kept = result(6.9)

    prune()

    assert list(TaskResult.objects.all()) == [kept]


def test_what_goes_is_archived_first(archive):
    job = ended(
        payload={"note": "n", "api_key": "sk-verysecretvalue"}, result={"done": 1}, error="at sk-verysecretvalue"
    )
    Attempt.objects.update(error="Bearer abcdefgh", traceback="line 1\nline 2")
    ended(days=1)

    assert prune() == 1

    (line,) = lines(archive)
    assert (line["id"], line["queue"], line["state"]) == (str(job.pk), QUEUE, "completed")
    assert (line["payload"], line["result"]) == ({"note": "n", "api_key": "•••"}, {"done": 1})
    assert line["error"] == "at sk-•••"
    (attempt,) = line["attempts"]
    assert (attempt["number"], attempt["outcome"], attempt["error"]) == (1, "completed", "Bearer •••")
    assert attempt["traceback"] == "line 1\nline 2"
    assert not {"lease_token", "leased_by"} & set(line)


def test_the_archive_is_for_its_owner_only(archive):
    ended()

    prune()

    (file,) = archive.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600 and stat.S_IMODE(archive.stat().st_mode) == 0o700


def test_of_a_secret_job_the_archive_has_neither_payload_nor_words(archive):
    ended(name="test-secret", payload={"note": "123456"}, result={"sent": "123456"}, error="for 123456")
    Attempt.objects.update(error="for 123456", traceback="123456")

    prune()

    assert "123456" not in json.dumps(lines(archive))


def test_the_next_batch_is_appended(archive):
    first = ended()
    prune()
    second = ended()

    prune()

    assert [line["id"] for line in lines(archive)] == [str(first.pk), str(second.pk)]


def test_a_line_cut_short_by_a_crash_spoils_no_other(archive):
    archive.mkdir(parents=True)
    file = archive / f"jobs-{timezone.now():%Y-%m-%d}.jsonl"
    file.write_text('{"id": "half a li')
    job = ended()

    prune()

    half, whole = file.read_text().splitlines()
    assert half == '{"id": "half a li' and json.loads(whole)["id"] == str(job.pk)


def test_without_a_working_archive_no_job_goes(archive, caplog):
    archive.parent.write_text("a file where the folder should be")
    ended(), minute(15)

    assert prune() == 0

    assert (Job.objects.count(), Attempt.objects.count(), Minute.objects.count()) == (1, 1, 0)
    events = [record.msg["event"] for record in caplog.records if record.levelno == logging.ERROR]
    assert events == ["archive_failed"]


def test_it_is_on_disk_before_the_row_is_gone(archive, monkeypatch):
    synced = []
    monkeypatch.setattr(os, "fsync", lambda descriptor: synced.append(Job.objects.count()))
    ended()

    prune()

    assert synced == [1, 1] and not Job.objects.exists()


def test_a_crash_before_the_deletion_keeps_the_row(archive, monkeypatch):
    ended()

    def killed(ids):
        if ids:
            raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(pruning, "_delete_jobs", killed)
        with pytest.raises(KeyboardInterrupt):
            prune()
    assert Job.objects.count() == 1

    assert prune() == 1
    assert len({line["id"] for line in lines(archive)}) == 1 and len(lines(archive)) == 2


@pytest.mark.django_db(transaction=True)
def test_two_relays_at_once_take_each_job_once(archive, monkeypatch):
    monkeypatch.setattr(pruning, "AT_ONCE", 3)
    gone = {str(ended().pk) for _ in range(20)}
    kept = ended(days=1)

    pruned = at_once(prune, prune, prune)
    while Job.objects.count() > 1:
        pruned.append(prune())

    assert sum(pruned) == 20
    assert sorted(line["id"] for line in lines(archive)) == sorted(gone)
    assert list(Job.objects.all()) == [kept] and list(Attempt.objects.values_list("job_id", flat=True)) == [kept.pk]


@pytest.mark.django_db(transaction=True)
def test_what_another_relay_has_locked_is_skipped_and_not_waited_for():
    locked, free = ended(), ended()
    with transaction.atomic():
        Job.objects.select_for_update().get(pk=locked.pk)

        assert elsewhere(prune) == 1

    assert not Job.objects.filter(pk=free.pk).exists()
