"""Retry: a failed job is replayed, a delayed one runs now, and nothing else is touched."""

import pytest
from django.utils import timezone

from audit.models import AuditEntry
from queues.errors import TwinAlive
from queues.ids import uuid7
from queues.models import DeadLetter, State
from queues.retrying import NotRetryable, bring_forward_held, retry
from queues.tests.dead import dead
from queues.tests.given import OWNER, at_once, claimed, column, facts, put, row

LATER = timezone.timedelta(hours=3)


@pytest.mark.django_db
def test_a_failed_job_is_replayed():
    job = dead()

    again = retry(job_id=job.pk, actor=OWNER, reason="mended")

    assert (again.state, again.attempt, DeadLetter.objects.get().replays) == (State.WAITING, 0, 1)
    assert AuditEntry.objects.get().action == "job.replayed"


@pytest.mark.django_db
def test_a_delayed_job_runs_now_with_what_it_was_charged():
    job = column(put(run_at=timezone.now() + LATER), attempt=2)

    now = retry(job_id=job.pk, actor=OWNER, reason="they are up again")

    assert (now.state, now.attempt) == (State.WAITING, 2)
    assert now.run_at <= timezone.now()
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.target_id, entry.reason) == ("job.run_now", str(job.pk), "they are up again")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("state", "word"),
    [
        (State.WAITING, "waiting"),
        (State.DISPATCHED, "waiting"),
        (State.COMPLETED, "completed"),
        (State.CANCELLED, "cancelled"),
    ],
)
def test_nothing_else_is_retried(state, word):
    job = column(put(), state=state)
    before = facts(job)

    with pytest.raises(NotRetryable, match=f"it is {word}:"):
        retry(job_id=job.pk, actor=OWNER, reason="x")

    assert (facts(job), AuditEntry.objects.count()) == (before, 0)


@pytest.mark.django_db
def test_neither_is_what_runs_nor_what_is_gone():
    running = claimed(put())

    for job_id in (running.pk, uuid7()):
        with pytest.raises(NotRetryable):
            retry(job_id=job_id, actor=OWNER, reason="x")

    assert (row(running).state, AuditEntry.objects.count()) == (State.ACTIVE, 0)


@pytest.mark.django_db
def test_a_failed_job_with_a_live_twin_stays_as_it_is():
    job = dead(key="k")
    twin = put(key="k")

    with pytest.raises(TwinAlive) as refused:
        retry(job_id=job.pk, actor=OWNER, reason="x")

    assert (refused.value.twin_id, row(job).state) == (twin.pk, State.DEAD)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("failed", [True, False])
def test_of_retries_at_once_one_happens(failed):
    job = dead() if failed else put(run_at=timezone.now() + LATER)

    results = at_once(*[lambda: retry(job_id=job.pk, actor=OWNER, reason="x")] * 3)

    assert sorted(type(result).__name__ for result in results) == ["Job", "NotRetryable", "NotRetryable"]
    assert (row(job).state, AuditEntry.objects.count()) == (State.WAITING, 1)


@pytest.mark.django_db
def test_only_what_was_held_back_is_brought_forward_the_longest_waiting_first():
    longest, other, elsewhere = held(), held(), column(held(), queue="test.chunked")
    outage = column(held(), postponed_since=timezone.now())
    failed = column(held(), postponements=0, attempt=1)

    assert bring_forward_held(queues=["test.queue"], most=1) == 1

    assert (row(longest).state, row(other).state) == (State.WAITING, State.DELAYED)
    assert bring_forward_held(queues=["test.queue"], most=10) == 1
    assert {row(job).state for job in (elsewhere, outage, failed)} == {State.DELAYED}


def held():
    return column(put(), state=State.DELAYED, postponements=1, run_at=timezone.now() + LATER)
