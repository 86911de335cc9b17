"""The call that wakes a sleeping relay: NOTIFY at commit, with the queue's name, and the job's where it may go ahead.

The first job of a queue that has nothing to do goes ahead: the relay sends its message on the strength of the call, and
the claim moves the row from waiting to active. That saves a statement where somebody waits for it. A message lost on
that way costs nothing, because the row still waits and is handed over at the next look.
"""

from typing import NamedTuple
from uuid import UUID

from django.db import connection

CHANNEL = "copydesk_relay"
# A notification in every commit halves the commit rate: only while a relay sleeps.
_CALL = f"(SELECT pg_notify('{CHANNEL}', %s) FROM queues_relay WHERE idle LIMIT 1)"
WAKE = _CALL % "%(queue)s"
_MAY_GO_AHEAD = """
%(may_go_ahead)s AND NOT EXISTS (SELECT FROM queues_pause WHERE queue = %(queue)s)
    AND NOT EXISTS (SELECT FROM queues_job WHERE queue = %(queue)s AND state = 'waiting')
    AND NOT EXISTS (SELECT FROM queues_job WHERE queue = %(queue)s AND state = 'dispatched')
    AND NOT EXISTS (SELECT FROM queues_job WHERE queue = %(queue)s AND state = 'active')
"""
WAKE_FOR_JOB = _CALL % f"CASE WHEN {_MAY_GO_AHEAD} THEN concat_ws(' ', %(queue)s, %(id)s, %(name)s) ELSE %(queue)s END"


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
        cursor.execute(f"SELECT {WAKE}", {"queue": queue})
