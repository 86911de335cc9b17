"""The figures: exact whether folded or not, and as many questions for a million jobs as for none."""

import re
from dataclasses import fields, replace
from datetime import timedelta
from itertools import pairwise
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from queues.declare import QUEUES
from queues.figures import Figures, Span, Spread, Standing, all_figures, figures_of, history, standings
from queues.folding import fold
from queues.models import Counter, Delta, Job, Minute, Pause, State, Worker
from queues.queries import expected_seconds
from queues.sql import rows
from queues.tests.given import column, put, until

pytestmark = pytest.mark.django_db
QUEUE = "test.queue"
ASKED = 6  # counts, oldest, throughput, histograms, pauses, workers


@pytest.fixture
def this_minute():
    """A minute that does not end while the test runs."""
    until(lambda: timezone.now().second < 55, seconds=10)
    return timezone.now().replace(second=0, microsecond=0)


def minute(at, queue: str = QUEUE, **measured: Any) -> Minute:
    return Minute.objects.create(queue=queue, minute=at, **measured)


def ended(state: State) -> Job:
    active = column(put(), state=State.ACTIVE, lease_token=uuid4(), started_at=timezone.now())
    return column(active, state=state, lease_token=None, finished_at=timezone.now())


def one_of_each() -> None:
    put(), column(put(), state=State.DISPATCHED)
    column(put(), state=State.ACTIVE, lease_token=uuid4(), started_at=timezone.now())
    put(run_at=timezone.now() + timedelta(hours=1))
    for state in (State.COMPLETED, State.COMPLETED, State.DEAD, State.CANCELLED):
        ended(state)
    ended(State.DEAD).delete()


def worker(*queues: str, slots: int = 4, silent_for: float = 0) -> Worker:
    beat_at = timezone.now() - timedelta(seconds=silent_for)
    identity = f"h:{Worker.objects.count()}:1"
    return Worker.objects.create(
        identity=identity, host="h", pid=1, pool="io", queues=queues, slots=slots, beat_at=beat_at
    )


def steady(figures: Figures) -> Figures:
    """Without what changes as time passes."""
    return replace(figures, oldest_waiting_seconds=None, per_minute=0)


def without_spreads(figures: list[Figures]) -> list[Standing]:
    names = [field.name for field in fields(Standing)]
    return [Standing(**{name: getattr(each, name) for name in names}) for each in figures]


def test_every_declared_queue_has_its_figures_in_order():
    assert [figures.queue for figures in all_figures()] == list(QUEUES)


def test_a_queue_nobody_declared_has_none():
    with pytest.raises(KeyError):
        figures_of("gone.queue")


def test_states_are_counted_as_people_know_them():
    one_of_each()

    seen = figures_of(QUEUE)

    assert (seen.pool, seen.concurrency) == ("io", 4)
    assert (seen.waiting, seen.active, seen.delayed) == (2, 1, 1)
    assert (seen.completed, seen.failed, seen.cancelled) == (2, 1, 1)
    assert (seen.enqueued, seen.deleted, seen.live, seen.total, seen.conservation) == (9, 1, 4, 8, 0)


def test_figures_are_the_same_before_and_after_folding():
    one_of_each()
    before = figures_of(QUEUE)

    fold()

    assert steady(figures_of(QUEUE)) == steady(before)
    assert before.per_hour == 2 and before.run.p50 is not None


def test_deltas_count_beside_what_is_folded():
    put()
    fold()
    put()

    assert Delta.objects.count() == 1
    assert figures_of(QUEUE).waiting == 2


def test_a_lost_delta_shows():
    put(), put()
    Counter.objects.create(queue=QUEUE, enqueued=5)

    assert figures_of(QUEUE).conservation == 5


def test_the_oldest_is_found_in_any_priority_and_among_what_was_handed_over():
    now = timezone.now()
    put(priority=9), put(priority=5, run_at=now - timedelta(seconds=20))
    put(priority=-1, run_at=now - timedelta(seconds=300))
    put("test-small", run_at=now - timedelta(seconds=10))
    column(put("test-small"), state=State.DISPATCHED, run_at=now - timedelta(seconds=60))
    column(put("test-rated"), state=State.DELAYED, run_at=now - timedelta(seconds=999))

    seen = {figures.queue: figures.oldest_waiting_seconds for figures in all_figures()}

    assert 300 <= seen[QUEUE] < 310 and 60 <= seen["test.chunked"] < 70
    assert seen["test.rated"] is None


