"""`python -m bench.peers.raw MODE N`: psycopg alone, inserting the rows our enqueue writes into a table like ours.

`bench_raw` is `LIKE queues_job INCLUDING ALL`: every column, default, check and index, but not our triggers. Modes:
`one`, a statement that is its own transaction; `begin`, the same between BEGIN and COMMIT; `bulk`, one COPY.
"""

import json
import os
import sys
import uuid
from typing import Any

import psycopg

from bench.jobs import clienting

WARM_UP = 300
COLUMNS = (
    "id, queue, name, payload, subject_type, subject_id, key, priority, state, max_attempts, timeout_seconds,"
    " generation, attempt, rescues, postponements, leased_by, cancel_reason, progress, progress_message, error"
)
INSERT = f"INSERT INTO bench_raw ({COLUMNS}) VALUES ({', '.join(['%s'] * 20)})"
Row = tuple[Any, ...]


def main(mode: str, n: int) -> None:
    # As our settings have it: a statement used twice is prepared.
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True, prepare_threshold=2) as connection:
        work = {"one": _one, "begin": _begin, "bulk": _bulk}[mode]
        work(connection, WARM_UP)
        clienting.say(**clienting.timed(lambda: work(connection, n)))


def _one(connection: psycopg.Connection, n: int) -> None:
    for number in range(n):
        connection.execute(INSERT, _row(number))


def _begin(connection: psycopg.Connection, n: int) -> None:
    for number in range(n):
        with connection.transaction():
            connection.execute(INSERT, _row(number))


def _bulk(connection: psycopg.Connection, n: int) -> None:
    with connection.cursor() as cursor, cursor.copy(f"COPY bench_raw ({COLUMNS}) FROM STDIN") as copy:
        for number in range(n):
            copy.write_row(_row(number))


def _row(number: int) -> Row:
    given = (uuid.uuid4(), "bench.single", "bench-single", json.dumps({"number": number, "seconds": 0.0}), "", "", None)
    return (*given, 0, "waiting", 5, 60, 0, 0, 0, 0, "", "", 0, "", "")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
