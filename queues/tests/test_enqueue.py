"""Enqueue: in the caller's transaction, one live job per key, one ever per once, and no row for a bad payload."""

import threading
from copy import copy
from datetime import timedelta
from uuid import UUID

import psycopg
import pytest
from django.db import connection, transaction
from django.utils import timezone

from queues import sql, transitions
from queues.declare import QUEUES, definition_of, queues_of_pool
from queues.enqueue import enqueue
from queues.errors import InvalidPayload, UnknownJob
from queues.models import Job, OnceKey, Pause, Relay, State
from queues.tests.given import at_once, claimed, dispatched, elsewhere, put, row
from queues.waking import CHANNEL, Call


@pytest.mark.django_db
def test_a_job_is_written_as_declared():
    job = put("test-numbered", {"number": 7, "unheard_of": 1}, subject=("thing", "3"), key="k", priority=2)

    assert (job.queue, job.name, job.state) == ("test.queue", "test-numbered", State.WAITING)
    assert job.payload == {"number": 7, "owner_id": None}
    assert (job.subject_type, job.subject_id, job.key, job.priority) == ("thing", "3", "k", 2)
    assert (job.attempt, job.max_attempts, job.timeout_seconds, job.generation) == (0, 3, 60, 0)
    assert job.pk.version == 7 and job.run_at == job.created_at


@pytest.mark.django_db
@pytest.mark.parametrize("key", [None, "k"])
def test_the_job_given_back_is_the_row_as_written(key):
    job = enqueue("test-job", {}, key=key).job

    assert job is not None
    assert (job.run_at, job.created_at) == (row(job).run_at, row(job).created_at)


@pytest.mark.django_db
def test_ids_sort_by_time():
    assert sorted(jobs := [put().pk for _ in range(3)]) == jobs or len({str(pk)[:13] for pk in jobs}) < 3


@pytest.mark.django_db(transaction=True)
def test_rolled_back_with_its_transaction_it_never_was():
    with transaction.atomic():
        enqueue("test-job", {}, once="only")
        transaction.set_rollback(True)

    assert (Job.objects.count(), OnceKey.objects.count()) == (0, 0)


@pytest.mark.django_db
def test_a_bad_payload_names_its_fields_and_writes_nothing():
    with pytest.raises(InvalidPayload) as refused:
        enqueue("test-numbered", {"owner_id": "tops3cret"}, key="k", once="o")

    assert "test-numbered" in str(refused.value)
    assert "number: Field required" in str(refused.value) and "owner_id: " in str(refused.value)
    assert "tops3cret" not in str(refused.value)
    assert (Job.objects.count(), OnceKey.objects.count()) == (0, 0)


@pytest.mark.django_db
def test_an_undeclared_job_is_refused():
    with pytest.raises(UnknownJob):
        enqueue("no-such-job", {})

    assert Job.objects.count() == 0


@pytest.mark.django_db
def test_a_live_twin_is_returned_instead():
    first = put(key="k")

    second = enqueue("test-job", {}, key="k")

    assert (second.created, second.job) == (False, first)
    assert Job.objects.count() == 1


@pytest.mark.django_db
def test_a_key_is_free_again_when_its_job_has_ended():
    first = claimed(put(key="k"))
    transitions.complete(first, {})

    assert put(key="k").pk != first.pk


@pytest.mark.django_db
def test_once_holds_after_the_job_was_deleted():
    first = put(once="evt_1")

    again = enqueue("test-job", {}, once="evt_1")
    Job.objects.all().delete()
    after = enqueue("test-job", {}, once="evt_1")

    assert (again.created, again.job) == (False, first)
    assert (after.created, after.job) == (False, None)
    assert Job.objects.count() == 0


@pytest.mark.django_db
def test_a_once_that_met_a_live_twin_is_not_used_up():
    twin = put(key="k")

    refused = enqueue("test-job", {}, key="k", once="o")

    assert (refused.created, refused.job) == (False, twin)
    assert OnceKey.objects.count() == 0


@pytest.mark.django_db
def test_a_later_time_is_a_delay_and_a_past_one_is_not():
    later = timezone.now() + timedelta(minutes=5)

    assert (put(run_at=later).state, put(run_at=later).run_at) == (State.DELAYED, later)
    assert put(run_at=timezone.now() - timedelta(minutes=5)).state == State.WAITING


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("unique", [{"key": "k"}, {"once": "o"}])
def test_of_two_at_once_one_is_created_and_both_know_it(unique):
    results = at_once(*[lambda: enqueue("test-job", {}, **unique)] * 4)

    assert sorted(result.created for result in results) == [False, False, False, True]
    assert {result.job.pk for result in results} == {Job.objects.get().pk}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("unique", [{"key": "k"}, {"once": "o"}])
