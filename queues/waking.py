"""The call that wakes a sleeping relay: NOTIFY at commit, with the queue's name, and the job's where it may go ahead.

The first job of a queue that has nothing to do goes ahead: the relay sends its message on the strength of the call, and
the claim moves the row from waiting to active. That saves a statement where somebody waits for it. A message lost on
that way costs nothing, because the row still waits and is handed over at the next look.

The call is a function of the database, which reads the queue only while a relay sleeps: as part of the INSERT it opened
its tables for every job.
"""

from typing import NamedTuple
from uuid import UUID

from django.db import connection
from django.db.migrations import RunSQL

CHANNEL = "copydesk_relay"
# A notification in every commit halves the commit rate: only while a relay sleeps.
_FUNCTION = f"""
CREATE OR REPLACE FUNCTION queues_wake(its_queue text, job uuid, its_name text, may_go_ahead boolean) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM queues_relay WHERE idle) THEN
        RETURN;
    END IF;
    IF may_go_ahead AND NOT EXISTS (SELECT FROM queues_pause WHERE queue = its_queue)
        AND NOT EXISTS (SELECT FROM queues_job WHERE queue = its_queue AND state = 'waiting' AND id <> job)
        AND NOT EXISTS (SELECT FROM queues_job WHERE queue = its_queue AND state = 'dispatched')
        AND NOT EXISTS (SELECT FROM queues_job WHERE queue = its_queue AND state = 'active')
    THEN
        PERFORM pg_notify('{CHANNEL}', concat_ws(' ', its_queue, job, its_name));
    ELSE
        PERFORM pg_notify('{CHANNEL}', its_queue);
    END IF;
END $$
"""
WAKE_FOR_JOB = "queues_wake(%(queue)s, %(id)s, %(name)s, %(may_go_ahead)s)"


class Call(NamedTuple):
    """`queue` has work, if it is named; `job` and its `name`, when that may go ahead."""

    queue: str
    job: UUID | None = None
    name: str = ""

    @classmethod
    def read(cls, payload: str) -> "Call":
        """What a relay hears of one that it does not understand is only that it should look."""
        queue, *job = payload.split(" ")
        match job:
            case [number, name]:
                return cls(queue, UUID(number), name)
        return cls(queue)


def wake_relay(queue: str = "") -> None:
    """NOTIFY at commit, if a relay sleeps."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT queues_wake(%s, NULL, '', false)", [queue])


def calling() -> RunSQL:
    """From here on the database knows how to wake a relay. Used in migrations only: another text needs another one."""
    return RunSQL(_FUNCTION, "DROP FUNCTION queues_wake(text, uuid, text, boolean)")
