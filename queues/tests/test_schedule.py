"""Each tick of the schedule is a job once, whoever fires it; an owner switches entries, and sees when they run."""

from datetime import UTC, datetime

import pytest
from celery import current_app
from django.db import OperationalError
from django.utils import timezone

from audit.models import AuditEntry
from queues import schedule
from queues.declare import JOBS, Definition, Payload
from queues.models import Job, ScheduleEntry, State
from queues.schedule import (
    AlreadySwitched,
    JobScheduler,
    NotScheduled,
    entries,
    fire,
    run_now,
    switch_off,
    switch_on,
)
from queues.tests.given import OWNER, at_once, row
from queues.tests.sample_jobs import QUEUE

NAME = "test-hourly"
NOON = datetime(2026, 11, 25, 12, tzinfo=UTC).timestamp()
MINUTE, HOUR = 60, 3600


@pytest.fixture(autouse=True)
def hourly(monkeypatch):
    """The whole schedule: one job, every hour."""
    monkeypatch.setattr(
        schedule, "JOBS", {NAME: Definition(NAME, QUEUE, Payload, lambda ctx, payload: None, 60, every_seconds=HOUR)}
    )
    monkeypatch.setitem(JOBS, NAME, schedule.JOBS[NAME])


@pytest.fixture
def clock(monkeypatch):
    """`clock(seconds)`: what time it is."""

    def say(seconds: float) -> None:
        monkeypatch.setattr(schedule.time, "time", lambda: seconds)

    return say


def only() -> ScheduleEntry:
    return ScheduleEntry.objects.get()


@pytest.mark.django_db
def test_a_tick_is_one_job_and_is_remembered():
    assert fire(NAME, now=NOON + 5) is True
    assert fire(NAME, now=NOON + 50 * MINUTE) is False

    job = Job.objects.get()
    assert (job.name, job.queue, job.payload, job.state) == (NAME, "test.queue", {}, State.WAITING)
    assert (only().name, only().last_job_id, only().last_fired_at.timestamp()) == (NAME, job.pk, NOON + 5)


@pytest.mark.django_db
def test_two_of_one_queue_and_one_period_both_fire(monkeypatch):
    other = Definition("test-also-hourly", QUEUE, Payload, lambda ctx, payload: None, 60, every_seconds=HOUR)
    monkeypatch.setattr(schedule, "JOBS", {**schedule.JOBS, other.name: other})
    monkeypatch.setitem(JOBS, other.name, other)

    assert [fire(name, now=NOON) for name in (NAME, other.name)] == [True, True]
    assert set(Job.objects.values_list("name", flat=True)) == {NAME, other.name}


@pytest.mark.django_db
def test_the_next_tick_is_another_job():
    fire(NAME, now=NOON)

    assert fire(NAME, now=NOON + HOUR) is True
    assert Job.objects.count() == 2
    assert only().last_fired_at.timestamp() == NOON + HOUR


@pytest.mark.django_db(transaction=True)
def test_two_beats_fire_once():
    results = at_once(*[lambda: fire(NAME, now=NOON)] * 4)

    assert sorted(results) == [False, False, False, True]
    assert (Job.objects.count(), only().last_job_id) == (1, Job.objects.get().pk)


@pytest.mark.django_db
def test_what_is_switched_off_fires_nothing_until_it_is_switched_on():
    switch_off(name=NAME, actor=OWNER)
    assert fire(NAME, now=NOON) is False
    assert (Job.objects.count(), only().last_fired_at) == (0, None)

    switch_on(name=NAME, actor=OWNER)
    assert fire(NAME, now=NOON) is True

    record = AuditEntry.objects.order_by("id").values_list("action", "target_type", "target_id", "actor_label")
    assert list(record) == [
        ("schedule.switched_off", "schedule", NAME, OWNER.label),
        ("schedule.switched_on", "schedule", NAME, OWNER.label),
    ]


@pytest.mark.django_db
def test_what_is_on_is_not_switched_on():
    with pytest.raises(AlreadySwitched):
        switch_on(name=NAME, actor=OWNER)

    switch_off(name=NAME, actor=OWNER)
    with pytest.raises(AlreadySwitched):
        switch_off(name=NAME, actor=OWNER)

    assert AuditEntry.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("verb", [switch_on, switch_off, run_now])
def test_what_is_not_on_the_schedule_has_no_switch(verb):
    with pytest.raises(NotScheduled):
        verb(name="test-job", actor=OWNER)

    assert (AuditEntry.objects.count(), ScheduleEntry.objects.count(), Job.objects.count()) == (0, 0, 0)


@pytest.mark.django_db
def test_run_now_is_a_job_besides_the_ticks_and_on_record():
    fire(NAME, now=NOON)
    switch_off(name=NAME, actor=OWNER)
    before = only().last_job_id

    job = run_now(name=NAME, actor=OWNER)

    assert (row(job).state, row(job).name, Job.objects.count(), only().last_job_id) == (State.WAITING, NAME, 2, before)
    entry = AuditEntry.objects.get(action="schedule.run_now")
    assert (entry.target_id, entry.after) == (NAME, {"job": str(job.pk)})


