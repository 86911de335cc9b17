"""The statements of a job's way through claim, finish and hand-over: each is one guarded UPDATE for many jobs at once.

Only `transitions` runs them, and the relay the one that only looks.
"""

from queues.models import Job

# What a worker needs of a job it has claimed; Django fetches the rest when somebody asks for it.
_OTHERS = {
    "created_at", "dispatched_at", "finished_at", "leased_until", "cancel_requested_at", "cancel_reason", "progress",
    "progress_message", "result", "error",
}  # fmt: skip
COLUMNS = tuple(field.attname for field in Job._meta.concrete_fields if field.attname not in _OTHERS)
_OF_JOB = ", ".join(f"job.{column}" for column in COLUMNS)
# What is lost when PostgreSQL itself is killed right after is harmless here: a hand-over is made again under the same
# generation, and a worker whose claim is forgotten is fenced out at its finish. So nobody waits for the disk.
_RELAXED = "(SELECT set_config('synchronous_commit', 'off', true)) AS relaxed"

# Such parameters stand in a SELECT of their own, where the planner cannot see their values: for an array shorter than
# the ten it expects of one it cannot see, or a queue of which it knows how long it was, it would plan a prepared
# statement anew each time, which took longer than running it.
_QUEUE = "(SELECT %(queue)s)"
# What is found is asked for by an array, for the planner takes a limit it cannot see for a tenth of the backlog, and
# would read the whole table to join it.
_IS_NEXT = "job.id = ANY(ARRAY(SELECT id FROM next))"


def _unnested(**arrays: str) -> str:
    """The rows of arrays given by these names."""
    return f"unnest({', '.join(f'(SELECT %({name})s::{kind}[])' for name, kind in arrays.items())})"


_LEASED = """attempt = job.attempt + 1,
    dispatched_at = CASE job.state WHEN 'waiting' THEN statement_timestamp() ELSE job.dispatched_at END,
    lease_token = gen_random_uuid(), leased_until = statement_timestamp() + make_interval(secs => %(lease)s),
    leased_by = %(who)s, started_at = statement_timestamp(), progress = 0, progress_message = ''"""
# A job that went ahead (see `waking`) is still waiting when the message of its next hand-over comes, and is handed over
# by its claim.
CLAIM = f"""
UPDATE queues_job AS job SET
    state = 'active', generation = message.generation, leased_pid = message.pid, {_LEASED}
FROM {_unnested(ids="uuid", generations="int", pids="int")} AS message (id, generation, pid), {_RELAXED}
WHERE job.id = message.id AND (
    (job.state = 'dispatched' AND job.generation = message.generation)
    OR (job.state = 'waiting' AND job.generation = message.generation - 1
        AND NOT EXISTS (SELECT FROM queues_pause WHERE queue = job.queue))
)
RETURNING {_OF_JOB}
"""

# The next of a chunked queue, whose messages name no job. What lost a worker before comes alone, so that the one that
# kills its workers takes no other with it.
CLAIM_NEXT = f"""
WITH free AS (
    SELECT id, rescues, priority, run_at FROM queues_job
    WHERE queue = {_QUEUE} AND state = 'waiting' AND name = %(name)s
        AND NOT EXISTS (SELECT FROM queues_pause WHERE queue = {_QUEUE})
    ORDER BY priority DESC, run_at, id
    LIMIT (SELECT %(most)s::int)
    FOR UPDATE SKIP LOCKED
), placed AS (
    SELECT id, row_number() OVER line AS place, count(*) FILTER (WHERE rescues > 0) OVER line AS rescued
    FROM free WINDOW line AS (ORDER BY priority DESC, run_at, id)
), next AS (
    SELECT id FROM placed WHERE rescued = 0 OR place = 1
)
UPDATE queues_job AS job SET
    state = 'active', generation = job.generation + 1, leased_pid = %(pid)s, chunk_id = %(chunk_id)s, {_LEASED}
FROM {_RELAXED}
WHERE {_IS_NEXT}
RETURNING {_OF_JOB}
"""

# Hidden as well: the planner knows of few active jobs, if any, and would compare each of them with each that ended.
_ACTIVE = "(SELECT 'active')"
_NO_LEASE = "lease_token = NULL, leased_until = NULL, leased_by = '', leased_pid = NULL"
COMPLETE = f"""
WITH done AS (
    UPDATE queues_job AS job SET
        state = 'completed', progress = 100, result = ended.result, error = '', finished_at = statement_timestamp(),
        {_NO_LEASE}
    FROM {_unnested(ids="uuid", tokens="uuid", results="jsonb")} AS ended (id, token, result)
    WHERE job.id = ended.id AND job.lease_token = ended.token AND job.state = {_ACTIVE}
        AND job.cancel_requested_at IS NULL
    RETURNING job.id, job.generation, job.attempt, job.chunk_id, job.started_at
)
INSERT INTO queues_attempt
    (job_id, generation, number, worker, outcome, error_type, error, traceback, chunk_id, started_at, finished_at)
SELECT id, generation, attempt, %(who)s, 'completed', '', '', '', chunk_id, started_at,
    greatest(started_at, statement_timestamp())
FROM done
RETURNING job_id
"""


def _room(sent: str) -> str:
    """How many more jobs of the queue may go; `sent` says how many are in Redis."""
    return f"""
    SELECT CASE WHEN EXISTS (SELECT 1 FROM queues_pause WHERE queue = {_QUEUE}) THEN 0
        ELSE least(%(most)s, %(window)s - sent.n, %(slots)s - sent.n - running.n) END AS n
    FROM ({sent}) AS sent,
        (SELECT count(*) AS n FROM queues_job WHERE queue = {_QUEUE} AND state = 'active') AS running
"""


_FIRST = f"""
    FROM queues_job WHERE queue = {_QUEUE} AND state = 'waiting' AND name = ANY(%(names)s::text[])
    ORDER BY priority DESC, run_at, id
    LIMIT (SELECT greatest(n, 0) FROM room)
"""
HAND_OVER = f"""
WITH room AS ({_room(f"SELECT count(*) AS n FROM queues_job WHERE queue = {_QUEUE} AND state = 'dispatched'")}),
next AS (SELECT id {_FIRST} FOR UPDATE SKIP LOCKED)
UPDATE queues_job AS job SET
    state = 'dispatched', generation = job.generation + 1, dispatched_at = statement_timestamp(), chunk_id = NULL
FROM {_RELAXED}
WHERE {_IS_NEXT}
RETURNING job.id, job.generation, job.name, job.attempt, job.priority, job.run_at, (SELECT n FROM room) AS room
"""

# Of a chunked queue, by name: how many wait beyond the `sent` that the messages in Redis are worth. At least one row.
WAITING_BEYOND = f"""
WITH room AS ({_room("SELECT %(sent)s::int AS n")}),
next AS (SELECT name {_FIRST} OFFSET (SELECT %(sent)s::int))
SELECT name, count(name)::int, n::int FROM room LEFT JOIN next ON true GROUP BY name, n
"""