def test_live_workers_are_counted_with_their_slots():
    worker(QUEUE, "dlq", slots=3), worker(QUEUE, slots=2)
    worker(QUEUE, slots=50, silent_for=60), worker("dlq", slots=50)

    assert (figures_of(QUEUE).workers, figures_of(QUEUE).slots) == (2, 5)


def test_work_without_a_worker_is_unserved():
    worker("dlq")
    assert not figures_of(QUEUE).is_unserved

    put(), put("dead-letter-received", {"job_id": str(uuid4())})

    assert (figures_of(QUEUE).is_unserved, figures_of("dlq").is_unserved) == (True, False)


def test_a_pause_is_shown():
    pause = Pause.objects.create(queue=QUEUE, paused_by="owner@copydesk.example")

    assert (figures_of(QUEUE).pause, figures_of("dlq").pause) == (pause, None)


def test_completions_of_the_last_hour_are_summed(this_minute):
    for ago, n in ((0, 4), (2, 30), (59, 200), (60, 1000)):
        minute(this_minute - timedelta(minutes=ago), completed=n)
    ended(State.COMPLETED)

    assert (figures_of(QUEUE).per_minute, figures_of(QUEUE).per_hour) == (5, 235)


def test_of_the_previous_minute_counts_the_share_within_the_last_sixty_seconds(this_minute):
    minute(this_minute - timedelta(minutes=1), completed=60_000)
    minute(this_minute, completed=1)
    least, most = sorted(60_001 - 1000 * (timezone.now() - this_minute).total_seconds() - late for late in (0, 4000))

    assert least <= figures_of(QUEUE).per_minute <= most + 1


def test_waits_and_runs_are_those_of_the_last_hour(this_minute):
    minute(this_minute - timedelta(minutes=59), wait={"0": 50, "8": 50}, run={"16": 1})
    minute(this_minute, wait={"16": 96}, run={"16": 1})
    minute(this_minute - timedelta(minutes=60), wait={"40": 1000}, run={"40": 1000})
    Delta.objects.create(queue=QUEUE, was="dispatched", now="active", wait_bucket=24, n=4, at=timezone.now())

    seen = figures_of(QUEUE)

    near = [pytest.approx(seconds, rel=0.01) for seconds in (0.01334, 0.1309, 1.155)]
    assert seen.wait == Spread(*near)
    assert seen.run.p99 == pytest.approx(0.133, rel=0.02)
    assert figures_of("dlq").wait == Spread(None, None, None)


def test_the_last_recount_is_shown():
    at = timezone.now()
    Counter.objects.create(queue=QUEUE, drift=3, recounted_at=at)
    put()

    assert (figures_of(QUEUE).recounted_at, figures_of(QUEUE).recount_drift) == (at, 3)


def test_as_many_questions_for_many_jobs_as_for_none(django_assert_num_queries):
    with django_assert_num_queries(ASKED):
        all_figures()
    one_of_each(), put("test-small"), worker(QUEUE), worker("dlq")
    for priority in range(5):
        put(priority=priority)
    fold(), put()

    with django_assert_num_queries(ASKED):
        all_figures()


def test_where_nobody_asks_how_long_it_took_nothing_of_that_is_read(django_assert_num_queries):
    one_of_each()

    with django_assert_num_queries(ASKED - 1):
        seen = standings()

    assert [replace(figures, oldest_waiting_seconds=None) for figures in seen] == [
        replace(figures, oldest_waiting_seconds=None) for figures in without_spreads(all_figures())
    ]


