"""Many at once: the dry run says what the bulk then does, letter by letter; it can be cut short and goes on."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError
from django.utils import timezone

from audit.models import AuditEntry
from queues import context, forecast
from queues.bulk import DELETING, REPLAYING, Filter, Forecast, delete_all, dry_run, replay_all
from queues.cancelling import cancel
from queues.deleting import delete
from queues.draining import drain
from queues.errors import ReplayRefused
from queues.models import Attempt, DeadLetter, Job, State
from queues.replay import replay
from queues.tests.dead import dead, many_dead
from queues.tests.given import OWNER, column, facts, put, row

pytestmark = pytest.mark.django_db
THING = ("thing", "3")
ALL = Filter(queue="test.queue")


def refuse_some(job: Job) -> None:
    if job.payload["note"] == "refuse":
        raise ReplayRefused("the order was refunded")
    if job.payload["note"] == "break":
        raise LookupError("no such thing")


def states(jobs: list[Job]) -> list[str]:
    return [row(job).state for job in jobs]


def the_mixed_bag(subject: Any) -> list[Job]:
    """One of everything; oldest death first: which of the twins may live depends on it."""
    subject(on_replay=refuse_some)
    jobs = [
        dead(),
        dead(key="live"),
        dead(key="twins", payload={"note": "refuse"}, subject=THING),
        dead(key="twins"),
        dead(key="twins"),
        dead(payload={"note": "break"}, subject=THING),
        dead(payload={"note": "fine"}, subject=THING),
        column(dead(), payload={"note": 7}),
        column(dead(), name="no-longer-declared"),
    ]
    put(key="live")
    dead(name="test-forked")
    return jobs


def test_the_dry_run_tells_each_fate_and_changes_nothing(subject):
    jobs = the_mixed_bag(subject)
    before = [facts(job) for job in jobs]

    told = dry_run(ALL)

    assert told == Forecast(matching=9, would_replay=3, conflicts=2, outdated=2, refused=2)
    assert ([facts(job) for job in jobs], AuditEntry.objects.count()) == (before, 0)


def test_the_bulk_does_what_the_dry_run_told(subject):
    jobs = the_mixed_bag(subject)

    bulk = replay_all(filter=ALL, actor=OWNER, reason="mended")
    assert drain(only=REPLAYING) == [(REPLAYING, "SUCCESS")]

    assert row(bulk).result == {
        "done": 3,
        "refused": 6,
        "gone": 0,
        "why": {
            "another job with the same key is under way": 2,
            "the order was refunded": 1,
            "what it is about failed to answer: LookupError": 1,
            "its payload no longer fits test-job: 1 fault": 1,
            "no room declares a job named 'no-longer-declared'": 1,
        },
    }
    replayed = [State.WAITING if place in (0, 3, 6) else State.DEAD for place in range(9)]
    assert states(jobs) == replayed


def test_what_a_subject_did_in_the_dry_run_is_taken_back(subject):
    done = []

    def note(job: Job) -> None:
        done.append(job.pk)
        column(job, error="replaying")

    subject(on_replay=note)
    job = dead(subject=THING)

    assert dry_run(ALL) == Forecast(1, 1, 0, 0, 0)
    assert (done, row(job).error) == ([job.pk], "no")


def test_a_dry_run_asks_the_database_no_more_for_more_letters(django_assert_num_queries):
    many_dead(300)

    with django_assert_num_queries(2):
        assert dry_run(ALL) == Forecast(300, 300, 0, 0, 0)


def test_subjects_that_cannot_be_asked_in_time_are_counted_as_such(subject, monkeypatch):
    subject(on_replay=refuse_some)
    dead()
    dead(payload={"note": "refuse"}, subject=THING)
    monkeypatch.setattr(forecast, "ASK_SECONDS", 0)

    assert dry_run(ALL) == Forecast(matching=2, would_replay=2, conflicts=0, outdated=0, refused=0, unasked=1)


def test_every_letter_of_a_bulk_is_on_record_under_the_bulks_own_number(script):
    jobs = many_dead(12)

    bulk = replay_all(filter=ALL, actor=OWNER, reason="the mail server is back")
    drain(only=REPLAYING)

    assert row(bulk).result == {"done": 12, "refused": 0, "gone": 0}
    assert set(states(jobs)) == {State.WAITING}
    ordered, *each = AuditEntry.objects.order_by("id")
    assert (ordered.action, ordered.target_id, ordered.after["letters"]) == (
        "dead_letters.replay_ordered",
        str(bulk.pk),
        12,
    )
    assert ordered.after["filter"]["queue"] == "test.queue"
    assert [entry.target_id for entry in each] == [str(job.pk) for job in jobs]
    assert {(entry.action, entry.reason, entry.actor_label, entry.request_id) for entry in each} == {
        ("job.replayed", "the mail server is back", OWNER.label, str(bulk.pk))
    }
    assert drain(only="test-job") == [("test-job", "SUCCESS")] * 12


def test_deleting_many_leaves_a_tombstone_each():
    jobs, other = many_dead(3), dead(name="test-forked")

    bulk = delete_all(filter=ALL, actor=OWNER, reason="never wanted")
    assert drain(only=DELETING) == [(DELETING, "SUCCESS")]

    assert row(bulk).result == {"done": 3, "refused": 0, "gone": 0}
    assert not Job.objects.filter(pk__in=[job.pk for job in jobs]).exists()
    assert list(DeadLetter.objects.values_list("pk", flat=True)) == [other.pk]
    assert list(Attempt.objects.filter(job__queue__startswith="test.").values_list("job_id", flat=True)) == [other.pk]
    tombstones = AuditEntry.objects.filter(action="dead_letter.deleted", reason="never wanted")
    assert {entry.target_id for entry in tombstones} == {str(job.pk) for job in jobs}


def test_what_dies_after_the_order_is_left_alone():
    early = dead()
    replay_all(filter=ALL, actor=OWNER, reason="x")
    late = dead()
    again = dead()
    replay(job_id=again.pk, actor=OWNER, reason="x")

    drain(only=REPLAYING)

    assert states([early, late]) == [State.WAITING, State.DEAD]


def test_an_order_may_end_earlier_still():
    early, late = many_dead(2)

    replay_all(filter=Filter(queue="test.queue", before=late.finished_at), actor=OWNER, reason="x")
    drain(only=REPLAYING)

    assert states([early, late]) == [State.WAITING, State.DEAD]


@pytest.mark.parametrize("part", ["name", "fingerprint", "q", "since", "ids"])
def test_the_job_keeps_to_every_part_of_the_filter(part):
    jobs = many_dead(3, error="no bread")
    others = many_dead(2, error="no salt", queue="test.forked", name="test-forked")
    DeadLetter.objects.filter(queue="test.forked").update(died_at=timezone.now() - timedelta(days=2))
    letter = DeadLetter.objects.get(pk=jobs[0].pk)
    wanted = {
        "name": "test-job",
        "fingerprint": letter.fingerprint,
        "q": "error:bread",
        "since": timezone.now() - timedelta(days=1),
        "ids": tuple(job.pk for job in jobs),
    }

    bulk = replay_all(filter=Filter(**{part: wanted[part]}), actor=OWNER, reason="x")
    drain(only=REPLAYING)

    assert row(bulk).result["done"] == 3
    assert states([*jobs, *others]) == [State.WAITING] * 3 + [State.DEAD] * 2


def test_a_bulk_says_how_far_it_is(monkeypatch):
    monkeypatch.setattr(context, "PROGRESS_EVERY_SECONDS", 0)
    many_dead(4)
    bulk = delete_all(filter=ALL, actor=OWNER, reason="x")
    told = []
    monkeypatch.setattr("queues.jobs.delete", lambda **_: told.append((row(bulk).progress, row(bulk).progress_message)))

    drain(only=DELETING)

    assert told == [(0, ""), (25, "1 of 4"), (50, "2 of 4"), (75, "3 of 4")]
    assert row(bulk).progress_message == "4 of 4"


def test_a_bulk_that_is_cancelled_stops_at_the_next_letter(subject, monkeypatch):
    monkeypatch.setattr(context, "PROGRESS_EVERY_SECONDS", 0)
    jobs = many_dead(5, subject_type="thing", subject_id="3")
    bulk = replay_all(filter=ALL, actor=OWNER, reason="x")
    asked = []

    def second_thoughts(job: Job) -> None:
        asked.append(job.pk)
        if len(asked) == 3:
            cancel(job_id=bulk.pk, actor=OWNER, reason="second thoughts")

    subject(on_replay=second_thoughts)
    drain(only=REPLAYING)

    assert (row(bulk).state, row(bulk).progress_message) == (State.CANCELLED, "2 of 5")
    assert states(jobs) == [State.WAITING] * 3 + [State.DEAD] * 2


def test_a_bulk_that_is_cut_short_goes_on_and_counts_all_it_did(subject):
    jobs = many_dead(5, subject_type="thing", subject_id="3")
    bulk = replay_all(filter=ALL, actor=OWNER, reason="x")
    asked = []

    def away_once(job: Job) -> None:
        asked.append(job.pk)
        if len(asked) == 3:
            raise OperationalError("PostgreSQL restarts")

    subject(on_replay=away_once)

    assert drain(only=REPLAYING) == [(REPLAYING, "RETRY")]
    assert states(jobs) == [State.WAITING] * 2 + [State.DEAD] * 3
    assert drain(only=REPLAYING, advance=True) == [(REPLAYING, "SUCCESS")]

    assert row(bulk).result == {"done": 5, "refused": 0, "gone": 0}
    assert set(states(jobs)) == {State.WAITING}
    assert AuditEntry.objects.filter(action="job.replayed").count() == 5


def test_what_somebody_took_away_meanwhile_is_gone(subject):
    jobs = many_dead(3, subject_type="thing", subject_id="3")
    bulk = replay_all(filter=ALL, actor=OWNER, reason="x")

    def take_the_last(job: Job) -> None:
        if job.pk == jobs[0].pk:
            delete(job_id=jobs[2].pk, actor=OWNER, reason="not this one")

    subject(on_replay=take_the_last)
    drain(only=REPLAYING)

    assert row(bulk).result == {"done": 2, "refused": 0, "gone": 1}


def test_a_bulk_that_died_itself_is_not_swept_up_by_another():
    many_dead(1)
    bulk = delete_all(filter=ALL, actor=OWNER, reason="x")
    died = many_dead(1, queue="dlq", name=DELETING)
    assert bulk.queue == "dlq"

    assert dry_run(Filter()).matching == 1
    replay_all(filter=Filter(), actor=OWNER, reason="y")
    drain(only=REPLAYING)

    assert states(died) == [State.DEAD]


def test_a_bulk_of_nothing_ends_well():
    bulk = replay_all(filter=ALL, actor=OWNER, reason="x")

    assert drain(only=REPLAYING) == [(REPLAYING, "SUCCESS")]
    assert row(bulk).result == {"done": 0, "refused": 0, "gone": 0}
