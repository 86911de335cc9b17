"""One sentence says why a job is not running, and it is the reason the relay acts on."""

import pytest

from queues import waiting
from queues.declare import JOBS
from queues.models import RateBucket, State, Worker
from queues.pausing import pause
from queues.tests.calling import QUEUE
from queues.tests.dead import dead
from queues.tests.filled import ago, ended, relay, running, worker
from queues.tests.given import OWNER, column, dispatched, put, row
from queues.waiting import because, because_each, because_in_line, circumstances

pytestmark = pytest.mark.django_db
FULL = {"slots": 4, "busy": 4}


@pytest.fixture
def at_work():
    """A relay, and a worker with a free slot."""
    relay(), worker(slots=4, busy=3)


def test_with_nothing_in_the_way_it_is_about_to_be_handed_over(at_work):
    assert because(put()) == "Next in line: about to be handed to the workers."


def test_a_pause_says_by_whom_and_why(at_work):
    job = put()
    pause(queue=QUEUE, actor=OWNER, reason="the press is jammed.")

    words = because(job)

    assert words.startswith(f"Paused by {OWNER.label} since ")
    assert words.endswith(" UTC: the press is jammed.")


def test_a_pause_without_a_reason_ends_after_its_time(at_work):
    pause(queue=QUEUE, actor=OWNER, reason="")

    assert because(put()).endswith(" UTC.")


def test_without_a_relay_nothing_is_handed_over():
    worker()
    relay(beat_at=ago(16))

    assert because(put()) == "No relay is running: nothing is handed to the workers."


def test_without_a_worker_of_its_queue_nothing_starts():
    relay(), worker("dlq"), worker(beat_at=ago(16))

    assert because(put()) == f"No worker serves the queue {QUEUE}."


def test_what_was_handed_over_waits_for_a_slot_or_for_nothing(at_work):
    assert because(dispatched(put())) == "Handed to the workers: it is about to start."

    Worker.objects.update(busy=4)

    assert because(dispatched(put())) == ("Handed to the workers: it starts as soon as one of their 4 slots is free.")


def test_of_one_slot_alone_it_is_not_said_that_all_are_busy():
    relay(), worker(slots=1, busy=1)

    assert because(put()) == "Next in line: the only slot of its workers is busy."
    assert because(dispatched(put())) == "Handed to the workers: it starts as soon as their only slot is free."


def test_busy_workers_are_told_and_how_many_come_first():
    relay(), worker(**FULL)
    first, second, third = (put(run_at=ago(30 - n)) for n in range(3))

    assert because(first) == "Next in line: all 4 slots of its workers are busy."
    assert because(second) == "1 job is ahead of it: all 4 slots of its workers are busy."
    assert because(third) == "2 jobs are ahead of it: all 4 slots of its workers are busy."


def test_priority_goes_before_age_and_what_was_handed_over_counts_too():
    relay(), worker(**FULL)
    plain = put(run_at=ago(60))
    put(priority=1), dispatched(put(run_at=ago(90)))
    put(priority=-1, run_at=ago(999)), put(run_at=ago(30)), put("test-small", run_at=ago(999))

    assert because(plain).startswith("2 jobs are ahead of it: ")


def test_a_queue_that_runs_as_many_as_it_may_says_so():
    """A worker of several queues runs no more of each than that queue's own concurrency."""
    relay(), worker(QUEUE, "dlq", slots=20, busy=4)
    for _ in range(4):
        running()

    assert because(put()) == "Next in line: its queue runs 4 at once, and so many are running."


def test_a_worker_of_this_queue_alone_gives_it_all_its_slots():
    relay(), worker(slots=20, busy=4)
    for _ in range(4):
        running()

    assert because(put()) == "Next in line: about to be handed to the workers."


def test_a_rate_limit_says_when_the_next_may_go():
    relay(), worker("test.rated")
    first, second = put("test-rated", run_at=ago(9)), put("test-rated", run_at=ago(8))
    RateBucket.objects.create(queue="test.rated", tokens=-29)  # half a minute of them

    said = because(first), because(second)

    assert all(words.startswith("Rate limit of 60 a minute: the next may go in ") for words in said)
    assert (said[0].endswith(" s."), said[1].endswith(" s; 1 job is ahead.")) == (True, True)


def test_more_than_a_thousand_are_not_counted(at_work, monkeypatch):
    monkeypatch.setattr(waiting, "MOST_COUNTED", 2)
    for n in range(3):
        last = put(run_at=ago(30 - n))

    assert because(last) == "More than 2 jobs are ahead of it: about to be handed to the workers."


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({}, ", as it was asked for."),
        ({"attempt": 2}, ": attempt 2 of 3 failed."),
        ({"postponements": 1}, ": what it needs was away (1 time so far)."),
        ({"postponements": 3, "attempt": 1}, ": what it needs was away (3 times so far)."),
        ({"postponements": 1, "error": "The money is spent."}, ", because we hold it back. The money is spent."),
        ({"postponements": 1, "error": "down", "postponed_since": ago(9)}, ": what it needs was away (1 time so far)."),
    ],
)
def test_what_is_delayed_says_until_when_and_why(columns, words):
    sentence = because(column(put(run_at=ago(-3600)), **columns))

    assert sentence.startswith("Due at ") and ("in 1 h" in sentence or "in 59 min" in sentence)
    assert sentence.endswith(words)


def test_what_runs_or_has_ended_waits_for_nothing():
    jobs = running(), ended(State.COMPLETED), ended(State.CANCELLED), dead()

    assert [because(job) for job in jobs] == ["", "", "", ""]


def test_a_failed_job_names_the_twin_that_keeps_it_from_running_again():
    failed = dead(key="order-7")
    assert because(failed) == ""
    twin = put(key="order-7")

    assert because(failed) == f"It cannot run again while its twin {twin.pk}, with the same key, is waiting."


def test_a_twin_in_another_queue_is_none():
    failed = dead(key="order-7")
    put("test-small", key="order-7")

    assert because(failed) == ""


def test_what_this_release_does_not_know_waits_for_one_that_does(at_work, monkeypatch):
    job = put()
    assert because(column(put(), queue="gone.queue")) == (
        "This release does not know the queue gone.queue: it waits for one that does."
    )

    monkeypatch.delitem(JOBS, "test-job")

    assert because(job) == "This release does not know the job test-job: it waits for one that does."


def test_of_many_none_is_counted_ahead_of(django_assert_num_queries):
    relay(), worker(**FULL)
    waits, later = [put(run_at=ago(9 - n)) for n in range(3)], put(run_at=ago(-3600))
    jobs = [row(job) for job in (*waits, later, running())]

    with django_assert_num_queries(4):
        said = because_each(QUEUE, jobs)

    assert [said[job.pk] for job in waits] == ["Waits its turn: all 4 slots of its workers are busy."] * 3
    assert said[later.pk].startswith("Due at ")
    assert len(said) == 4


def test_in_a_line_each_knows_its_place(django_assert_num_queries):
    relay(), worker(**FULL)
    line = [put(run_at=ago(60 - n)) for n in range(5)]

    with django_assert_num_queries(8):
        said = because_in_line(QUEUE, line[2:])

    assert [said[job.pk].split(":")[0] for job in line[2:]] == [f"{n} jobs are ahead of it" for n in (2, 3, 4)]
    assert because_in_line(QUEUE, []) == {}


def test_a_queue_nobody_declares_has_no_circumstances():
    with pytest.raises(KeyError):
        circumstances("gone.queue")
