"""Folding: what was noted is counted once and never lost, whoever folds, writes or dies meanwhile."""

import random
import threading
from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.db.models import Count
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from queues import folding
from queues.counting import counts
from queues.folding import fold
from queues.models import Counter, Delta, Job, Minute, State
from queues.tests.given import at_once, column, elsewhere, put, until

pytestmark = pytest.mark.django_db
QUEUE = "test.queue"
NO_LEASE = {"lease_token": None}


def counter(queue: str = QUEUE) -> dict[str, int]:
    """What is counted, without the zeros."""
    row = Counter.objects.filter(pk=queue).values().get()
    return {name: n for name, n in row.items() if name not in ("queue", "recounted_at") and n}


def totals(queue: str = QUEUE) -> dict[str, int]:
    """The events of all minutes, without the zeros: a test may begin in one and end in the next."""
    rows = list(Minute.objects.filter(queue=queue).values(*folding._EVENTS))
    return {name: n for name in folding._EVENTS if (n := sum(row[name] for row in rows))}


def active(job: Job, **columns) -> Job:
    return column(job, state=State.ACTIVE, lease_token=uuid4(), **columns)


def ended(job: Job, state: State) -> Job:
    return column(active(job, started_at=timezone.now()), state=state, finished_at=timezone.now(), **NO_LEASE)


def delta(at, n=1, was=None, now="waiting", **more) -> None:
    Delta.objects.create(queue="gone.queue", was=was, now=now, n=n, at=at, **more)


def rows() -> dict[str, dict[str, int]]:
    """The truth: jobs by queue and state."""
    found: dict[str, dict[str, int]] = {}
    for queue, state, n in Job.objects.values_list("queue", "state").annotate(Count("pk")):
        found.setdefault(queue, {})[state] = n
    return found


def test_each_state_is_counted():
    put(), column(put(), state=State.DISPATCHED), active(put())
    put(run_at=timezone.now() + timedelta(hours=1))
    for state in (State.COMPLETED, State.COMPLETED, State.DEAD, State.CANCELLED):
        ended(put(), state)
    deltas = Delta.objects.count()

    assert fold() == deltas

    states = {"waiting": 1, "dispatched": 1, "active": 1, "delayed": 1, "completed": 2, "dead": 1, "cancelled": 1}
    assert counter() == {"enqueued": 8, **states}
    assert not Delta.objects.exists()


def test_a_second_fold_adds_to_the_first():
    job = put()
    fold()
    ended(job, State.COMPLETED), put()

    fold()

    assert counter() == {"enqueued": 2, "waiting": 1, "completed": 1}


def test_pruned_rows_stay_counted():
    for state in (State.COMPLETED, State.CANCELLED, State.COMPLETED):
        ended(put(), state)
    fold()

    Job.objects.exclude(pk=Job.objects.filter(state=State.COMPLETED).first().pk).delete()
    fold()

    assert counter() == {"enqueued": 3, "completed": 2, "cancelled": 1, "pruned_completed": 1, "pruned_cancelled": 1}


def test_a_dead_job_that_is_deleted_is_failed_no_more():
    ended(put(), State.DEAD).delete()

    fold()

    assert counter() == {"enqueued": 1, "deleted": 1}


def test_a_replay_is_nothing_new():
    job = ended(put(), State.DEAD)
    fold()
    Minute.objects.all().delete()

    column(job, state=State.WAITING)
    fold()

    assert counter() == {"enqueued": 1, "waiting": 1}
    assert totals() == {}


def test_a_queue_that_is_declared_no_more_is_folded_all_the_same():
    delta(timezone.now(), n=3)

    assert fold() == 1

    assert counter("gone.queue") == {"enqueued": 3, "waiting": 3}


def test_counts_say_the_same_before_and_after():
    put(), ended(put(), State.COMPLETED).delete(), ended(put(), State.DEAD)
    before = counts()

    fold()

    assert counts() == before
    assert (before[QUEUE].enqueued, before[QUEUE].waiting, before[QUEUE].pruned_completed) == (3, 1, 1)


def test_what_happened_stands_in_its_minute():
    for state in (State.COMPLETED, State.DEAD, State.CANCELLED):
        ended(put(), state)
    column(active(put()), state=State.DELAYED, **NO_LEASE)
    column(active(put()), state=State.WAITING, **NO_LEASE)
    column(column(put(), state=State.DISPATCHED), state=State.WAITING)

    fold()

    happened = {"completed": 1, "dead": 1, "cancelled": 1, "retried": 1, "stalled": 1}
    assert totals() == {"enqueued": 6, **happened}


def test_rows_that_came_in_ended_are_no_throughput():
    delta(timezone.now(), n=1000, now="completed")
    delta(timezone.now(), n=5)

    fold()

    assert counter("gone.queue") == {"enqueued": 1005, "completed": 1000, "waiting": 5}
    assert totals("gone.queue") == {"enqueued": 5}


