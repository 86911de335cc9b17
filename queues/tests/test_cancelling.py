"""Cancel: at once before the start, by a flag while it runs, never after the end."""

import threading

import pytest
from django.db import transaction
from django.utils import timezone

from audit.models import AuditEntry
from queues import transitions
from queues.cancelling import NothingToCancel, cancel
from queues.context import Context
from queues.errors import Cancelled
from queues.models import Attempt, State
from queues.tests import effects
from queues.tests.given import OWNER, at_once, claimed, column, dispatched, facts, put, row


@pytest.mark.django_db
@pytest.mark.parametrize("state", ["waiting", "delayed", "dispatched"])
def test_what_has_not_started_ends_at_once(state):
    job = put(run_at=timezone.now() + timezone.timedelta(hours=1) if state == "delayed" else None)
    job = dispatched(job) if state == "dispatched" else job

    cancelled = cancel(job_id=job.pk, actor=OWNER, reason="not wanted")

    assert (cancelled.state, cancelled.cancel_reason) == (State.CANCELLED, "not wanted")
    assert cancelled.finished_at is not None
    assert transitions.claim((job.pk, job.generation), 1) is None
    assert Attempt.objects.count() == 0
    assert AuditEntry.objects.get().action == "job.cancelled"


@pytest.mark.django_db
def test_what_runs_is_asked():
    job = claimed(put())

    asked = cancel(job_id=job.pk, actor=OWNER, reason="not wanted")

    assert (asked.state, asked.cancel_requested_at is not None) == (State.ACTIVE, True)
    with pytest.raises(Cancelled):
        Context(job).checkpoint()


@pytest.mark.django_db
@pytest.mark.parametrize("verb", [lambda job: transitions.give_back(job), lambda job: transitions.rescue(job)])
def test_what_was_asked_to_stop_does_not_wait_again(verb):
    job = claimed(put())
    cancel(job_id=job.pk, actor=OWNER, reason="not wanted")

    assert verb(job)

    assert (row(job).state, row(job).cancel_reason) == (State.CANCELLED, "not wanted")


@pytest.mark.django_db
@pytest.mark.parametrize("state", [State.COMPLETED, State.DEAD, State.CANCELLED])
def test_what_has_ended_stays_as_it_is(state):
    job = column(put(), state=state)
    before = facts(job)

    with pytest.raises(NothingToCancel):
        cancel(job_id=job.pk, actor=OWNER, reason="x")

    assert (facts(job), AuditEntry.objects.count()) == (before, 0)


@pytest.mark.django_db(transaction=True)
def test_a_cancel_that_comes_during_the_finish_comes_too_late():
    job = claimed(put())
    finishing = threading.Event()

    def finish() -> None:
        with Context(job).finishing():
            effects.leave(job.pk)
            finishing.set()
            threading.Event().wait(0.3)

    def ask() -> None:
        finishing.wait(5)
        cancel(job_id=job.pk, actor=OWNER, reason="x")

    finished, asked = at_once(finish, ask)

    assert finished is None and isinstance(asked, NothingToCancel)
    assert row(job).state == State.COMPLETED


@pytest.mark.django_db(transaction=True)
def test_a_finish_that_comes_during_the_cancel_is_void():
    job = claimed(put())
    asking = threading.Event()

    def ask() -> None:
        with transaction.atomic():
            cancel(job_id=job.pk, actor=OWNER, reason="x")
            asking.set()
            threading.Event().wait(0.3)

    def finish() -> None:
        asking.wait(5)
        with Context(job).finishing():
            effects.leave(job.pk)

    effects.forget_all()
    _, finished = at_once(ask, finish)

    assert isinstance(finished, Cancelled)
    assert (row(job).state, effects.left()) == (State.ACTIVE, [])
