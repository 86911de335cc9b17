"""A job as a row of a list: everything the template shows of it, said beforehand. Reads only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from queues.describing import describe_all
from queues.models import Job, State
from queues.showing import first_line, shown_text
from queues.subjects import Description
from queues.views.addresses import job_url
from queues.waiting import because_each, because_in_line

WORDS = {
    State.WAITING: "waiting",
    State.DISPATCHED: "waiting",
    State.ACTIVE: "active",
    State.DELAYED: "delayed",
    State.COMPLETED: "completed",
    State.DEAD: "failed",
    State.CANCELLED: "cancelled",
}
WHEN = {
    "waiting": ("run_at", "since"),
    "active": ("started_at", "started"),
    "delayed": ("run_at", "due"),
    "completed": ("finished_at", "done"),
    "failed": ("finished_at", "failed"),
    "cancelled": ("finished_at", "cancelled"),
}


@dataclass(frozen=True)
class Row:
    """`happened` and `at`: the time that matters in its state, and what then happened; `why` it is not running."""

    job: Job
    url: str
    word: str
    about: Description | None
    happened: str
    at: datetime | None
    error: str
    why: str

    @property
    def took_seconds(self) -> float | None:
        """Of the last run of one that has ended."""
        if self.job.started_at is None or self.job.finished_at is None or self.word == "cancelled":
            return None
        return (self.job.finished_at - self.job.started_at).total_seconds()


def rows(queue: str, jobs: Sequence[Job]) -> list[Row]:
    """In the order given."""
    return _rows(jobs, because_each(queue, jobs))


def rows_in_line(queue: str, jobs: Sequence[Job]) -> list[Row]:
    """Of waiting jobs that follow one another without a gap: each says how many come first."""
    return _rows(jobs, because_in_line(queue, jobs))


def _rows(jobs: Sequence[Job], why: Mapping[UUID, str]) -> list[Row]:
    about = describe_all(jobs)
    return [_row(job, about[job.subject_type, job.subject_id], why.get(job.pk, "")) for job in jobs]


def _row(job: Job, about: Description | None, why: str) -> Row:
    word = WORDS[State(job.state)]
    column, happened = WHEN[word]
    return Row(
        job=job,
        url=job_url(job.queue, job.pk),
        word=word,
        about=about,
        happened=happened,
        at=getattr(job, column),
        error=first_line(shown_text(job.name, job.error)),
        why=why,
    )