def test_the_second_waits_for_the_first_and_takes_its_place_when_that_rolls_back(unique):
    written, undo = threading.Event(), threading.Event()

    def first() -> None:
        with transaction.atomic():
            enqueue("test-job", {"note": "first"}, **unique)
            written.set()
            undo.wait(5)
            transaction.set_rollback(True)

    def second() -> bool:
        written.wait(5)
        threading.Timer(0.2, undo.set).start()
        return enqueue("test-job", {"note": "second"}, **unique).created

    assert at_once(first, second) == [None, True]
    assert Job.objects.get().payload == {"note": "second"}


@pytest.mark.django_db(transaction=True)
def test_a_twin_that_ends_just_then_does_not_swallow_the_new_job(monkeypatch):
    twin = claimed(put(key="k"))
    ended: list[bool] = []

    def insert_then_end_the_twin(statement, parameters, *on, rows=sql.rows):
        answer = rows(statement, parameters, *on)
        if not ended:
            ended.append(False)
            ended[0] = elsewhere(lambda: transitions.complete(twin, {}))
        return answer

    monkeypatch.setattr(sql, "rows", insert_then_end_the_twin)
    enqueued = enqueue("test-job", {}, key="k")

    assert ended == [True]
    assert enqueued.created and enqueued.job is not None and enqueued.job.pk != twin.pk


@pytest.fixture
def heard():
    """A sleeping relay's ear: what was called until now."""
    Relay.objects.create(identity="r", idle=True)
    told = connection.get_connection_params()
    with psycopg.connect(**{**told, "autocommit": True}) as listener:
        listener.execute(f"LISTEN {CHANNEL}")
        yield lambda: [Call.read(call.payload) for call in listener.notifies(timeout=0.2)]


@pytest.mark.django_db(transaction=True)
def test_a_relay_that_sleeps_is_woken_at_commit(heard):
    with transaction.atomic():
        first, second = put(), put()
        before_commit = heard()

    assert (before_commit, heard()) == ([], [Call("test.queue", first.pk, "test-job"), Call("test.queue")])
    assert {first.state, second.state} == {State.WAITING}


@pytest.mark.django_db(transaction=True)
def test_a_relay_that_is_awake_is_left_alone(heard):
    Relay.objects.update(idle=False)

    put()

    assert heard() == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("state", [State.WAITING, State.DISPATCHED, State.ACTIVE])
def test_only_the_first_job_of_an_idle_queue_may_go_ahead(heard, state):
    make = {State.WAITING: row, State.DISPATCHED: dispatched, State.ACTIVE: claimed}[state]
    make(put())
    put("test-forked")
    heard()

    put()

    assert heard() == [Call("test.queue")]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("of", ["delayed", "paused", "chunked", "rated"])
def test_none_goes_ahead_that_is_not_due_or_has_to_be_counted(heard, monkeypatch, of):
    if of == "paused":
        Pause.objects.create(queue="test.queue", paused_by="owner")
    elif of != "delayed":
        changed = copy(QUEUES["test.queue"])
        object.__setattr__(changed, *("chunk", 5) if of == "chunked" else ("rate_per_minute", 60))
        monkeypatch.setitem(QUEUES, "test.queue", changed)

    put(run_at=timezone.now() + timedelta(hours=1) if of == "delayed" else None)

    assert heard() == [Call("test.queue")]


def test_a_pool_serves_its_own_queues_and_all_serves_every_one():
    assert "test.queue" in [queue.name for queue in queues_of_pool("io")]
    assert "test.queue" not in [queue.name for queue in queues_of_pool("batch")]
    assert {"test.queue", "test.forked"} <= {queue.name for queue in queues_of_pool("all")}


def test_celery_is_told_the_declaration_in_its_own_words():
    options = definition_of("test-job").task_options()

    assert (options["name"], options["max_retries"], options["retry_backoff"]) == ("test-job", 2, 1)
    assert (options["autoretry_for"], options["retry_jitter"]) == ((Exception,), False)


def test_ids_are_uuid7_of_now():
    from queues.ids import uuid7

    made = uuid7()

    assert isinstance(made, UUID) and made.version == 7 and made.variant == "specified in RFC 4122"
    assert abs((made.int >> 80) / 1000 - timezone.now().timestamp()) < 5
