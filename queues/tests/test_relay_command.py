"""The relay's loop: it sleeps until it is woken, and a PostgreSQL that goes away for a moment does not end it."""

import threading
from contextlib import contextmanager
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.db.models.functions import Now
from django.utils import timezone
from redis import Redis

from queues import relay as relay_room
from queues.housekeeping import keep_mending
from queues.management.commands.relay import Command
from queues.models import Relay, State
from queues.services import redis_client
from queues.tests.given import claimed, column, put, row, terminate_other_connections, until
from queues.waking import Call

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def relay(redis, settings):
    """A relay in a thread, which would sleep very long by itself."""
    settings.RELAY_TICK_SECONDS = 20
    command = Command()
    command.stopping, command.redis = threading.Event(), redis_client()
    failures = []

    def loop():
        try:
            command._loop()
        except Exception as error:
            failures.append(error)
        finally:
            command._close()

    thread = threading.Thread(target=loop)
    thread.start()
    until(_waits)
    yield failures
    command.stopping.set()
    with connection.cursor() as cursor:
        cursor.execute("NOTIFY copydesk_relay")
    thread.join(10)
    assert not thread.is_alive() and not Relay.objects.exists()


def _waits() -> bool:
    """It said that it sleeps, and has asked PostgreSQL nothing for a while."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT bool_and(state_change < now() - interval '0.3 s') FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid() AND state = 'idle'"
        )
        (quiet,) = cursor.fetchone()
    return bool(quiet) and Relay.objects.filter(idle=True).exists()


@contextmanager
def mending(redis, settings):
    """The relay's other thread; a relay that sleeps already goes on as long as it meant to."""
    settings.RELAY_TICK_SECONDS, stopping = 0.05, threading.Event()
    mender = threading.Thread(target=keep_mending, args=(redis, stopping))
    mender.start()
    try:
        yield
    finally:
        stopping.set()
        mender.join(5)
        settings.RELAY_TICK_SECONDS = 20


def test_a_commit_wakes_it(relay):
    job = put()

    until(lambda: row(job).state == State.DISPATCHED, seconds=5)


def test_what_somebody_waits_for_goes_before_the_beat(redis, monkeypatch):
    command, done = Command(), []
    command.redis = command.sender = redis
    command.idle, command.streak, command.beat_at, command.capacities = True, 0, 0.0, {"test.queue"}
    command.calls = [Call("test.queue", uuid4(), "test-job")]
    monkeypatch.setattr(relay_room, "send_ahead", lambda *_: not done.append("sent"))
    monkeypatch.setattr(relay_room, "beat", lambda *_, **__: done.append("beaten"))
    monkeypatch.setattr(command, "_sleep", lambda: done.append("slept"))

    command._round()

    assert done == ["sent", "beaten", "slept"]


def test_what_falls_due_while_it_sleeps_wakes_it(relay, redis, settings):
    job = column(put(run_at=timezone.now() + timedelta(hours=1)), run_at=Now())
    until(_waits)

    with mending(redis, settings):
        until(lambda: row(job).state == State.DISPATCHED, seconds=5)


def test_redis_away_does_not_end_the_mending(settings):
    expired = column(claimed(put()), leased_until=Now() - timedelta(seconds=1))

    with mending(Redis.from_url("redis://127.0.0.1:1/0"), settings):
        until(lambda: row(expired).state == State.WAITING, seconds=5)
        later = column(claimed(put()), leased_until=Now() - timedelta(seconds=1))
        until(lambda: row(later).state == State.WAITING, seconds=5)


def test_redis_away_from_the_first_moment_does_not_end_it(redis, settings, monkeypatch):
    command = Command()
    command.stopping, command.redis = threading.Event(), Redis.from_url("redis://127.0.0.1:1/0")
    waits = []
    monkeypatch.setattr(command.stopping, "wait", lambda _: waits.append(1) or command.stopping.set())

    command._loop()
    command._close()

    assert waits == [1]


def test_a_lost_connection_does_not_end_it(relay):
    before = Relay.objects.get().beat_at

    terminate_other_connections()

    until(lambda: relay or Relay.objects.get().beat_at > before, seconds=10)
    assert relay == []
    until(_waits)
    job = put()
    until(lambda: row(job).state == State.DISPATCHED, seconds=5)