@pytest.mark.parametrize("prepared_as", ["force_custom_plan", "force_generic_plan"])
def test_no_row_of_a_backlog_is_counted(prepared_as):
    Job.objects.bulk_create(
        Job(queue=QUEUE, name="test-job", max_attempts=3, timeout_seconds=60, priority=n % 3) for n in range(2000)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE queues_job")
    with CaptureQueriesContext(connection) as asked:
        assert figures_of(QUEUE).waiting == 2000

    (oldest,) = (query["sql"] for query in asked if "queues_job" in query["sql"])
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL enable_seqscan = off; SET LOCAL plan_cache_mode = {prepared_as}")
    explained = rows(f"EXPLAIN (ANALYZE, COSTS off, TIMING off) {oldest}", {"queues": list(QUEUES)})
    plan = "\n".join(line for (line,) in explained if "on queues_job" in line)
    read = round(sum(float(n) * int(loops) for n, loops in re.findall(r"rows=([\d.]+) loops=(\d+)", plan)))
    assert 3 <= read < 10 and "Seq Scan" not in plan, plan


def test_an_hour_is_told_by_the_minute(this_minute):
    minute(this_minute, enqueued=3, completed=2, dead=1, retried=4, waiting=5, active=6, delayed=7)
    minute(this_minute - timedelta(minutes=59), enqueued=1, waiting=1)
    minute(this_minute - timedelta(minutes=60), enqueued=100, waiting=9)

    points = history(QUEUE, Span.HOUR)

    assert [point.at for point in points] == [this_minute - timedelta(minutes=ago) for ago in range(59, -1, -1)]
    last = points[-1]
    assert (last.enqueued, last.completed, last.failed, last.retried) == (3, 2, 1, 4)
    assert (last.waiting, last.active, last.delayed) == (5, 6, 7)
    assert sum(point.enqueued for point in points) == 4


def test_in_gaps_nothing_happened_and_the_depth_stays(this_minute):
    Counter.objects.create(queue=QUEUE)
    minute(this_minute - timedelta(minutes=70), enqueued=9, waiting=9)
    minute(this_minute - timedelta(minutes=10), completed=7, waiting=2)

    points = history(QUEUE, Span.HOUR)

    assert {point.waiting for point in points[:49]} == {9} and {point.waiting for point in points[49:]} == {2}
    assert [point.completed for point in points if point.completed] == [7]
    assert not any(point.enqueued for point in points)


def test_of_a_longer_bucket_the_events_are_summed_and_the_last_depth_is_kept(this_minute):
    quarter = this_minute - timedelta(minutes=this_minute.minute % 15 + 15)
    minute(quarter, completed=1, waiting=1)
    minute(quarter + timedelta(minutes=14), completed=2, waiting=8)
    minute(quarter + timedelta(minutes=3), completed=4, waiting=3)

    point = history(QUEUE, Span.DAY)[-2]

    assert (point.at, point.completed, point.waiting) == (quarter, 7, 8)


@pytest.mark.parametrize(("span", "points", "minutes"), [(Span.HOUR, 60, 1), (Span.DAY, 96, 15), (Span.WEEK, 84, 120)])
def test_each_span_has_its_points_at_round_times(span, points, minutes):
    found = [point.at for point in history(None, span)]

    assert len(found) == points
    assert {later - earlier for earlier, later in pairwise(found)} == {timedelta(minutes=minutes)}
    assert all((at.hour * 60 + at.minute) % minutes == 0 and at.second == 0 for at in found)
    assert timezone.now() - timedelta(minutes=minutes) < found[-1] <= timezone.now()


def test_all_queues_together_are_the_sum(this_minute):
    minute(this_minute - timedelta(minutes=3), completed=1, waiting=10)
    minute(this_minute - timedelta(minutes=2), "dlq", completed=2, waiting=5)
    minute(this_minute - timedelta(minutes=2), "gone.queue", waiting=100)

    together, alone = history(None, Span.HOUR), history("dlq", Span.HOUR)

    assert [(point.completed, point.waiting) for point in together[-4:]] == [(1, 10), (2, 115), (0, 115), (0, 115)]
    assert [(point.completed, point.waiting) for point in alone[-4:]] == [(0, 0), (2, 5), (0, 5), (0, 5)]


def test_what_is_folded_is_in_the_history(this_minute):
    put(), put(), ended(State.COMPLETED)
    fold()

    last = history(QUEUE, Span.HOUR)[-1]

    assert (last.enqueued, last.completed, last.waiting) == (3, 1, 2)


def test_how_long_a_job_should_take_is_read_from_the_last_runs(this_minute):
    assert expected_seconds(QUEUE) == 15
    minute(this_minute - timedelta(days=3), run={"32": 10})  # 10 s to 13.3 s
    worker(QUEUE, slots=2)
    assert expected_seconds(QUEUE) == 12

    for _ in range(4):
        put()

    assert expected_seconds(QUEUE) == 35
