"""The relay: a window at a time, best first, each job once, and whatever was lost on the way sent again."""

import json
from collections.abc import Sequence
from datetime import timedelta
from types import SimpleNamespace

import pytest
from celery import current_app
from django.conf import settings as configured
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone
from redis import Redis
from redis.exceptions import RedisError

from queues import mending, queries, relay, transitions
from queues.cancelling import cancel
from queues.declare import QUEUES
from queues.messages import send
from queues.models import DeadLetter, Job, Outcome, Pause, Relay, State, Worker
from queues.services import redis_client
from queues.tests.given import OWNER, at_once, claimed, column, dispatched, elsewhere, put, row

pytestmark = pytest.mark.django_db
QUEUE = QUEUES["test.queue"]
LIST = f"{configured.QUEUE_PREFIX}:q:test.queue"


def messages(redis: Redis) -> list[tuple[str, str, int]]:
    """(task id, args) of what lies in Redis, oldest first."""
    found = []
    for text in reversed(redis.lrange(LIST, 0, -1)):
        message = json.loads(text)
        args, kwargs, _ = json.loads(message["body"])
        assert kwargs == {}
        found.append((message["headers"]["id"], *args))
    return found


def sent(job: Job) -> tuple[str, str, int]:
    job = row(job)
    return (f"{job.pk}.{job.generation}", str(job.pk), job.generation)


def worker(
    *, slots: int = 4, free_for: float | None = None, queues: Sequence[str] = ("test.queue",), silent_for: float = 0
) -> Worker:
    now = timezone.now()
    free_since = None if free_for is None else now - timedelta(seconds=free_for)
    beat_at = now - timedelta(seconds=silent_for)
    return Worker.objects.create(
        identity=f"h:{Worker.objects.count()}:1",
        host="h",
        pid=1,
        pool="io",
        queues=list(queues),
        slots=slots,
        free_since=free_since,
        beat_at=beat_at,
    )


@pytest.fixture
def unreachable(settings):
    """Redis answers nobody: nothing listens there."""
    before = current_app.conf.broker_url
    current_app.conf.broker_url = settings.REDIS_SECRET_URL = "redis://127.0.0.1:1/0"
    _forget_connections()
    yield redis_client()
    current_app.conf.broker_url = before
    _forget_connections()


def _forget_connections() -> None:
    """As after a fork: Celery looks its pools up again, by the broker's address of now."""
    current_app._pool = None
    current_app.amqp._producer_pool = None


def test_a_tick_hands_a_waiting_job_over_as_id_and_generation_and_nothing_else(redis):
    job = put()

    assert relay.tick(redis) == 1

    handed = row(job)
    assert (handed.state, handed.generation, handed.dispatched_at is not None) == (State.DISPATCHED, 1, True)
    assert messages(redis) == [(f"{job.pk}.1", str(job.pk), 1)]
    headers = json.loads(redis.lindex(LIST, 0))["headers"]
    assert (headers["task"], headers["retries"]) == ("test-job", 0)
    assert headers["argsrepr"] == f"('{job.pk}', 1)"


def test_celery_is_told_how_many_attempts_were_charged(redis):
    put()
    Job.objects.update(attempt=2)

    relay.tick(redis)

    assert json.loads(redis.lindex(LIST, 0))["headers"]["retries"] == 2


def test_the_backlog_stays_in_postgresql_beyond_twice_the_slots(redis):
    worker(slots=2)
    worker(slots=1)
    worker(slots=50, silent_for=60)
    worker(slots=50, queues=["another"])
    for _ in range(9):
        put()

    assert [relay.tick(redis), relay.tick(redis)] == [6, 0]

    assert len(messages(redis)) == 6
    assert Job.objects.filter(state=State.WAITING).count() == 3


def test_a_queue_nobody_serves_gets_a_small_window(redis):
    for _ in range(5):
        put()

    assert relay.tick(redis) == 2


def test_a_slot_that_falls_free_draws_the_next(redis):
    jobs = [put() for _ in range(4)]
    relay.tick(redis)

    transitions.claim((jobs[0].pk, 1), 1)

    assert relay.tick(redis) == 1


def test_the_best_goes_first(redis):
    late = put(run_at=timezone.now() - timedelta(minutes=1))
    urgent, early = put(priority=1), put(run_at=timezone.now() - timedelta(minutes=9))
    worker(slots=4)

    relay.tick(redis)

    assert [identity for identity, *_ in messages(redis)] == [f"{job.pk}.1" for job in (urgent, early, late)]


