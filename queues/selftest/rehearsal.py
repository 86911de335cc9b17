"""One selftest's jobs: enqueued, waited for with a bound, and tidied away whatever happened."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from uuid import UUID

from audit.actors import Actor
from queues.cancelling import NothingToCancel, cancel
from queues.deleting import delete
from queues.enqueue import enqueue
from queues.models import Job
from queues.replay import NoLongerDead
from queues.selftest.lines import Untrue, until
from queues.selftest.processes import redis_trouble
from queues.showing import first_line, shown_state, shown_text
from queues.waiting import because
from queues.words import duration

ACTOR = Actor("system", "selftest", "manage.py selftest")
REASON = "manage.py selftest"


class Rehearsal:
    """`run` is in its jobs' payloads; `patience_seconds` is how long any one fact may take to come true."""

    def __init__(self, *, run: str, patience_seconds: float) -> None:
        self.run = run
        self.patience_seconds = patience_seconds
        self.jobs: list[UUID] = []

    def enqueue(self, name: str) -> Job:
        job = enqueue(name, {"run": self.run}).job
        assert job is not None, "neither key nor once: it is always written"
        self.jobs.append(job.pk)
        return job

    def until(self, fact: str, job: Job, is_so: Callable[[Job], bool]) -> Job:
        """The job's row once it is so. Raises Untrue, saying why it is not."""

        def look() -> Job | None:
            row = Job.objects.get(pk=job.pk)
            return row if is_so(row) else None

        found = until(look, seconds=self.patience_seconds)
        if found is None:
            raise Untrue(fact, f"not within {duration(self.patience_seconds)}. {why(job)}")
        return found

    def tidy(self) -> None:
        """What something went wrong with is neither live nor dead any more."""
        for job_id in self.jobs:
            with suppress(NothingToCancel):
                cancel(job_id=job_id, actor=ACTOR, reason=REASON)
            with suppress(NoLongerDead):
                delete(job_id=job_id, actor=ACTOR, reason=REASON)


def why(job: Job) -> str:
    """What keeps it where it is, and where to look."""
    job = Job.objects.get(pk=job.pk)
    error = first_line(shown_text(job.name, job.error))
    it_is = f"Job {job.pk} is {shown_state(job)}{f': {error}' if error else ''}."
    return " ".join(filter(None, (it_is, because(job), redis_trouble())))


def between(began: datetime | None, ended: datetime | None) -> str:
    """On the database's clock, in words."""
    return duration((ended - began).total_seconds() if began and ended else None)