@pytest.mark.django_db
def test_the_page_is_told_when_it_ran_what_became_of_it_and_when_it_runs_next():
    fire(NAME, now=NOON + 5)

    (entry,) = entries(now=NOON + 10 * MINUTE)

    assert (entry.name, entry.queue, entry.every, entry.is_on, entry.missed) == (
        NAME,
        "test.queue",
        "every hour",
        True,
        0,
    )
    assert (entry.last_at.timestamp(), entry.last_job.state) == (NOON + 5, State.WAITING)
    assert entry.next_at == datetime(2026, 11, 25, 13, tzinfo=UTC)


@pytest.mark.django_db
def test_what_no_beat_has_seen_yet_is_on_the_page_too():
    (entry,) = entries(now=NOON + 10)

    assert (entry.is_on, entry.last_at, entry.last_job, entry.missed) == (True, None, None, 0)


@pytest.mark.django_db
def test_a_job_that_was_pruned_is_no_longer_named():
    fire(NAME, now=NOON)
    Job.objects.all().delete()

    (entry,) = entries(now=NOON + 10)

    assert (entry.last_at.timestamp(), entry.last_job) == (NOON, None)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("later", "missed"),
    [(HOUR - 1, 0), (HOUR + 20, 0), (HOUR + 31, 1), (2 * HOUR + 20, 1), (5 * HOUR + 31, 5)],
)
def test_ticks_nobody_fired_are_counted(later, missed):
    fire(NAME, now=NOON)

    assert entries(now=NOON + later)[0].missed == missed


@pytest.mark.django_db
def test_ticks_while_it_was_switched_off_were_not_missed():
    fire(NAME, now=NOON - 100 * HOUR)
    switch_off(name=NAME, actor=OWNER)
    now = timezone.now().timestamp()
    assert entries(now=now)[0].missed == 0

    switch_on(name=NAME, actor=OWNER)

    assert entries(now=now)[0].missed == 0
    assert entries(now=now - now % HOUR + 3 * HOUR + 31)[0].missed == 3


@pytest.mark.django_db
def test_a_schedule_takes_as_many_queries_however_long_it_is(monkeypatch, django_assert_num_queries):
    made = {
        f"test-{n}": Definition(f"test-{n}", QUEUE, Payload, lambda ctx, payload: None, 60, every_seconds=HOUR)
        for n in range(5)
    }
    monkeypatch.setattr(schedule, "JOBS", made)
    for name in made:
        monkeypatch.setitem(JOBS, name, made[name])
        fire(name, now=NOON)

    with django_assert_num_queries(3):
        assert [entry.name for entry in entries(now=NOON)] == sorted(made)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (1, "every second"),
        (90, "every 90 seconds"),
        (60, "every minute"),
        (7200, "every 2 hours"),
        (86400, "every day"),
    ],
)
def test_intervals_are_said_in_words(seconds, words):
    assert schedule._in_words(seconds) == words


@pytest.fixture
def beat(monkeypatch):
    """Celery's beat with our scheduler, which leaves the test's connection open."""
    monkeypatch.setattr(schedule.connection, "close", lambda: None)
    return JobScheduler(app=current_app, max_interval=5)


@pytest.mark.django_db
def test_beat_fires_what_is_due_as_soon_as_it_starts_and_once(beat, clock):
    clock(NOON + 10)

    assert beat.tick() == 5
    assert beat.tick() == 5

    assert Job.objects.count() == 1


@pytest.mark.django_db
def test_beat_looks_again_when_the_next_tick_begins(beat, clock):
    clock(NOON + HOUR - 2)
    assert beat.tick() == 2

    clock(NOON + HOUR)
    assert beat.tick() == 5

    assert Job.objects.count() == 2


@pytest.mark.django_db
def test_a_beat_that_was_restarted_does_not_fire_a_tick_again(beat, clock):
    clock(NOON + 10)
    beat.tick()

    JobScheduler(app=current_app, max_interval=5).tick()

    assert Job.objects.count() == 1


@pytest.mark.django_db
def test_a_tick_postgresql_could_not_take_is_fired_at_the_next_look(beat, clock, monkeypatch):
    def away(name, *, now):
        raise OperationalError("PostgreSQL restarts")

    clock(NOON + 10)
    with monkeypatch.context() as during:
        during.setattr(schedule, "fire", away)
        assert beat.tick() == 5
    assert Job.objects.count() == 0

    beat.tick()

    assert Job.objects.count() == 1


@pytest.mark.django_db
def test_an_entry_that_cannot_be_fired_keeps_no_other_from_it(beat, clock, monkeypatch):
    class Demanding(Payload):
        number: int

    broken = Definition("test-broken", QUEUE, Demanding, lambda ctx, payload: None, 60, every_seconds=HOUR)
    monkeypatch.setattr(schedule, "JOBS", {"test-broken": broken, **schedule.JOBS})
    monkeypatch.setitem(JOBS, "test-broken", broken)
    clock(NOON + 10)

    assert beat.tick() == 5

    assert [job.name for job in Job.objects.all()] == [NAME]


@pytest.mark.django_db
def test_beat_has_an_empty_schedule_too(beat, clock, monkeypatch):
    monkeypatch.setattr(schedule, "JOBS", {})

    assert (beat.tick(), Job.objects.count(), entries()) == (5, 0, [])


def test_celery_is_told_of_the_schedule():
    assert schedule.static_schedule() == {NAME: {"task": NAME, "schedule": HOUR}}
