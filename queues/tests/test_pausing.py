"""Pause stops a queue at once, resume lets it go on; each once, by whom and why on record."""

import pytest

from audit.models import AuditEntry
from queues import pausing
from queues.models import Pause, Relay, State
from queues.pausing import AlreadyPaused, NotPaused, pause, resume
from queues.tests.given import OWNER, at_once, claimed, dispatched, put, row
from queues.waking import CHANNEL

QUEUE = "test.queue"


@pytest.mark.django_db
def test_a_pause_takes_back_what_was_handed_over_and_lets_run_what_runs():
    handed, running, forked = dispatched(put()), claimed(put()), dispatched(put("test-forked"))

    pause(queue=QUEUE, actor=OWNER, reason="  the mail server is being moved  ")

    assert (row(handed).state, row(running).state, row(forked).state) == (
        State.WAITING,
        State.ACTIVE,
        State.DISPATCHED,
    )
    paused = Pause.objects.get()
    assert (paused.queue, paused.paused_by, paused.reason) == (QUEUE, OWNER.label, "the mail server is being moved")
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.target_type, entry.target_id, entry.reason) == (
        "queue.paused",
        "queue",
        QUEUE,
        "the mail server is being moved",
    )


@pytest.mark.django_db
def test_a_paused_queue_is_not_paused_again():
    pause(queue=QUEUE, actor=OWNER, reason="first")

    with pytest.raises(AlreadyPaused):
        pause(queue=QUEUE, actor=OWNER, reason="second")

    assert (Pause.objects.get().reason, AuditEntry.objects.count()) == ("first", 1)


@pytest.mark.django_db
def test_a_queue_nobody_declares_is_not_paused():
    with pytest.raises(KeyError):
        pause(queue="nobody's", actor=OWNER, reason="x")

    assert (Pause.objects.count(), AuditEntry.objects.count()) == (0, 0)


@pytest.mark.django_db
def test_a_resume_is_on_record_and_wakes_the_relay(monkeypatch):
    pause(queue=QUEUE, actor=OWNER, reason="x")
    woken = []
    monkeypatch.setattr(pausing, "wake_relay", lambda: woken.append(CHANNEL))

    resume(queue=QUEUE, actor=OWNER)

    assert (Pause.objects.count(), woken) == (0, [CHANNEL])
    assert list(AuditEntry.objects.order_by("id").values_list("action", flat=True)) == [
        "queue.paused",
        "queue.resumed",
    ]


@pytest.mark.django_db
def test_what_is_not_paused_is_not_resumed():
    Relay.objects.create(identity="a:1:1", idle=True)

    with pytest.raises(NotPaused):
        resume(queue=QUEUE, actor=OWNER)

    assert AuditEntry.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_of_pauses_at_once_one_happens_and_of_resumes_one():
    pauses = at_once(*[lambda: pause(queue=QUEUE, actor=OWNER, reason="x")] * 3)
    resumes = at_once(*[lambda: resume(queue=QUEUE, actor=OWNER)] * 3)

    assert sorted(type(result).__name__ for result in pauses) == ["AlreadyPaused", "AlreadyPaused", "NoneType"]
    assert sorted(type(result).__name__ for result in resumes) == ["NoneType", "NotPaused", "NotPaused"]
    assert (Pause.objects.count(), AuditEntry.objects.count()) == (0, 2)
