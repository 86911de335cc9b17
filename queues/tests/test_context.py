"""What a running job may do with its context: finish once and fenced, see that it must stop, say how far it is."""

import json
import logging

import pytest
from django_celery_results.models import TaskResult

from queues import transitions
from queues.cancelling import cancel
from queues.draining import drain
from queues.errors import Cancelled, LeaseLost
from queues.models import Job, Outcome, State
from queues.tests import effects
from queues.tests.given import OWNER, claimed, column, outcomes, put, row

pytestmark = pytest.mark.django_db


def test_a_running_job_stops_at_its_checkpoint(script):
    def run(ctx):
        cancel(job_id=ctx.job_id, actor=OWNER, reason="not wanted")
        ctx.checkpoint()
        pytest.fail("went on")

    script(run)
    job = put()

    assert drain() == [("test-job", "SUCCESS")]

    assert (row(job).state, row(job).cancel_reason) == (State.CANCELLED, "not wanted")
    assert outcomes(job) == [(1, Outcome.CANCELLED)]
    assert json.loads(TaskResult.objects.get().result) == {"outcome": "cancelled"}


def test_a_running_job_that_was_asked_to_stop_does_not_finish(script):
    def run(ctx):
        cancel(job_id=ctx.job_id, actor=OWNER, reason="not wanted")
        with ctx.finishing():
            effects.leave(ctx.job_id)

    script(run)
    job = put()

    drain()

    assert (row(job).state, row(job).cancel_reason, effects.left()) == (State.CANCELLED, "not wanted", [])


def test_a_stolen_lease_rolls_the_effects_back(script):
    def run(ctx):
        Job.objects.filter(pk=ctx.job_id).update(lease_token="00000000-0000-0000-0000-000000000001")
        with ctx.finishing():
            effects.leave(ctx.job_id)

    script(run)
    job = put()

    assert drain() == [("test-job", "SUCCESS")]

    assert (row(job).state, effects.left()) == (State.ACTIVE, [])
    assert outcomes(job) == []
    assert json.loads(TaskResult.objects.get().result) == {"outcome": "lost"}


def test_a_lost_lease_is_seen_at_the_checkpoint(script):
    def run(ctx):
        transitions.rescue(row(ctx.job))
        with pytest.raises(LeaseLost):
            ctx.progress(50, "half")
        ctx.checkpoint()

    script(run)
    job = put()

    drain(limit=1)

    assert (row(job).state, row(job).progress) == (State.WAITING, 0)


def test_an_error_in_finishing_rolls_back_and_is_charged(script):
    def run(ctx):
        with ctx.finishing() as result:
            effects.leave(ctx.job_id)
            result["done"] = True
            raise ValueError("at the last moment")

    script(run)
    job = put()

    assert drain() == [("test-job", "RETRY")]

    assert (row(job).state, row(job).attempt, row(job).result, effects.left()) == (State.DELAYED, 1, None, [])


def test_an_error_after_the_finish_changes_nothing(script):
    def run(ctx):
        with ctx.finishing():
            effects.leave(ctx.job_id)
        raise ValueError("too late to matter")

    script(run)
    job = put()

    assert drain() == [("test-job", "SUCCESS")]

    assert (row(job).state, row(job).error, effects.left()) == (State.COMPLETED, "", [job.pk])
    assert json.loads(TaskResult.objects.get().result) == {"outcome": "completed"}


def test_progress_is_kept_and_throttled(script):
    seen = []

    def run(ctx):
        for percent in (10, 20, 30):
            ctx.progress(percent, f"at {percent}")
            seen.append((row(ctx.job).progress, row(ctx.job).progress_message))
        ctx.progress(250, "y" * 500)
        seen.append((row(ctx.job).progress, row(ctx.job).progress_message))

    script(run)
    put()

    drain()

    assert seen == [(10, "at 10"), (10, "at 10"), (10, "at 10"), (100, "y" * 200)]


def test_each_change_of_progress_is_a_line_without_its_words(script, caplog):
    def run(ctx):
        ctx.progress(10, "for ada@example.org")
        ctx.progress(20, "throttled away")
        ctx.progress(100, "done")

    script(run)
    job = put()

    with caplog.at_level(logging.INFO, logger="queues"):
        drain()

    lines = [record.msg for record in caplog.records if isinstance(record.msg, dict)]
    told = [(line["job"], line["percent"]) for line in lines if line["event"] == "progress"]
    assert told == [(str(job.pk), 10), (str(job.pk), 100)]
    assert "ada@example.org" not in str(lines)


def test_a_new_attempt_starts_at_no_progress(script):
    def run(ctx):
        ctx.progress(70, "nearly")
        raise ValueError("no")

    script(run)
    job = put()
    drain()
    assert row(job).progress == 70

    again = claimed(column(job, state=State.WAITING))

    assert (again.progress, again.progress_message) == (0, "")


def test_a_job_completes_with_its_result(script):
    def run(ctx):
        with ctx.finishing() as result:
            effects.leave(ctx.job_id)
            result["version_id"] = 7

    script(run)
    job = put(subject=("thing", "3"))

    assert drain() == [("test-job", "SUCCESS")]

    done = row(job)
    assert (done.state, done.result, done.progress, done.error) == (State.COMPLETED, {"version_id": 7}, 100, "")
    assert (done.attempt, done.generation, done.lease_token, done.leased_by) == (1, 1, None, "")
    assert done.finished_at is not None
    assert outcomes(job) == [(1, Outcome.COMPLETED)]
    assert effects.left() == [job.pk]


def test_a_function_that_only_returns_completes_too(script):
    seen = []
    script(lambda ctx: seen.append((ctx.attempt, ctx.subject_id)))
    job = put(subject=("thing", "3"))

    drain()

    assert seen == [(1, "3")]
    assert (row(job).state, row(job).result) == (State.COMPLETED, {})


def test_a_job_that_says_cancelled_itself_is_cancelled(script):
    def run(ctx):
        raise Cancelled("of my own accord")

    script(run)
    job = put()

    drain()

    assert row(job).state == State.CANCELLED


def test_an_error_after_the_lease_was_lost_changes_nothing(script):
    def run(ctx):
        transitions.rescue(row(ctx.job))
        raise ValueError("late")

    script(run)
    job = put()

    assert drain(limit=1) == [("test-job", "SUCCESS")]

    assert (row(job).state, row(job).attempt, row(job).error) == (State.WAITING, 0, "")
    assert outcomes(job) == [(1, Outcome.LOST)]
    assert json.loads(TaskResult.objects.get().result) == {"outcome": "lost"}
