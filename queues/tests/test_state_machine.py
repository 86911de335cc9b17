"""The diagram of states, walked at random on a real PostgreSQL: whatever happens in whatever order, the rules hold.

Redis is a bag of messages that may be read twice, late, or never.
"""

from collections import Counter
from contextlib import suppress
from datetime import timedelta
from uuid import uuid4

import pytest
from celery.exceptions import Retry
from django.db import transaction
from django.db.models import Count, F, Q
from django.db.models.functions import Now
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from queues import executor, mending, transitions, worker
from queues.cancelling import NothingToCancel, cancel
from queues.context import Context
from queues.enqueue import enqueue
from queues.errors import Cancelled, LeaseLost, NotReplayable, Permanent, RetryLater, TwinAlive
from queues.models import ENDED, LIVE, Attempt, DeadLetter, Delta, Job, State
from queues.replay import NoLongerDead, replay
from queues.tests import effects
from queues.tests.given import OWNER, PID, facts, row

ERRORS = {
    "error": lambda: Retry(exc=ValueError("no"), when=1),
    "later": lambda: RetryLater("they are down"),
    "permanent": lambda: Permanent("never"),
    "cancelled": lambda: Cancelled("at a checkpoint"),
}


def when(**those):
    """Only while there is such a job: a walk should not waste its steps."""
    return precondition(lambda self: Job.objects.filter(**those).exists())


some_run = precondition(lambda self: self.runs)


