"""`manage.py queues`: the overview in a terminal, aligned, honest about what does not run, and as JSON."""

import json
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError
from django.utils import timezone

from queues.declare import QUEUES
from queues.management.commands import queues as command
from queues.models import Job, Minute, Pause, Relay, State, Worker
from queues.recounting import recount
from queues.tests.given import column, put, until

pytestmark = pytest.mark.django_db
QUEUE = "test.queue"


def said(**options: Any) -> str:
    out = StringIO()
    call_command("queues", stdout=out, **options)
    return out.getvalue()


def line(start: str, text: str) -> str:
    (found,) = (line for line in text.splitlines() if line.startswith(start))
    return found


def cells(start: str, text: str) -> dict[str, str]:
    """The row's cells by the heads of their columns: each cell must end where its head ends."""
    heads, row, found, begin = line("queue ", text), line(f"{start} ", text), {}, 0
    for head in ("queue", *(name.replace("_", " ") for name in command.COUNTED), *command.MEASURED):
        end = heads.index(head, begin) + len(head) if head != "queue" else heads.index("waiting") - 1
        found[head], begin = row[begin:end].strip(), end
    return found


def some() -> None:
    for state in (State.COMPLETED, State.COMPLETED, State.DEAD, State.CANCELLED, State.DISPATCHED, State.WAITING):
        column(put(), state=state, finished_at=timezone.now())
    put("test-small")


def test_each_queue_has_a_line_and_all_have_a_total():
    some()
    until(lambda: timezone.now().second < 55, seconds=10)
    Minute.objects.create(
        queue=QUEUE, minute=timezone.now().replace(second=0, microsecond=0), completed=1234, run={"8": 1}
    )

    text = said()

    seen = cells(QUEUE, text)
    assert (seen["waiting"], seen["active"], seen["delayed"]) == ("2", "0", "0")
    assert (seen["completed"], seen["failed"], seen["cancelled"], seen["per minute"]) == ("2", "1", "1", "1,236")
    assert (seen["p95 wait"], seen["p95 run"], seen["workers"], seen["paused"]) == ("–", "13 ms", "0", "")
    assert cells("test.chunked", text)["oldest"] != "–" == cells("dlq", text)["oldest"]
    assert (cells("total", text)["waiting"], cells("total", text)["completed"]) == ("3", "2")
    assert [name for name in QUEUES if f"\n{name} " not in text] == []


def test_the_columns_stand_under_each_other():
    some()
    Job.objects.bulk_create(Job(queue=QUEUE, name="test-job", max_attempts=3, timeout_seconds=60) for _ in range(1500))

    table = said().split("\n\n")[1].splitlines()

    ends = {len(row) - len(row.split(maxsplit=1)[1]) + len(row.split()[1]) for row in table}
    assert len(table) == len(QUEUES) + 2 and ends == {table[0].index("waiting") + len("waiting")}
    assert cells(QUEUE, said())["waiting"] == "1,502"


def test_without_a_relay_it_says_that_nothing_is_handed_over():
    assert "\nno relay is running: nothing is being handed over\n" in said()

    Relay.objects.create(identity="h:1:1", beat_at=timezone.now() - timedelta(seconds=40))
    assert line("relay ", said()) == "relay h:1:1: at work, last beat 40 s ago"
    assert "no relay is running" in said()


def test_each_relay_has_a_line():
    Relay.objects.create(identity="h:1:1", idle=True), Relay.objects.create(identity="h:2:1")

    text = said()

    assert line("relay h:1:1", text) == "relay h:1:1: idle, last beat now"
    assert line("relay h:2:1", text) == "relay h:2:1: at work, last beat now"
    assert "no relay is running" not in text


def test_work_that_nobody_does_is_named():
    put()
    assert f"\n{QUEUE}: there is work, and no worker is running for it\n" in said()

    Worker.objects.create(identity="h:1:1", host="h", pid=1, pool="io", queues=[QUEUE], slots=4)

    assert "no worker" not in said() and cells(QUEUE, said())["workers"] == "1"


def test_a_pause_is_named_with_who_and_why():
    Pause.objects.create(queue=QUEUE, paused_by="owner@copydesk.example", reason="the AI is down")

    text = said()

    assert cells(QUEUE, text)["paused"] == "paused"
    assert "owner@copydesk.example" in line(f"{QUEUE}: ", text) and "the AI is down" in line(f"{QUEUE}: ", text)


def test_what_came_in_is_accounted_for():
    some()

    terms = "2 completed + 1 failed + 0 deleted + 1 cancelled + 3 live"
    assert f"\n7 enqueued = {terms} (drift 0)\n" in said()


def test_the_last_recount_is_told():
    assert said().endswith("not recounted yet: that happens nightly\n")
    put()

    recount()

    assert said().endswith("recounted now: 1 row, drift 0, contradicted by Celery's record 0\n")


def test_as_json_it_tells_the_same():
    some()
    Pause.objects.create(queue=QUEUE, paused_by="owner@copydesk.example", reason="why not")
    Relay.objects.create(identity="h:1:1")

    told = json.loads(said(json=True))

    assert [queue["queue"] for queue in told["queues"]] == list(QUEUES)
    (seen,) = (queue for queue in told["queues"] if queue["queue"] == QUEUE)
    assert (seen["waiting"], seen["completed"], seen["total"], seen["conservation"]) == (2, 2, 6, 0)
    assert (seen["pause"]["reason"], seen["is_unserved"], seen["wait"]["p95"]) == ("why not", True, None)
    assert [relay["identity"] for relay in told["relays"]] == ["h:1:1"] and told["as_of"].endswith("Z")


@pytest.fixture
def looks(monkeypatch):
    """Between two looks something is done; when there is no more to do, Ctrl-C."""

    def then(*doings: Any) -> list[float]:
        slept, left = [], list(doings)

        def sleep(seconds: float) -> None:
            slept.append(seconds)
            if not left:
                raise KeyboardInterrupt
            left.pop(0)()

        monkeypatch.setattr(command.time, "sleep", sleep)
        return slept

    return then


def test_it_watches_until_it_is_interrupted(looks):
    slept = looks(put, put)

    text = said(watch=2.5)

    pages = text.split(command.REPAINT)
    assert slept == [2.5] * 3
    assert [cells(QUEUE, page)["waiting"] for page in pages[1:]] == ["0", "1", "2"]


def test_it_goes_on_watching_while_postgresql_is_away(looks, monkeypatch):
    def away():
        raise OperationalError("the database system is starting up")

    real = command.all_figures
    looks(lambda: monkeypatch.setattr(command, "all_figures", real))
    monkeypatch.setattr(command, "all_figures", away)
    monkeypatch.setattr(command.connection, "close", lambda: None)
    told = StringIO()

    text = said(watch=1, stderr=told)

    assert told.getvalue() == "cannot reach PostgreSQL: the database system is starting up\n"
    assert text.count(command.REPAINT) == 1


def test_a_database_that_is_away_is_one_line(monkeypatch):
    def away():
        raise OperationalError("connection refused")

    monkeypatch.setattr(command, "all_figures", away)

    with pytest.raises(CommandError, match=r"^cannot reach PostgreSQL: connection refused$"):
        said()
