"""A backbone in the middle of its work, for pages and lists: jobs in every state, a worker, a relay."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.utils import timezone

from queues.models import Job, Relay, State, Worker
from queues.tests.calling import QUEUE
from queues.tests.dead import dead
from queues.tests.given import column, dispatched, put

IDENTITY = "worker-1:4711:99"


def ago(seconds: float) -> Any:
    """That long before now; a negative one is still to come."""
    return timezone.now() - timedelta(seconds=seconds)


def worker(*queues: str, slots: int = 4, busy: int = 0, **more: Any) -> Worker:
    return Worker.objects.create(
        identity=f"worker-{Worker.objects.count() + 1}:4711:99",
        host="worker-1",
        pid=4711,
        pool="io",
        queues=list(queues) or [QUEUE],
        slots=slots,
        busy=busy,
        **more,
    )


def relay(**more: Any) -> Relay:
    return Relay.objects.create(identity=f"relay-{Relay.objects.count() + 1}:4712:99", **more)


def ended(state: State, seconds_ago: float = 60, **more: Any) -> Job:
    """Ran for 4.2 seconds and came to this end."""
    at = ago(seconds_ago)
    started = column(put(), state=State.ACTIVE, lease_token=uuid4(), started_at=at - timedelta(seconds=4.2))
    return column(started, state=state, lease_token=None, finished_at=at, **more)


def running(**more: Any) -> Job:
    values = {"lease_token": uuid4(), "leased_by": IDENTITY, "started_at": ago(3), "attempt": 1, "generation": 1}
    return column(put(), state=State.ACTIVE, **values, **more)


def one_in_every_state() -> dict[str, Job]:
    """By the words of the tabs; of what waits one is handed over."""
    return {
        "waiting": put(run_at=ago(300)),
        "handed over": dispatched(put(run_at=ago(200))),
        "active": running(progress=40, progress_message="halfway there"),
        "delayed": put(run_at=ago(-3600)),
        "failed": dead("the press is jammed"),
        "completed": ended(State.COMPLETED),
        "cancelled": ended(State.CANCELLED, cancel_reason="ordered twice"),
    }
