"""`python -m bench.jobs.client MODE JOB N [SECONDS]`: enqueues for our side, and says what it took.

Modes: `one`, each in its own transaction; `bulk`; `trickle`, at random intervals; `hold`, a backlog that everybody
sees at once when the client is told to go on.
"""

import sys
import time
from collections.abc import Iterator

import django
from django.db import connection, transaction

from bench.jobs import clienting

WARM_UP = 300


def main(mode: str, job: str, n: int, seconds: float) -> None:
    payloads = [{"number": number, "seconds": seconds} for number in range(n)]
    match mode:
        case "one":
            for number in range(WARM_UP):
                enqueue(job, {"number": number})
            clienting.say(**clienting.timed(lambda: [enqueue(job, payload) for payload in payloads]))
        case "bulk":
            enqueue_many(job, payloads[:WARM_UP])
            clienting.say(**clienting.timed(lambda: enqueue_many(job, payloads)))
        case "trickle":
            clienting.say(sent=list(_trickle(job, n)))
        case "hold":
            with transaction.atomic():
                enqueue_many(job, payloads)
                with connection.cursor() as cursor:
                    cursor.execute("ANALYZE queues_job")  # as autovacuum would have: the table was emptied just now
                clienting.say(loaded=n)
                sys.stdin.readline()
            clienting.say(visible=n)
        case "load":
            clienting.say(loaded=enqueue_many(job, payloads))


def _trickle(job: str, n: int) -> Iterator[int]:
    for number in clienting.spaced(n):
        at = time.monotonic_ns()
        enqueue(job, {"number": number})
        yield at


if __name__ == "__main__":
    django.setup()
    from bench.jobs import sample_jobs
    from queues.enqueue import enqueue, enqueue_many

    sample_jobs.register()
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), float(sys.argv[4]) if len(sys.argv) > 4 else 0.0)
