"""Trouble is called out once per window, whoever sees it first and however many do."""

import logging
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from queues import alerts
from queues.alerts import Kind, current_alerts, listed_alerts, raise_alert, register_sink, watch, watch_relay
from queues.deleting import delete
from queues.draining import drain
from queues.errors import Permanent
from queues.models import Alert, Pause, Recount, Relay, State, Worker
from queues.tests.dead import dead
from queues.tests.given import OWNER, at_once, claimed, column, put

QUEUE = "test.queue"
LONG_AGO = timedelta(minutes=10)


@pytest.fixture
def told(monkeypatch):
    """What one sink was told; the other sinks of the rooms are away."""
    heard = []
    monkeypatch.setattr(alerts, "_SINKS", {})
    register_sink("test", lambda alert: heard.append((alert.kind, alert.about, alert.message)))
    return heard


@pytest.fixture
def relay(db):
    """A relay that has been running for a while: it may look for trouble."""
    return Relay.objects.create(identity="relay:1:1", started_at=timezone.now() - LONG_AGO)


def worker(*queues: str, since: timedelta = LONG_AGO) -> Worker:
    started_at = timezone.now() - since
    return Worker.objects.create(
        identity="w:1:1", host="w", pid=1, pool="io", queues=[*queues], slots=4, started_at=started_at
    )


def logged(caplog):
    lines = [record.msg for record in caplog.records if isinstance(record.msg, dict) and record.msg["event"] == "alert"]
    return [(line["alert"], line["about"], line["message"]) for line in lines]


def pass_the_window() -> None:
    """As if all of it had been a window ago."""
    for alert in Alert.objects.all():
        back = timedelta(minutes=15)
        changes = {name: getattr(alert, name) - back for name in ("first_at", "last_at", "quiet_until")}
        Alert.objects.filter(pk=alert.pk).update(**changes)


@pytest.mark.django_db
def test_the_first_is_told_and_its_repetitions_are_counted(told):
    assert raise_alert(kind="dead_letter", about=QUEUE, message="one failed") is True
    assert raise_alert(kind="dead_letter", about=QUEUE, message="another failed") is False

    alert = Alert.objects.get()
    assert (alert.kind, alert.about, alert.message, alert.times) == ("dead_letter", QUEUE, "another failed", 2)
    assert alert.quiet_until - alert.first_at == timedelta(minutes=15)
    assert alert.last_at > alert.first_at
    assert told == [("dead_letter", QUEUE, "one failed")]


@pytest.mark.django_db
def test_another_kind_or_another_queue_is_told_for_itself(told):
    for kind, about in (("dead_letter", "a"), ("dead_letter", "b"), ("no_worker", "a")):
        assert raise_alert(kind=kind, about=about, message="x")

    assert [(kind, about) for kind, about, _ in told] == [
        ("dead_letter", "a"),
        ("dead_letter", "b"),
        ("no_worker", "a"),
    ]
    assert Alert.objects.count() == 3


@pytest.mark.django_db
def test_trouble_that_goes_on_is_told_again_in_the_next_window_and_keeps_its_beginning(told):
    raise_alert(kind="no_worker", about=QUEUE, message="x")
    raise_alert(kind="no_worker", about=QUEUE, message="x")
    Alert.objects.update(first_at=timezone.now() - timedelta(minutes=16), quiet_until=timezone.now())
    began_at = Alert.objects.get().first_at

    assert raise_alert(kind="no_worker", about=QUEUE, message="still") is True

    alert = Alert.objects.get()
    assert (alert.first_at, alert.times, alert.message, len(told)) == (began_at, 3, "still", 2)
    assert alert.quiet_until > timezone.now() + timedelta(minutes=14)


