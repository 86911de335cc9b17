"""Up, and able to work: each part that is away is named, and nothing else is told."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone
from redis import Redis

from config import health
from queues.declare import QUEUES
from queues.models import Relay, ScheduleEntry, Worker
from queues.schedule import scheduled

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_static")]
POOLS = ("ai", "batch", "io", "plugins")
ALL = dict.fromkeys(("database", "redis", "migrations", "relay", "beat", "workers"), True)


def worker(pool: str, **more) -> Worker:
    served = [queue.name for queue in QUEUES.values() if pool in ("all", queue.pool)]
    return Worker.objects.create(identity=f"{pool}@host", host="host", pid=1, pool=pool, queues=served, slots=1, **more)


@pytest.fixture(autouse=True)
def no_samples(monkeypatch):
    """Nor other tests' queues."""
    for name in [name for name, queue in QUEUES.items() if queue.pool not in POOLS]:
        monkeypatch.delitem(QUEUES, name)


@pytest.fixture
def running(monkeypatch):
    """Everything there is, as it leaves its traces in the database; and a Redis that answers."""
    monkeypatch.setattr(health, "_kept_redis", lambda: SimpleNamespace(ping=lambda: True))
    Relay.objects.create(identity="relay@host")
    ScheduleEntry.objects.create(name="seal-audit", last_fired_at=timezone.now())
    for pool in POOLS:
        worker(pool)


def test_it_is_up(client):
    answer = client.get("/healthz")

    assert (answer.status_code, answer.content, answer["Cache-Control"].count("no-store")) == (200, b"ok\n", 1)


def test_everything_is_there(running, client, django_assert_max_num_queries):
    client.get("/readyz")  # reads the migrations on disk, once

    with django_assert_max_num_queries(6):
        answer = client.get("/readyz")

    assert (answer.status_code, answer.json()) == (
        200,
        {"ready": True, "checks": ALL, "pools": dict.fromkeys(POOLS, True)},
    )


def test_one_worker_of_all_queues_does_too(running, client):
    Worker.objects.all().delete()
    worker("all")

    assert client.get("/readyz").status_code == 200


def refused(client) -> tuple[list[str], list[str]]:
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["ready"]) == (503, False)
    away = [[name for name, there in answer.json()[of].items() if not there] for of in ("checks", "pools")]
    return away[0], away[1]


def test_a_pool_whose_worker_no_longer_beats_is_named(running, client):
    Worker.objects.filter(pool="batch").update(beat_at=timezone.now() - timedelta(minutes=1))

    assert refused(client) == (["workers"], ["batch"])


def test_a_relay_that_no_longer_beats_is_named(running, client):
    Relay.objects.update(beat_at=timezone.now() - timedelta(minutes=1))

    assert refused(client) == (["relay"], [])


@pytest.mark.parametrize("seconds", [91, 3600])
def test_a_beat_that_no_longer_fires_is_named(running, client, seconds):
    ScheduleEntry.objects.update(last_fired_at=timezone.now() - timedelta(seconds=seconds))

    assert refused(client) == (["beat"], [])


def test_a_beat_that_never_fired_is_named(running, client):
    ScheduleEntry.objects.all().delete()

    assert refused(client) == (["beat"], [])


def test_what_is_switched_off_says_nothing_of_beat(running, client):
    """Of what is on, the one that comes most often does."""
    ScheduleEntry.objects.update(enabled=False, last_fired_at=timezone.now() - timedelta(hours=1))
    every = scheduled()["recount-jobs"].every_seconds
    entry = ScheduleEntry.objects.create(
        name="recount-jobs", last_fired_at=timezone.now() - timedelta(seconds=every - 1)
    )
    assert client.get("/readyz").status_code == 200

    entry.last_fired_at = timezone.now() - timedelta(seconds=every + 31)
    entry.save()

    assert refused(client) == (["beat"], [])


def test_redis_away_is_named(running, client, monkeypatch):
    away = Redis(host="127.0.0.1", port=1, socket_connect_timeout=1)
    monkeypatch.setattr(health, "_kept_redis", lambda: away)

    assert refused(client) == (["redis"], [])


def test_a_migration_that_is_missing_is_named_and_nothing_more_is_asked(running, client):
    MigrationRecorder.Migration.objects.filter(app="audit", name="0003_sealed").delete()

    assert refused(client) == (["migrations", "relay", "beat", "workers"], [])


def test_no_database_is_named_and_nothing_more_is_asked(running, client, monkeypatch):
    monkeypatch.setattr(health, "_database", lambda: False)

    assert refused(client) == (["database", "migrations", "relay", "beat", "workers"], [])


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_they_are_read_only_and_for_everybody(client, path):
    assert client.post(path).status_code == 405
    assert health.healthz.permission == health.readyz.permission == "public"
