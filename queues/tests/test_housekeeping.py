"""What a relay does beside handing over: each round folds, each minute tidies, and nothing stops it."""

import logging
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import OperationalError
from django.utils import timezone

from queues import alerts, housekeeping, upkeep
from queues.housekeeping import keep_house, tidy
from queues.models import Alert, Counter, Delta, Job, Recount, Relay, State, Worker
from queues.tests.filled import ago, ended, relay, worker
from queues.tests.given import put


@pytest.fixture
def rounds(monkeypatch):
    """`rounds(*what)`: keep house for so many rounds a minute apart; in each, folding does the next of these."""

    class Stopping:
        def __init__(self, plan):
            self.plan, self.left, self.waited = plan, len(plan), []

        def is_set(self):
            return self.left == 0

        def wait(self, seconds):
            self.left -= 1
            self.waited.append(seconds)

    def run(*plan):
        stopping, now = Stopping(plan), iter(range(0, 61 * (2 * len(plan) + 2), 61))
        results = iter(plan)
        tidied: list[int] = []
        closed: list[int] = []

        def fold():
            result = next(results)
            if isinstance(result, Exception):
                raise result

        monkeypatch.setattr(housekeeping.folding, "fold", fold)
        monkeypatch.setattr(housekeeping, "tidy", lambda: tidied.append(1))
        monkeypatch.setattr(housekeeping, "time", SimpleNamespace(monotonic=lambda: next(now)))
        monkeypatch.setattr(housekeeping.connection, "close", lambda: closed.append(1))
        keep_house(stopping)
        return stopping.waited, len(tidied), len(closed)

    return run


def logged(caplog, event):
    return [r.msg for r in caplog.records if isinstance(r.msg, dict) and r.msg["event"] == event]


def test_each_round_folds_each_minute_tidies_and_at_the_end_the_connection_is_closed(rounds):
    assert rounds(None, None, None) == ([1.0, 1.0, 1.0], 3, 1)


def test_it_tidies_at_once_and_within_a_minute_no_more(rounds, monkeypatch):
    monkeypatch.setattr(housekeeping, "TIDY_SECONDS", 1_000_000)

    assert rounds(None, None) == ([1.0, 1.0], 1, 1)


def test_postgresql_away_is_waited_for_on_a_new_connection(rounds, caplog):
    caplog.set_level(logging.INFO)

    assert rounds(OperationalError("the server closes \n"), None) == ([1.0, 1.0], 1, 2)

    assert [line["error"] for line in logged(caplog, "housekeeping_waits_for_postgresql")] == ["the server closes"]


def test_whatever_else_fails_is_logged_and_tried_again(rounds, caplog):
    caplog.set_level(logging.INFO)

    assert rounds(LookupError("no such thing"), None) == ([1.0, 1.0], 1, 1)

    assert len(logged(caplog, "housekeeping_failed")) == 1


def test_it_does_not_begin_when_it_is_to_stop_already(rounds):
    assert rounds() == ([], 0, 1)


@pytest.mark.django_db
def test_to_tidy_is_to_forget_the_silent_to_prune_to_watch_and_to_do_the_rooms_chores(monkeypatch, caplog):
    caplog.set_level(logging.INFO)
    done = []
    monkeypatch.setattr(upkeep, "_EVERY_MINUTE", [lambda: done.append(1)])
    monkeypatch.setattr(alerts, "_SINKS", {})
    relay(started_at=ago(600)), worker(beat_at=ago(86_400))
    old, _ = ended(State.COMPLETED, 8 * 86_400), (put(), put("test-small"))

    tidy()

    assert (done, Worker.objects.count(), Relay.objects.count()) == ([1], 0, 1)
    assert not Job.objects.filter(pk=old.pk).exists()
    assert sorted(Alert.objects.values_list("kind", "about")) == [
        ("no_worker", "test.chunked"),
        ("no_worker", "test.queue"),
    ]
    (line,) = logged(caplog, "relay_stats")
    assert (line["live"], line["pruned"]) == ({"test.queue": 1, "test.chunked": 1}, 1)


@pytest.mark.django_db
def test_tidying_twice_changes_nothing_more(monkeypatch):
    monkeypatch.setattr(upkeep, "_EVERY_MINUTE", [])
    relay(started_at=ago(600)), put(), ended(State.COMPLETED, 8 * 86_400)
    tidy()
    before = Job.objects.count(), Counter.objects.count(), Delta.objects.count(), Recount.objects.count()

    tidy()

    after = Job.objects.count(), Counter.objects.count(), Delta.objects.count(), Recount.objects.count()
    assert (after, Alert.objects.get(kind="no_worker").times) == (before, 2)
    assert Alert.objects.get().quiet_until < timezone.now() + timedelta(minutes=15)
