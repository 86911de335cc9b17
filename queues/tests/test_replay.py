"""A dead letter runs again in place, once, and only when its key, its payload and its subject allow it."""

import logging
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from audit.models import AuditEntry
from queues import transitions
from queues.draining import drain
from queues.errors import NotReplayable, Permanent, ReplayRefused, TwinAlive
from queues.faults import Fault
from queues.models import DeadLetter, Job, Outcome, State
from queues.replay import replay
from queues.tests.given import OWNER, at_once, claimed, column, dispatched, facts, put, row


def dead(**how: Any) -> Job:
    job = claimed(put(**how))
    assert transitions.die(job, Fault("E", "no"), why="attempts")
    return row(job)


@pytest.mark.django_db
def test_a_replay_starts_over_in_place_and_keeps_the_history(script):
    job = column(dead(), attempt=3, rescues=3, postponements=4, progress=60, cancel_reason="asked once")

    again = replay(job_id=job.pk, actor=OWNER, reason="the cause is mended")

    assert (again.pk, again.state, again.generation) == (job.pk, State.WAITING, 1)
    assert (again.attempt, again.rescues, again.postponements, again.postponed_since) == (0, 0, 0, None)
    assert (again.progress, again.error, again.finished_at, again.cancel_reason) == (0, "", None, "")
    letter = DeadLetter.objects.get()
    assert (letter.replays, letter.replayed_by, letter.replay_reason) == (1, OWNER.label, "the cause is mended")
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.target_id, entry.reason) == ("job.replayed", str(job.pk), "the cause is mended")
    assert drain(only="test-job") == [("test-job", "SUCCESS")]
    kept = list(job.attempts.order_by("generation").values_list("generation", "number", "outcome"))
    assert kept == [(1, 1, Outcome.ERROR), (2, 1, Outcome.COMPLETED)]


@pytest.mark.django_db
def test_a_replay_that_dies_again_is_the_same_letter_with_a_longer_history(script):
    job = dead()
    replay(job_id=job.pk, actor=OWNER, reason="once more")

    def run(ctx):
        raise Permanent("worse")

    script(run)
    drain(only="test-job")

    letter = DeadLetter.objects.get()
    assert (letter.replays, letter.why, letter.error, len(letter.attempts)) == (1, "permanent", "worse", 2)


@pytest.mark.django_db
def test_a_live_twin_with_the_key_refuses_and_is_named():
    job = dead(key="k")
    twin = put(key="k")
    before = facts(job)

    with pytest.raises(TwinAlive) as refused:
        replay(job_id=job.pk, actor=OWNER, reason="x")

    assert (refused.value.twin_id, facts(job)) == (twin.pk, before)
    assert AuditEntry.objects.count() == 0


@pytest.mark.django_db
def test_a_subject_that_refuses_leaves_everything_as_it_was(subject):
    def refuse(job):
        raise ReplayRefused("the order was refunded")

    subject(on_replay=refuse)
    job = dead(subject=("thing", "3"))
    before = facts(job)

    with pytest.raises(ReplayRefused, match="the order was refunded"):
        replay(job_id=job.pk, actor=OWNER, reason="x")

    assert (facts(job), DeadLetter.objects.get().replays) == (before, 0)


@pytest.mark.django_db
def test_a_subject_that_agrees_has_moved_in_the_same_transaction(subject):
    heard = []
    subject(on_replay=lambda job: heard.append(row(job).state))

    replay(job_id=dead(subject=("thing", "3")).pk, actor=OWNER, reason="x")

    assert heard == [State.DEAD]


@pytest.mark.django_db
@pytest.mark.parametrize("changed", [{"payload": {"note": 7}}, {"name": "no-longer-declared"}])
def test_what_no_longer_fits_its_declaration_is_not_replayable(changed):
    job = column(dead(), **changed)

    with pytest.raises(NotReplayable):
        replay(job_id=job.pk, actor=OWNER, reason="x")

    assert row(job).state == State.DEAD


@pytest.mark.django_db
def test_what_this_release_runs_on_another_queue_is_not_replayable():
    job = column(dead(), queue="test.forked")

    with pytest.raises(NotReplayable, match=r"has moved to the queue test\.queue"):
        replay(job_id=job.pk, actor=OWNER, reason="x")

    assert (row(job).state, AuditEntry.objects.count()) == (State.DEAD, 0)


@pytest.mark.django_db
def test_the_letter_keeps_neither_a_secret_of_the_reason_nor_more_of_a_long_name_than_fits():
    job = dead()

    replay(job_id=job.pk, actor=replace(OWNER, label="o" * 254), reason=" their key is sk-abcdefgh1234 now ")

    letter = DeadLetter.objects.get()
    assert (letter.replayed_by, letter.replay_reason) == ("o" * 200, "their key is sk-••• now")
    assert AuditEntry.objects.get().reason == letter.replay_reason


@pytest.mark.django_db
@pytest.mark.parametrize("state", [State.WAITING, State.DISPATCHED, State.DELAYED, State.COMPLETED, State.CANCELLED])
def test_only_the_dead_are_revived(state):
    job = column(put(), state=state)
    before = facts(job)

    assert transitions.revive(job) is False
    with pytest.raises(NotReplayable):
        replay(job_id=job.pk, actor=OWNER, reason="x")

    assert facts(job) == before


@pytest.mark.django_db(transaction=True)
def test_of_replays_at_once_one_happens():
    job = dead()

    results = at_once(*[lambda: replay(job_id=job.pk, actor=OWNER, reason="x")] * 4)

    assert sorted(type(result).__name__ for result in results) == ["Job", *["NoLongerDead"] * 3]
    assert (DeadLetter.objects.get().replays, AuditEntry.objects.count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_of_two_dead_with_one_key_replayed_at_once_one_lives():
    first, second = dead(key="k"), dead(key="k")

    results = at_once(*[lambda pk=job.pk: replay(job_id=pk, actor=OWNER, reason="x") for job in (first, second)])

    assert sorted(type(result).__name__ for result in results) == ["Job", "TwinAlive"]
    assert sorted([row(first).state, row(second).state]) == [State.DEAD, State.WAITING]


@pytest.mark.django_db
def test_each_way_back_to_waiting_writes_its_line(caplog):
    dead_one, later = dead(), column(put(), state=State.DELAYED, run_at=timezone.now() + timedelta(hours=1))
    due = column(put(), state=State.DELAYED, run_at=timezone.now() - timedelta(seconds=1))
    sent = dispatched(put())

    caplog.clear()
    with caplog.at_level(logging.INFO, logger="queues"):
        replay(job_id=dead_one.pk, actor=OWNER, reason="once more")
        transitions.run_now(later)
        transitions.promote_due()
        transitions.undispatch(sent.pk, sent.generation)

    lines = [record.msg for record in caplog.records if isinstance(record.msg, dict)]
    told = [(line["event"], line.get("job", line.get("jobs"))) for line in lines]
    assert told == [
        ("replayed", str(dead_one.pk)),
        ("brought_forward", str(later.pk)),
        ("due", 1),
        ("undispatched", str(sent.pk)),
    ]
    assert {row(job).state for job in (dead_one, later, due, sent)} == {State.WAITING}