@pytest.mark.django_db
def test_trouble_that_was_away_for_a_window_begins_anew(told):
    raise_alert(kind="no_worker", about=QUEUE, message="x")
    raise_alert(kind="no_worker", about=QUEUE, message="x")
    pass_the_window()

    assert raise_alert(kind="no_worker", about=QUEUE, message="x") is True

    alert = Alert.objects.get()
    assert (alert.times, timezone.now() - alert.first_at < timedelta(minutes=1), len(told)) == (1, True, 2)


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_one_is_told(told):
    results = at_once(*[lambda: raise_alert(kind="no_worker", about=QUEUE, message="x")] * 6)

    assert sorted(results) == [False] * 5 + [True]
    assert (Alert.objects.get().times, len(told)) == (6, 1)


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_after_the_window_one_is_told(told):
    raise_alert(kind="no_worker", about=QUEUE, message="x")
    Alert.objects.update(quiet_until=timezone.now())

    results = at_once(*[lambda: raise_alert(kind="no_worker", about=QUEUE, message="x")] * 6)

    assert sorted(results) == [False] * 5 + [True]
    assert (Alert.objects.get().times, len(told)) == (7, 2)


@pytest.mark.django_db
def test_a_sink_that_fails_keeps_no_other_from_being_told_and_undoes_only_its_own_work(told, monkeypatch):
    def broken(alert: Alert) -> None:
        put()
        raise LookupError("no such address")

    monkeypatch.setattr(alerts, "_SINKS", {"broken": broken, **alerts._SINKS})

    assert raise_alert(kind="no_worker", about=QUEUE, message="x") is True

    assert (len(told), Alert.objects.count(), Alert.objects.get().times) == (1, 1, 1)
    assert drain() == []


@pytest.mark.django_db(transaction=True)
def test_nobody_hears_of_an_alert_that_was_rolled_back(caplog):
    with caplog.at_level(logging.ERROR, logger="queues"), transaction.atomic():
        raise_alert(kind="no_worker", about=QUEUE, message="x")
        transaction.set_rollback(True)

    assert (Alert.objects.count(), logged(caplog)) == (0, [])


@pytest.mark.django_db(transaction=True)
def test_the_log_always_hears_of_it(caplog):
    with caplog.at_level(logging.ERROR, logger="queues"):
        raise_alert(kind="no_worker", about=QUEUE, message="nobody works")
        raise_alert(kind="no_worker", about=QUEUE, message="nobody works")

    assert logged(caplog) == [("no_worker", QUEUE, "nobody works")]


def test_a_sink_is_registered_once(told):
    with pytest.raises(ValueError, match="registered twice"):
        register_sink("test", lambda alert: None)


@pytest.mark.django_db
def test_a_message_carries_no_secret_and_is_not_endless(told):
    raise_alert(kind="dead_letter", about="q" * 200, message="sk-abcdefgh1234 " + "x" * 900)

    alert = Alert.objects.get()
    assert (alert.about, alert.message) == ("q" * 120, "sk-••• " + "x" * 493)


@pytest.mark.django_db
def test_a_death_raises_the_alert_of_its_queue(told, script):
    def run(ctx):
        raise Permanent("the mail server refused Bearer abcdef123456")

    script(run)
    put()
    put()

    drain()

    assert told == [
        ("dead_letter", QUEUE, "test-job in test.queue has failed for good: the mail server refused Bearer •••")
    ]
    assert Alert.objects.get().times == 2


@pytest.mark.django_db
def test_the_alert_of_a_death_is_not_undone_by_a_reaction_that_fails_again(told, subject):
    def deaf(job):
        raise LookupError("no such thing")

    subject(on_dead=deaf)
    dead(subject=("thing", "3"))

    assert drain() == [("dead-letter-received", "RETRY")]

    assert len(told) == 1


@pytest.mark.django_db
def test_a_letter_that_was_deleted_meanwhile_raises_nothing(told):
    delete(job_id=dead().pk, actor=OWNER, reason="x")

    assert drain() == [("dead-letter-received", "SUCCESS")]
    assert told == []


@pytest.mark.django_db
def test_work_without_a_worker_is_called_out(told, relay):
    put()
    put()

    watch()

    assert told == [("no_worker", QUEUE, "2 jobs in test.queue, and no worker is running for it.")]