def test_waits_and_runs_are_tallied_by_bucket():
    now = timezone.now()
    job = active(put(run_at=now - timedelta(seconds=5)), started_at=now)
    column(column(job, started_at=now - timedelta(seconds=2)), state=State.COMPLETED, **NO_LEASE)
    fold()
    active(put(run_at=now - timedelta(seconds=5)), started_at=now)

    fold()

    found = Minute.objects.filter(queue=QUEUE).values_list("wait", "run")
    assert sum(wait.get("29", 0) for wait, _ in found) == 2  # 10^(29/8) ms = 4.2 s, 10^(30/8) ms = 5.6 s
    assert sum(run.get("26", 0) for _, run in found) == 1  # 1.8 s to 2.4 s


def test_each_minute_keeps_the_depth_at_its_end():
    now = timezone.now().replace(second=0, microsecond=0)
    minutes = [now - timedelta(minutes=ago) for ago in (3, 2, 1)]
    delta(minutes[0], n=10)
    delta(minutes[1], n=4, was="waiting", now="dispatched")
    delta(minutes[1], n=3, was="dispatched", now="active")
    delta(minutes[2], n=2, was="active", now="delayed")
    delta(minutes[2], n=1, was="active", now="completed")

    fold()

    kept = Minute.objects.filter(minute__in=minutes).order_by("minute")
    assert list(kept.values_list("waiting", "active", "delayed")) == [(10, 0, 0), (7, 3, 0), (7, 0, 2)]


def test_a_queue_in_which_something_stands_is_looked_at_once_a_minute():
    delta(timezone.now() - timedelta(minutes=5), n=7)
    fold()
    Minute.objects.all().delete()

    assert fold() == 0

    assert list(Minute.objects.values_list("queue", "enqueued", "waiting")) == [("gone.queue", 0, 7)]


def test_an_empty_queue_is_not_looked_at():
    ended(put(), State.COMPLETED)
    fold()
    Minute.objects.all().delete()

    fold()

    assert not Minute.objects.exists()


def test_nothing_to_do_costs_one_question():
    until(lambda: timezone.now().second < 57, seconds=5)  # the next minute wants a look
    put()
    fold()

    with CaptureQueriesContext(connection) as asked:
        assert fold() == 0

    assert len(asked) == 1


def test_the_oldest_are_folded_first_and_no_more_than_a_batch(monkeypatch):
    monkeypatch.setattr(folding, "AT_ONCE", 2)
    put(), put(), put("test-small")

    assert [fold(), fold(), fold()] == [2, 1, 0]

    assert (counter()["waiting"], counter("test.chunked")["waiting"]) == (2, 1)


def test_killed_halfway_it_has_counted_nothing(monkeypatch):
    put(), put()

    def killed(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(folding, "_write_minutes", killed)
        with pytest.raises(KeyboardInterrupt):
            fold()

    assert (Counter.objects.count(), Delta.objects.count()) == (0, 2)
    assert fold() == 2
    assert counter() == {"enqueued": 2, "waiting": 2}


@pytest.mark.django_db(transaction=True)
def test_while_another_relay_folds_it_does_not_wait():
    put()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [folding._LOCK])

        assert elsewhere(fold) == 0

    assert (Counter.objects.count(), Delta.objects.count()) == (0, 1)
    assert fold() == 1


@pytest.mark.django_db(transaction=True)
def test_nothing_is_counted_twice_or_lost_while_many_write_and_fold(monkeypatch):
    monkeypatch.setattr(folding, "AT_ONCE", 7)
    writing = threading.Semaphore(0)
    writers = 3

    def write(seed: int) -> Callable[[], None]:
        def some() -> None:
            try:
                _live_a_while(random.Random(seed))
            finally:
                writing.release()

        return some

    def keep_folding() -> int:
        folded = 0
        while writing._value < writers:
            folded += fold()
        return folded

    folded = at_once(*(write(seed) for seed in range(writers)), keep_folding, keep_folding)
    last = sum(iter(fold, 0))

    assert [answer for answer in folded if isinstance(answer, Exception)] == []
    assert sum(n for n in folded if n) > 0 and last >= 0
    for queue, states in rows().items():
        found = Counter.objects.filter(pk=queue).values().get()
        pruned = {"completed": found["pruned_completed"], "cancelled": found["pruned_cancelled"]}
        assert {state: found[state] - pruned.get(state, 0) for state in State.values} == {
            state: states.get(state, 0) for state in State.values
        }
        kept = Minute.objects.filter(queue=queue).values_list("enqueued", flat=True)
        assert sum(kept) == found["enqueued"] == 3 * 40 / 2
    assert sorted(rows()) == ["test.chunked", QUEUE]


def _live_a_while(dice: random.Random) -> None:
    """Forty jobs, half in each queue, each some way along its life; some rolled back, some deleted."""
    for number in range(40):
        job = put(dice.choice(("test-job", "test-slow")) if number % 2 else "test-small")
        for state in dice.sample([State.DISPATCHED, State.DELAYED, State.WAITING], dice.randint(0, 3)):
            column(job, state=state)
        end = dice.choice([None, State.COMPLETED, State.DEAD, State.CANCELLED])
        if end is None:
            _change_its_mind(job)
            continue
        ended(job, end)
        if dice.random() < 0.3:
            job.delete()


def _change_its_mind(job: Job) -> None:
    with transaction.atomic():
        column(job, state=State.CANCELLED)
        transaction.set_rollback(True)
