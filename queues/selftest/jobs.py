"""The two jobs of `manage.py selftest`: one that completes, one that fails until it was replayed."""

from datetime import timedelta

from queues.context import Context
from queues.declare import Payload, Queue, job
from queues.models import DeadLetter

SELFTEST = Queue(
    "selftest",
    pool="io",
    concurrency=1,
    attempts=2,
    retention=timedelta(hours=1),
    backoff_seconds=1,
    alerts=False,
)
COMPLETES, FAILS = "selftest-completes", "selftest-fails"
ERROR = "made to fail by the selftest"


class MadeToFail(Exception):
    """What the second job raises."""


class Run(Payload):
    """`run` tells one selftest's jobs from another's."""

    run: str


@job(queue=SELFTEST, name=COMPLETES, payload=Run, timeout_seconds=10)
def completes(ctx: Context, payload: Run) -> None:
    """Nothing to do."""


@job(queue=SELFTEST, name=FAILS, payload=Run, timeout_seconds=10)
def fails_until_replayed(ctx: Context, payload: Run) -> None:
    if not DeadLetter.objects.filter(pk=ctx.job_id).exists():
        raise MadeToFail(ERROR)
