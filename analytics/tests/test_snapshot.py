"""From events to figures, whoever runs at the same time, whatever is killed, and however late an event comes."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.conf import settings as configured
from django.db import connection, transaction

from analytics import queries, snapshot
from analytics.models import AnalyticsAggregate, Checkpoint
from analytics.ranges import Range
from analytics.tests import given
from analytics.tests.given import utc
from analytics.tests.independent import Independent
from analytics.tests.killed import digest
from analytics.tests.test_counting import stored

pytestmark = pytest.mark.django_db(transaction=True)
DAYS = Range(date(2026, 11, 2), date(2026, 11, 4))


def some(number: int, seed: int = 7) -> list[Any]:
    return given.many(number, first=DAYS.start, last=DAYS.end, seed=seed)


def is_exact(events: list[Any]) -> bool:
    return stored("all", "hour") == Independent(events, "UTC").breakdown("all", "hour")


def beside(work: Callable[[], Any]) -> Any:
    """`work` for a thread with a connection of its own."""

    def run() -> Any:
        try:
            return work()
        finally:
            connection.close()

    return run


def test_what_is_new_is_counted_once_and_late_events_with_their_day():
    early = some(200)
    first = snapshot.process()
    figures = digest()
    again = snapshot.process()
    assert (first.events, again.events, again.days) == (200, 0, [])
    assert digest() == figures

    late = [given.put("page_view", at=utc(2026, 11, 2, 9), path="/", visitor=900)]

    assert snapshot.process() == snapshot.Counted(1, [date(2026, 11, 2)])
    assert is_exact(early + late)


def test_an_event_whose_transaction_is_still_open_is_counted_when_it_ends():
    """Its number is below those of events that are there already: a checkpoint by number would pass over it."""
    written, goes_on = threading.Event(), threading.Event()

    def slowly() -> Any:
        with transaction.atomic():
            event = given.put("page_view", at=utc(2026, 11, 2, 9), path="/slow", visitor=1)
            written.set()
            assert goes_on.wait(20)
            return event

    given.put("page_view", at=utc(2026, 11, 2, 9), path="/", visitor=5)
    with ThreadPoolExecutor(1) as threads:
        slow = threads.submit(beside(slowly))
        assert written.wait(20)
        quick = given.put("page_view", at=utc(2026, 11, 2, 10), path="/quick", visitor=2)
        snapshot.process()
        goes_on.set()
        slow.result(20)
    assert queries.totals(DAYS).page_views == 2  # of the day the first one made worth counting

    assert snapshot.process().events == 2

    assert quick.at and queries.totals(DAYS).page_views == 3
    assert snapshot.process().events == 0


def test_several_at_once_count_everything_once():
    events = some(400)

    with ThreadPoolExecutor(4) as threads:
        runs = [threads.submit(beside(work)) for work in (snapshot.process, lambda: snapshot.rebuild(DAYS)) * 2]
        counted = [run.result(60) for run in runs]

    assert sorted(run.events for run in counted[::2]) == [0, 400]
    assert is_exact(events)


@pytest.mark.parametrize("verb", ["process", "rebuild"])
def test_killed_after_every_statement_nothing_is_half_done_and_totals_stay_exact(verb):
    events = some(300)
    snapshot.process()
    events += some(100, seed=8)
    before = digest(Checkpoint)

    stood = killed_until_done(verb)

    *killed_before_the_end, killed_after_it = stood
    assert len(stood) >= 15
    assert set(killed_before_the_end) == {before} != {killed_after_it}
    assert is_exact(events)
    assert snapshot.process().events == (0 if verb == "process" else 100)
    assert is_exact(events)


def killed_until_done(verb: str) -> list[str]:
    database = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}")
    environ = {**os.environ, "DATABASE_URL": urlunsplit(database), "DATABASE_POOL": "false"}
    command = [sys.executable, "-m", "analytics.tests.killed", verb, str(DAYS.first), str(DAYS.last)]
    environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    done = subprocess.run(command, env=environ, cwd=configured.BASE_DIR, capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_restored_into_another_server_nothing_is_passed_over():
    """There transactions begin anew: the checkpoint is far ahead of every number to come."""
    some(50)
    snapshot.process()
    Checkpoint.objects.update(xid=10**15)
    new = given.put("page_view", at=utc(2026, 11, 3, 9) + timedelta(seconds=1), path="/", visitor=77)

    snapshot.process()

    assert AnalyticsAggregate.objects.get(dimension="all", grain="hour", bucket=utc(2026, 11, 3, 9)).page_views >= 1
    assert new and snapshot.process().events == 0