def test_a_delayed_job_goes_when_it_is_due_and_not_before(redis):
    due, later = put(run_at=timezone.now() + timedelta(hours=1)), put(run_at=timezone.now() + timedelta(hours=1))
    column(due, run_at=Now())

    assert relay.tick(redis) == 1

    assert (row(due).state, row(later).state) == (State.DISPATCHED, State.DELAYED)


def test_a_delayed_job_can_be_brought_forward(redis):
    job = put(run_at=timezone.now() + timedelta(hours=1))

    assert transitions.run_now(job) and not transitions.run_now(job)

    assert relay.tick(redis) == 1


def test_a_job_this_release_does_not_know_waits_for_one_that_does(redis):
    unknown = column(put(priority=9), name="of-tomorrow")
    known = put()

    assert relay.tick(redis) == 1

    assert (row(unknown).state, row(known).state) == (State.WAITING, State.DISPATCHED)


def test_a_paused_queue_is_not_handed_over_even_when_it_calls(redis):
    waiting, other = put(), put("test-forked")
    Pause.objects.create(queue="test.queue", paused_by="owner")

    assert relay.hand_over_of(["test.queue", "test.forked"], redis, {}).handed == 1

    assert (row(waiting).state, row(other).state) == (State.WAITING, State.DISPATCHED)


def test_without_redis_due_and_expired_jobs_are_seen_to_all_the_same(unreachable):
    expired = column(claimed(put()), leased_until=Now() - timedelta(seconds=1))
    due = column(put(run_at=timezone.now() + timedelta(hours=1)), run_at=Now())

    with pytest.raises(RedisError):
        relay.tick(unreachable)

    assert (row(expired).state, row(due).state) == (State.WAITING, State.WAITING)


def test_without_redis_the_rows_go_on_waiting_and_are_sent_when_it_is_back(redis, unreachable):
    job, other = put(), put()
    with pytest.raises(RedisError):
        relay.hand_over_all(unreachable, {})
    assert [row(job).state, row(other).state] == [State.WAITING, State.WAITING]

    current_app.conf.broker_url = configured.REDIS_SECRET_URL = _reachable(redis)
    _forget_connections()

    assert relay.tick(redis) == 2
    assert messages(redis) == [sent(job), sent(other)] and row(job).generation == 2


def _reachable(redis: Redis) -> str:
    told = redis.connection_pool.connection_kwargs
    return f"redis://:{told['password']}@{told['host']}:{told['port']}/{told['db']}"


def test_an_emptied_redis_is_filled_again(redis):
    job, running = put(), None
    relay.tick(redis)
    running = claimed(put())
    assert relay.tick(redis) == 0

    redis.flushdb()

    assert relay.tick(redis) == 1
    assert messages(redis) == [(f"{job.pk}.2", str(job.pk), 2)]
    assert row(running).state == State.ACTIVE
    assert transitions.claim((job.pk, 1), 1) is None


def test_a_lost_message_is_sent_again_once_a_worker_has_had_a_free_slot(redis):
    job = put()
    relay.tick(redis)
    column(job, dispatched_at=Now() - timedelta(seconds=16))

    worker(slots=4, free_for=None)
    assert relay.tick(redis) == 0
    worker(slots=4, free_for=10)
    assert relay.tick(redis) == 0
    worker(slots=4, free_for=600, silent_for=60)
    assert relay.tick(redis) == 0
    worker(slots=4, free_for=600, queues=["another"])
    assert relay.tick(redis) == 0
    assert row(job).generation == 1

    worker(slots=4, free_for=16)
    assert relay.tick(redis) == 1

    assert (row(job).state, row(job).generation) == (State.DISPATCHED, 2)


def test_a_message_just_sent_is_not_lost(redis):
    worker(free_for=600)
    job = put()

    assert [relay.tick(redis), relay.tick(redis)] == [1, 0]

    assert row(job).generation == 1


def test_a_dead_workers_job_is_rescued_uncharged(redis):
    job = claimed(put())
    assert mending.rescue_expired() == 0
    column(job, leased_until=Now() - timedelta(seconds=1))

    assert mending.rescue_expired() == 1

    rescued = row(job)
    assert (rescued.state, rescued.attempt, rescued.rescues, rescued.lease_token) == (State.WAITING, 0, 1, None)
    assert job.attempts.get().outcome == Outcome.LOST


