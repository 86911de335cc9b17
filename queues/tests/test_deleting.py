"""A dead letter that is deleted is gone for good, but for a line in the record and its once-key."""

import pytest
from django.utils.dateparse import parse_datetime

from audit.models import AuditEntry
from queues.deleting import delete
from queues.enqueue import enqueue
from queues.errors import NotReplayable
from queues.ids import uuid7
from queues.models import Attempt, DeadLetter, Job, OnceKey, State
from queues.replay import NoLongerDead, replay
from queues.tests.dead import dead
from queues.tests.given import OWNER, at_once, claimed, column, facts, put, row


@pytest.mark.django_db
def test_the_letter_its_job_and_its_attempts_are_gone_and_a_tombstone_stands():
    other = dead()
    job = dead("Bearer abcdef123456 refused", subject=("sample", "41"), once="order:41")
    died_at = DeadLetter.objects.get(pk=job.pk).died_at

    delete(job_id=job.pk, actor=OWNER, reason="sent by mistake")

    assert set(Job.objects.exclude(name="dead-letter-received").values_list("pk", flat=True)) == {other.pk}
    assert [letter.pk for letter in DeadLetter.objects.all()] == [other.pk]
    assert set(Attempt.objects.values_list("job_id", flat=True)) == {other.pk}
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.target_type, entry.target_id, entry.reason, entry.actor_label) == (
        "dead_letter.deleted",
        "job",
        str(job.pk),
        "sent by mistake",
        OWNER.label,
    )
    assert parse_datetime(entry.before.pop("died_at")) == died_at.replace(
        microsecond=died_at.microsecond // 1000 * 1000
    )
    assert entry.before == {
        "queue": "test.queue",
        "name": "test-job",
        "subject": "sample:41",
        "error": "Bearer ••• refused",
        "why": "attempts",
    }


@pytest.mark.django_db
def test_what_was_to_be_done_once_is_not_done_after_all():
    job = dead(once="event:7")

    delete(job_id=job.pk, actor=OWNER, reason="x")

    again = enqueue("test-job", {}, once="event:7")
    assert (again.job, again.created, OnceKey.objects.get(queue="test.queue").job_id) == (None, False, job.pk)


@pytest.mark.django_db
@pytest.mark.parametrize("state", [State.WAITING, State.DISPATCHED, State.DELAYED, State.COMPLETED, State.CANCELLED])
def test_only_the_dead_are_deleted(state):
    job = column(put(), state=state)
    before = facts(job)

    with pytest.raises(NoLongerDead):
        delete(job_id=job.pk, actor=OWNER, reason="x")

    assert (facts(job), AuditEntry.objects.count()) == (before, 0)


@pytest.mark.django_db
def test_neither_is_what_runs_again_nor_what_was_never_there():
    job = dead()
    replay(job_id=job.pk, actor=OWNER, reason="x")
    running = claimed(job)

    for job_id in (running.pk, uuid7()):
        with pytest.raises(NotReplayable):
            delete(job_id=job_id, actor=OWNER, reason="x")

    assert (row(job).state, DeadLetter.objects.count(), Attempt.objects.count()) == (State.ACTIVE, 1, 1)
    assert AuditEntry.objects.get().action == "job.replayed"


@pytest.mark.django_db(transaction=True)
def test_of_a_replay_and_a_deletion_at_once_one_happens():
    job = dead()

    replayed, deleted = at_once(
        lambda: replay(job_id=job.pk, actor=OWNER, reason="x"), lambda: delete(job_id=job.pk, actor=OWNER, reason="x")
    )

    assert sorted([isinstance(replayed, NoLongerDead), isinstance(deleted, NoLongerDead)]) == [False, True]
    assert AuditEntry.objects.count() == 1
    assert Job.objects.filter(pk=job.pk).exists() is isinstance(deleted, NoLongerDead)
