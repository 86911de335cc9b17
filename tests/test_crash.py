"""The crash matrix in short: kills at every point and every trouble, nothing lost; and the judge finds what is planted.

`make crash` is the long one.
"""

import signal
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from typing import Any

import psycopg
import pytest

from simulators.services.throwaway import throw_away_home
from tests.crash import kills, matrix, plan, report
from tests.crash.killer import RELAYS, WORKERS
from tests.crash.matrix import Run
from tests.crash.plan import Point, Victim
from tests.crash.stage import HOMES, Stage
from tests.crash.verdict import Verdict, judge

SEED = 1
# For each: what is done to a job, and what of the verdict changes; `job` stands for its id.
PLANTED: Sequence[tuple[str, dict[str, Any]]] = (
    ("INSERT INTO queues_test_effect SELECT * FROM queues_test_effect WHERE job_id = %s", {"done_twice": "job"}),
    (
        "INSERT INTO queues_attempt (job_id, generation, number, worker, outcome, error_type, error, traceback,"
        " started_at, finished_at) SELECT job_id, generation + 1, number, worker, outcome, '', '', '', started_at,"
        " finished_at FROM queues_attempt WHERE job_id = %s",
        {"done_twice": "job"},
    ),
    ("DELETE FROM queues_test_effect WHERE job_id = %s", {"lost": "job"}),
    ("DELETE FROM queues_job WHERE id = %s", {"jobs": -1, "lost": "job", "effects_of_no_completed": "job"}),
    (
        "UPDATE queues_job SET state = 'waiting', finished_at = NULL WHERE id = %s",
        {"lost": "job", "effects_of_no_completed": "job"},
    ),
    ("UPDATE queues_job SET attempt = attempt + 1 WHERE id = %s", {"wrongly_charged": "job"}),
    ("UPDATE queues_job SET rescues = rescues + 1 WHERE id = %s", {"wrongly_charged": "job"}),
    (
        "UPDATE queues_counter AS counter SET completed = counter.completed + 1"
        " FROM queues_job AS job WHERE job.id = %s AND job.queue = counter.queue",
        {"drift": 1, "conservation": 1},
    ),
)


@pytest.fixture(scope="module")
def played() -> Iterator[tuple[Run, Stage]]:
    with (
        throw_away_home(HOMES) as home,
        matrix.played(home, "SHORT", plan.SHORT, seed=SEED, sabotage="", say=print) as (run, on),
    ):
        for name in (*RELAYS, *WORKERS):
            on.end(name, signal.SIGKILL)  # nobody is to mend what is planted
        yield run, on


@pytest.fixture(scope="module")
def run(played: tuple[Run, Stage]) -> Run:
    return played[0]


@pytest.fixture(scope="module")
def undisturbed(played: tuple[Run, Stage]) -> Iterator[str]:
    """Jobs that were done at once and left an effect, a new one for each who asks."""
    with psycopg.connect(played[1].database_url) as connection:
        found = connection.execute(
            "SELECT id::text FROM queues_job WHERE queue = 'crash.threads' AND state = 'completed' AND generation = 1"
        ).fetchall()
    return iter([job for (job,) in found])


def test_every_job_has_its_effect_once(run: Run):
    verdict = run.verdict

    assert report.faults(run) == []
    assert verdict.jobs >= plan.SHORT.jobs
    assert (verdict.lost, verdict.done_twice, verdict.effects_of_no_completed) == ([], [], [])


def test_attempts_and_deaths_are_charged_exactly(run: Run):
    assert (run.verdict.wrongly_charged, run.verdict.dead) == ([], [])


def test_the_counters_are_right_to_the_row(run: Run):
    assert (run.verdict.drift, run.verdict.conservation) == (0, 0)


def test_everybody_was_killed_and_at_every_point(run: Run):
    assert {kill.point for kill in run.kills} == {*Point}
    assert all(run.killed(victim) >= plan.SHORT.kills[victim] for victim in Victim)
    assert len(run.troubles) == 6 and run.unplanned_exits == []
    assert run.verdict.rescued


@pytest.mark.parametrize(("plant", "expected"), PLANTED)
def test_the_judge_finds_what_is_planted(
    played: tuple[Run, Stage], undisturbed: Iterator[str], plant: str, expected: dict[str, Any]
):
    run, on = played
    job, before = next(undisturbed), judge(on.database_url, on.folder, run.kills)

    with psycopg.connect(on.database_url) as connection:
        connection.execute(plant, [job])

    after = judge(on.database_url, on.folder, run.kills)
    assert _difference(before, after) == {what: [job] if by == "job" else by for what, by in expected.items()}


def test_the_judge_misses_a_job_that_was_acknowledged_and_is_not_there(played: tuple[Run, Stage]):
    run, on = played
    before, job = judge(on.database_url, on.folder, run.kills), "00000000-0000-7000-8000-000000000000"

    kills.append(on.folder / kills.ENQUEUED, job)

    assert _difference(before, judge(on.database_url, on.folder, run.kills)) == {"lost": [job]}


def test_a_fault_is_said_in_words(run: Run):
    twice = replace(run, verdict=replace(run.verdict, done_twice=["a-job"]))
    drifting = replace(run, verdict=replace(run.verdict, drift=2))
    too_few = replace(run, kills=[kill for kill in run.kills if kill.victim != Victim.RELAY])

    assert report.faults(twice) == ["1 jobs done twice: a-job"]
    assert report.faults(drifting) == ["the counters drift by 2 rows, their conservation by 0"]
    assert report.faults(too_few) == [
        "less than the scenario asks for: 0 of 4 kills of a relay, no kill after the row says sent, before it is"
    ]


def _difference(before: Verdict, after: Verdict) -> dict[str, Any]:
    """What came to the verdict: ids, or how many."""
    was, now = asdict(before), asdict(after)
    changed = [name for name in now if name not in ("rescued", "leases_run_out") and now[name] != was[name]]
    return {
        name: now[name] - was[name] if isinstance(now[name], int) else sorted({*now[name]} - {*was[name]})
        for name in changed
    }