@pytest.mark.django_db
def test_a_queue_whose_oldest_job_waits_too_long_is_called_out(told, relay):
    worker(QUEUE, "test.forked")
    column(put(), run_at=timezone.now() - timedelta(seconds=290))
    watch()
    assert told == []

    column(put(), run_at=timezone.now() - timedelta(minutes=7))
    watch()

    assert told == [("queue_too_old", QUEUE, "The oldest job in test.queue has been waiting for 7 minutes; 2 wait.")]


@pytest.mark.django_db
def test_a_paused_queue_is_meant_to_wait(told, relay):
    column(put(), run_at=timezone.now() - timedelta(hours=1))
    Pause.objects.create(queue=QUEUE, paused_by="owner")

    watch()

    assert told == []


@pytest.mark.django_db
def test_neither_what_runs_well_nor_an_empty_queue_is_trouble(told, relay):
    worker(QUEUE)
    claimed(put())
    put(run_at=timezone.now() + timedelta(hours=3))
    Recount.objects.create(jobs=3, drift=0, contradicted=0)

    watch()

    assert told == []


@pytest.mark.django_db
@pytest.mark.parametrize(("drift", "contradicted"), [(3, 0), (0, 2), (-1, 0)])
def test_a_recount_that_does_not_add_up_is_called_out_once(told, relay, drift, contradicted):
    Recount.objects.create(jobs=100, drift=drift, contradicted=contradicted)

    watch()
    pass_the_window()
    Recount.objects.update(at=timezone.now() - timedelta(hours=1))
    watch()

    assert told == [
        (
            "drift",
            "recount",
            f"The last recount of 100 jobs found {drift} beyond the counters, and {contradicted} runs of which "
            "Celery's record says otherwise. Both must be 0.",
        )
    ]


@pytest.mark.django_db
def test_only_the_last_recount_counts(told, relay):
    Recount.objects.create(jobs=100, drift=3, contradicted=0, at=timezone.now() - timedelta(days=1))
    Recount.objects.create(jobs=100, drift=0, contradicted=0)

    watch()

    assert told == []


@pytest.mark.django_db
@pytest.mark.parametrize("started", [timedelta(seconds=10), None])
def test_nothing_is_called_out_while_everything_is_still_starting(told, started):
    put()
    if started is not None:
        Relay.objects.create(identity="relay:1:1", started_at=timezone.now() - started)

    watch()

    assert told == []


@pytest.mark.django_db
def test_a_worker_calls_out_that_no_relay_runs(told):
    worker(QUEUE)
    relay = Relay.objects.create(identity="relay:1:1")
    watch_relay()
    assert told == []

    Relay.objects.filter(pk=relay.pk).update(beat_at=timezone.now() - timedelta(seconds=20))
    watch_relay()

    assert told == [("no_relay", "relay", "No relay is running: nothing that waits is started.")]


@pytest.mark.django_db
def test_a_worker_that_has_just_started_waits_for_the_relay(told):
    worker(QUEUE, since=timedelta(seconds=20))

    watch_relay()

    assert told == []


@pytest.mark.django_db
def test_the_banner_shows_what_was_called_out_within_the_last_window(told):
    raise_alert(kind="no_worker", about="a", message="x")
    pass_the_window()
    raise_alert(kind="dead_letter", about="b", message="y")
    raise_alert(kind="something_else", about="c", message="z")

    assert [(alert.kind, alert.about) for alert in current_alerts()] == [("something_else", "c"), ("dead_letter", "b")]
    assert [(listed.label, listed.is_current) for listed in listed_alerts()] == [
        ("something_else", True),
        (Kind.DEAD_LETTER.label, True),
        ("No worker", False),
    ]


@pytest.mark.django_db
def test_what_waits_in_redis_without_a_worker_is_work_too(told, relay):
    column(put(), state=State.DISPATCHED)

    watch()

    assert [kind for kind, _, _ in told] == ["no_worker"]