class Backbone(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        self.messages, self.runs = [], []
        self.ended, self.replayed = {}, set()

    def teardown(self):
        transaction.set_rollback(True)
        self.transaction.__exit__(None, None, None)

    @initialize()
    def begin(self):
        for key in (None, "a"):
            self.enqueue(key)
        self.dispatch()

    @rule(key=st.sampled_from([None, "a", "b"]))
    def enqueue(self, key):
        live = Job.objects.live().filter(key=key).first() if key else None

        enqueued = enqueue("test-job", {}, key=key)

        assert enqueued.created == (live is None)
        assert live is None or enqueued.job == live

    @when(state=State.WAITING)
    @rule()
    def dispatch(self):
        job = Job.objects.filter(state=State.WAITING).order_by("-priority", "run_at", "id").first()
        transitions.dispatch([job])
        self.messages.append((job.pk, job.generation))

    @when(state=State.WAITING)
    @rule()
    def send_ahead(self):
        job = Job.objects.filter(state=State.WAITING).order_by("id").first()
        self.messages.append((job.pk, job.generation + 1))

    @precondition(lambda self: self.messages)
    @rule(data=st.data())
    def claim(self, data):
        """The message may be stale, or read for the second time: then nothing happens."""
        message = data.draw(st.sampled_from(self.messages[-4:]))
        before = Job.objects.get(pk=message[0])

        job = transitions.claim(message, PID)

        fresh = (before.state, before.generation) in (
            (State.DISPATCHED, message[1]),
            (State.WAITING, message[1] - 1),
        )
        assert (job is not None) == fresh
        if job is not None:
            assert job.attempt == before.attempt + 1
            self.runs.append(job)

    @when(state=State.WAITING)
    @rule(most=st.integers(1, 3))
    def claim_next(self, most):
        """As of a chunked queue: in their order, and what lost a worker alone."""
        line = list(Job.objects.filter(state=State.WAITING).order_by("-priority", "run_at", "id")[:most])
        alone = next((place for place, job in enumerate(line) if job.rescues), most)

        jobs = transitions.claim_next("test-job", most, uuid4(), PID)

        assert jobs == line[: alone or 1]
        assert [(job.attempt, job.generation) for job in jobs] == [
            (before.attempt + 1, before.generation + 1) for before in line[: len(jobs)]
        ]
        self.runs.extend(jobs)

    @some_run
    @rule(data=st.data())
    def finish(self, data):
        run = self.any_run(data)
        ours, asked, before = self.holds(run), row(run).cancel_requested_at, facts(run)
        try:
            with Context(run).finishing():
                effects.leave(run.pk)
        except (LeaseLost, Cancelled) as refused:
            outcome = type(refused)
        else:
            outcome = None

        if outcome is None:
            assert ours and asked is None and row(run).state == State.COMPLETED
        else:
            assert facts(run) == before
            assert outcome is (Cancelled if ours and asked else LeaseLost)

    @some_run
    @rule(data=st.data(), how=st.sampled_from(sorted(ERRORS)))
    def fail(self, data, how):
        run = self.any_run(data)
        ours, asked, before = self.holds(run), row(run).cancel_requested_at, facts(run)

        with suppress(Retry, RetryLater, Permanent, ValueError):
            executor._verdict(run, ERRORS[how]())

        after = row(run)
        if not ours:
            assert facts(run) == before
        elif how == "later":
            assert (after.state, after.attempt) == (
                (State.CANCELLED, run.attempt) if asked else (State.DELAYED, run.attempt - 1)
            )
        elif how == "error":
            over = State.DEAD if run.attempt == run.max_attempts else State.CANCELLED if asked else State.DELAYED
            assert (after.state, after.attempt) == (over, run.attempt)
        else:
            assert after.state == (State.DEAD if how == "permanent" else State.CANCELLED)

    @some_run
    @rule(data=st.data())
    def give_back(self, data):
        run = self.any_run(data)
        ours, asked, before = self.holds(run), row(run).cancel_requested_at, facts(run)

        assert transitions.give_back(run) == ours

        after = row(run)
        assert ours or facts(run) == before
        assert not ours or after.state == (State.CANCELLED if asked else State.WAITING)

    @rule(data=st.data())
    def cancel(self, data):
        job = self.any_job(data, Job.objects.all())
        before = facts(job)
        try:
            cancel(job_id=job.pk, actor=OWNER, reason="not wanted")
        except NothingToCancel:
            assert job.state in ENDED and facts(job) == before
        else:
            assert row(job).state == (State.ACTIVE if job.state == State.ACTIVE else State.CANCELLED)

    @when(state=State.ACTIVE)
    @rule(data=st.data())
    def ask_to_stop(self, data):
        job = self.any_job(data, Job.objects.filter(state=State.ACTIVE))

        asked = cancel(job_id=job.pk, actor=OWNER, reason="not wanted")

        assert (asked.state, asked.cancel_requested_at is None) == (State.ACTIVE, False)

    @when(state=State.DEAD)
    @rule(data=st.data())
    def replay(self, data):
        job = self.any_job(data, Job.objects.all())
        before = facts(job)
        twin = Job.objects.live().filter(key=job.key).exclude(pk=job.pk).exists() if job.key else False
        expected = NoLongerDead if job.state != State.DEAD else TwinAlive if twin else None
        outcome = None
        try:
            again = replay(job_id=job.pk, actor=OWNER, reason="try again")
        except NotReplayable as refused:
            outcome = type(refused)

        assert outcome is expected
        if outcome is None:
            assert (again.state, again.attempt, again.rescues) == (State.WAITING, 0, 0)
            self.replayed.add(job.pk)
        else:
            assert facts(job) == before

    @when(state=State.ACTIVE)
    @rule()
    def worker_dies(self):
        expired = {job.pk: job for job in Job.objects.filter(state=State.ACTIVE)}
        Job.objects.filter(pk__in=expired).update(leased_until=Now() - timedelta(seconds=1))

        assert mending.rescue_expired() == len(expired)

        for job in Job.objects.filter(pk__in=expired):
            before = expired[job.pk]
            if before.rescues == 3:
                assert job.state == State.DEAD
            elif before.cancel_requested_at:
                assert job.state == State.CANCELLED
            else:
                assert (job.state, job.attempt, job.rescues) == (State.WAITING, before.attempt - 1, before.rescues + 1)

    @when(state=State.ACTIVE)
    @rule()
    def jobs_run_too_long(self):
        overdue = Job.objects.filter(state=State.ACTIVE)
        count = overdue.update(started_at=Now() - timedelta(seconds=61))

        assert worker.end_overdue() == count
        assert not overdue.exists()

    @when(state=State.DISPATCHED)
    @rule()
    def redis_is_wiped(self):
        mending.undispatch_all()

        assert not Job.objects.filter(state=State.DISPATCHED).exists()

    @when(state=State.DELAYED)
    @rule()
    def time_passes(self):
        Job.objects.filter(state=State.DELAYED).update(run_at=Now())

        transitions.promote_due()

        assert not Job.objects.filter(state=State.DELAYED).exists()

    @invariant()
    def one_live_job_per_key(self):
        live = Job.objects.live().filter(key__isnull=False)
        assert not live.values("queue", "key").annotate(n=Count("pk")).filter(n__gt=1).exists()

    @invariant()
    def budgets_are_kept(self):
        assert not Job.objects.filter(Q(attempt__gt=F("max_attempts")) | Q(rescues__gt=3)).exists()
        ready = Job.objects.filter(state__in=LIVE).exclude(state=State.ACTIVE)
        assert not ready.filter(attempt__gte=F("max_attempts")).exists()

    @invariant()
    def a_lease_is_held_while_active_and_never_else(self):
        held = Q(lease_token__isnull=False, leased_until__isnull=False, leased_pid__isnull=False)
        assert not Job.objects.filter(~held, state=State.ACTIVE).exists()
        assert not Job.objects.filter(lease_token__isnull=False).exclude(state=State.ACTIVE).exists()

    @invariant()
    def what_has_ended_stays_ended_but_for_a_replay(self):
        states = dict(Job.objects.values_list("pk", "state"))
        for job_id, state in self.ended.items():
            assert states[job_id] == state or (state == State.DEAD and job_id in self.replayed)
        self.ended = {job_id: state for job_id, state in states.items() if state in ENDED}
        self.replayed.clear()

    @invariant()
    def every_dead_job_is_a_dead_letter(self):
        dead = set(Job.objects.filter(state=State.DEAD).values_list("pk", flat=True))
        assert dead <= set(DeadLetter.objects.values_list("pk", flat=True))
        assert Job.objects.filter(name="dead-letter-received").count() >= len(dead)

    @invariant()
    def every_run_that_ended_is_an_attempt(self):
        active = set(Job.objects.filter(state=State.ACTIVE).values_list("pk", "generation"))
        kept = set(Attempt.objects.values_list("job_id", "generation"))
        assert kept == {(run.pk, run.generation) for run in self.runs} - active

    @invariant()
    def counters_are_rows(self):
        moves = Delta.objects.values_list("was", "now", "n")
        counted = Counter()
        for was, now, n in moves:
            counted.update({now: n})
            counted.subtract({was: n})
        states = Counter(Job.objects.values_list("state", flat=True))
        assert {state: n for state, n in counted.items() if state and n} == states

    @invariant()
    def one_effect_for_each_completed_job(self):
        done = Job.objects.filter(state=State.COMPLETED).values_list("pk", flat=True)
        assert sorted(effects.left()) == sorted(done)

    def holds(self, run):
        now = row(run)
        return now.state == State.ACTIVE and now.lease_token == run.lease_token

    def any_run(self, data):
        """Also one that lost its lease long ago and does not know."""
        return data.draw(st.sampled_from(self.runs[-4:]))

    def any_job(self, data, among):
        return data.draw(st.sampled_from(list(among.order_by("id"))))


@pytest.mark.django_db
def test_the_rules_hold_on_every_walk():
    run_state_machine_as_test(
        Backbone,
        settings=settings(
            max_examples=15,
            stateful_step_count=40,
            deadline=None,
            derandomize=True,
            database=None,
            phases=[Phase.generate],  # a walk that fails is short enough to read as it is
            suppress_health_check=list(HealthCheck),
        ),
    )