def test_a_rescued_job_keeps_its_place_before_those_that_came_after_it(redis, settings):
    settings.JOB_WINDOW = 1
    worker(slots=1)
    job = claimed(put())
    later = put()
    column(job, leased_until=Now() - timedelta(seconds=1))

    relay.tick(redis)

    assert messages(redis) == [sent(job)]
    assert (row(job).run_at, row(later).state) == (job.run_at, State.WAITING)


def test_a_death_close_to_the_end_of_the_jobs_own_time_is_still_not_charged():
    job = claimed(put("test-overdue"))
    column(job, started_at=Now() - timedelta(seconds=2), leased_until=Now() - timedelta(seconds=0.5))

    mending.rescue_expired()

    assert (row(job).state, row(job).attempt, row(job).rescues) == (State.WAITING, 0, 1)


def test_a_job_that_keeps_killing_its_workers_is_poison(settings):
    job = put()
    for _ in range(settings.JOB_MAX_RESCUES + 1):
        column(claimed(job), leased_until=Now() - timedelta(seconds=1))
        assert mending.rescue_expired() == 1

    letter = DeadLetter.objects.get()
    assert (row(job).state, row(job).rescues, letter.why) == (State.DEAD, settings.JOB_MAX_RESCUES, "poison")
    assert letter.error == "its worker died 4 times while running it"
    assert [kept["outcome"] for kept in letter.attempts] == [Outcome.LOST] * 4


def test_a_dead_workers_job_that_was_asked_to_stop_is_cancelled():
    job = claimed(put())
    cancel(job_id=job.pk, actor=OWNER, reason="not wanted")
    column(job, leased_until=Now() - timedelta(seconds=1))

    mending.rescue_expired()

    assert (row(job).state, row(job).cancel_reason) == (State.CANCELLED, "not wanted")


@pytest.mark.django_db(transaction=True)
def test_of_many_relays_at_once_each_job_is_handed_over_once(redis):
    mending.plant_sentinel(redis)
    worker(slots=20)
    jobs = [put() for _ in range(60)]

    def some_ticks():
        with redis_client() as own:
            return sum(relay.tick(own) for _ in range(3))

    handed = at_once(some_ticks, some_ticks, some_ticks)

    ids = [identity for identity, *_ in messages(redis)]
    assert len(ids) == len(set(ids)) == sum(handed) >= 40
    assert set(Job.objects.values_list("generation", flat=True)) <= {0, 1}
    assert len(jobs) == 60


@pytest.mark.django_db(transaction=True)
def test_what_another_relay_holds_is_passed_by_and_not_waited_for():
    held, free = put(), put()

    with transaction.atomic():
        Job.objects.select_for_update().get(pk=held.pk)
        handed = elsewhere(lambda: transitions.hand_over(QUEUES["test.queue"], most=9, window=9, slots=9))

    assert [job.pk for job in handed] == [free.pk]
    assert (row(held).state, row(held).generation) == (State.WAITING, 0)


@pytest.mark.django_db(transaction=True)
def test_of_two_rescues_at_once_one_counts(redis):
    jobs = [column(claimed(put()), leased_until=Now() - timedelta(seconds=1)) for _ in range(5)]

    assert sum(at_once(mending.rescue_expired, mending.rescue_expired)) == 5

    assert [row(job).rescues for job in jobs] == [1] * 5


def test_a_beat_says_that_a_relay_lives_and_whether_it_sleeps():
    assert not queries.relay_beats()

    relay.beat("r", idle=False)
    relay.beat("r", idle=True)

    assert queries.relay_beats() and Relay.objects.get().idle


def test_the_silent_are_forgotten():
    Relay.objects.create(identity="gone", beat_at=timezone.now() - timedelta(minutes=6))
    worker(silent_for=600)
    relay.beat("here", idle=False)
    here = worker()

    relay.forget_silent()

    assert list(Relay.objects.values_list("identity", flat=True)) == ["here"]
    assert list(Worker.objects.all()) == [here]


def test_an_undispatch_that_comes_after_the_claim_changes_nothing():
    job = dispatched(put())
    transitions.claim((job.pk, job.generation), 1)

    assert transitions.undispatch(job.pk, job.generation) is False

    assert row(job).state == State.ACTIVE


@pytest.mark.parametrize("store_results", [True, False])
def test_a_message_says_whether_the_queue_keeps_results(redis, store_results):
    queue = SimpleNamespace(broker_name="q:test.queue", chunk=1, store_results=store_results)

    send(redis, queue, [dispatched(put())])

    headers = json.loads(redis.lindex(LIST, 0))["headers"]
    assert headers["ignore_result"] is not store_results
