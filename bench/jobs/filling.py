"""A backbone that has been at work for a week, made by SQL: a million completed jobs, those that wait or failed.

All in one queue, which is the worst for its pages; each has a key and a subject, each that ran its attempts. Counters
come from the triggers and the product's own folding.
"""

from typing import LiteralString

from bench.jobs.ground import Ground

QUEUE, JOB = "email.send", "send-email"
COMPLETED, WAITING, FAILED = 1_000_000, 100_000, 10_000
UNFOLDED = 1_000  # changes of the last second or two, which no relay has folded yet
ATTEMPTS = 5

# As queues.ids makes them: they rise with time.
_ID: LiteralString = (
    "(lpad(to_hex((extract(epoch FROM now() - interval '7 days') * 1000)::bigint + n * 500), 12, '0')"
    " || '7' || substr(md5(n::text), 1, 3) || '8' || substr(md5(n::text), 4, 15))::uuid"
)
_AT: LiteralString = "now() - interval '7 days' + n * interval '500 ms'"
_JOBS: LiteralString = f"""
INSERT INTO queues_job (
    id, queue, name, payload, subject_type, subject_id, key, priority, state, max_attempts, timeout_seconds, generation,
    attempt, rescues, postponements, run_at, created_at, dispatched_at, started_at, finished_at, leased_by,
    cancel_reason, progress, progress_message, result, error
)
SELECT {_ID}, 'email.send', 'send-email', jsonb_build_object('email_id', n), 'email', n::text, 'email:' || n, 0,
    state, 5, 60, attempts, attempts, 0, 0, {_AT}, {_AT}, CASE WHEN attempts > 0 THEN {_AT} END,
    CASE WHEN attempts > 0 THEN {_AT} END, CASE WHEN attempts > 0 THEN {_AT} + interval '40 ms' END, '',
    '', CASE state WHEN 'completed' THEN 100 ELSE 0 END, '', CASE state WHEN 'completed' THEN '{{}}'::jsonb END, error
FROM (SELECT %(state)s::text AS state, %(attempts)s::int AS attempts, %(error)s::text AS error) AS alike,
    generate_series(%(first)s::bigint, %(last)s::bigint) AS n
"""
_ATTEMPTS: LiteralString = """
INSERT INTO queues_attempt (
    job_id, generation, number, worker, outcome, error_type, error, traceback, started_at, finished_at
)
SELECT id, number, number, 'worker-1:4711:123456789', %(outcome)s, %(error_type)s, error, %(traceback)s, started_at,
    finished_at
FROM queues_job, generate_series(1, %(attempts)s) AS number
WHERE state = %(state)s
"""
_LETTERS: LiteralString = """
INSERT INTO queues_deadletter (
    job_id, queue, name, payload, subject_type, subject_id, attempts, why, error_type, error, fingerprint,
    reaction_error, replays, replayed_by, replay_reason, died_at
)
SELECT id, queue, name, payload, subject_type, subject_id, jsonb_build_array(error), 'attempts',
    'builtins.TimeoutError', error, md5((random() * 50)::int::text), '', 0, '', '', finished_at
FROM queues_job WHERE state = 'dead'
"""
# A day of minutes for every queue there is, as folding leaves them.
_MINUTES: LiteralString = """
INSERT INTO queues_minute (queue, minute, enqueued, completed, dead, cancelled, retried, stalled, wait, run, waiting,
    active, delayed)
SELECT queue, date_trunc('minute', now()) - n * interval '1 minute', 90, 88, 1, 0, 1, 0, took, took, 1000, 10, 5
FROM unnest(%(queues)s::text[]) AS queue, generate_series(0, 1440) AS n,
    (SELECT jsonb_object_agg(bucket::text, 8) AS took FROM generate_series(4, 15) AS bucket) AS histogram
ON CONFLICT DO NOTHING
"""
_ERROR = "the mail server did not answer within 10 seconds"
_SIZE: LiteralString = "SELECT pg_total_relation_size('queues_job') + pg_total_relation_size('queues_attempt')"


def fill(ground: Ground, queues: list[str], share: float) -> float:
    """`share` of the full numbers; returns the bytes on disk of a completed job with its attempt."""
    completed, waiting, failed = (int(n * share) for n in (COMPLETED, WAITING, FAILED))
    before = stored_bytes(ground)
    _jobs(ground, "completed", 1, completed, attempts=1)
    _attempts(ground, "completed", "completed", attempts=1)
    taken = (stored_bytes(ground) - before) / completed
    _jobs(ground, "waiting", completed + 1, completed + waiting)
    _jobs(ground, "dead", completed + waiting + 1, completed + waiting + failed, attempts=ATTEMPTS, error=_ERROR)
    _attempts(ground, "dead", "error", attempts=ATTEMPTS, error_type="builtins.TimeoutError", traceback="x" * 1_500)
    ground.ours.execute(_LETTERS)
    ground.ours.execute(_MINUTES, {"queues": queues})
    ground.ours.execute("VACUUM ANALYZE")
    return taken


def leave_unfolded(ground: Ground) -> None:
    """One statement for each, as jobs come one by one."""
    first = 2 * COMPLETED
    for number in range(first, first + UNFOLDED):
        _jobs(ground, "waiting", number, number)


def stored_bytes(ground: Ground) -> int:
    """Of jobs and attempts, indexes included."""
    return int(ground.row(_SIZE)[0])


def _jobs(ground: Ground, state: str, first: int, last: int, *, attempts: int = 0, error: str = "") -> None:
    given = {"state": state, "first": first, "last": last, "attempts": attempts, "error": error}
    ground.ours.execute(_JOBS, given)


def _attempts(
    ground: Ground, state: str, outcome: str, *, attempts: int, error_type: str = "", traceback: str = ""
) -> None:
    given = {"state": state, "outcome": outcome, "attempts": attempts}
    ground.ours.execute(_ATTEMPTS, given | {"error_type": error_type, "traceback": traceback})
