"""Dead letters for tests: one by the way jobs really die, many by writing the rows."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from queues import transitions
from queues.deadletters import fingerprint
from queues.faults import Fault
from queues.ids import uuid7
from queues.models import Attempt, DeadLetter, Job, Outcome, State
from queues.tests.given import claimed, put, row


def dead(error: str = "no", name: str = "test-job", payload: dict[str, Any] | None = None, **how: Any) -> Job:
    """A job that ran once and died."""
    job = claimed(put(name, payload, **how))
    assert transitions.die(job, Fault("tests.Broken", error), why="attempts")
    return row(job)


def many_dead(
    n: int, *, error: str = "no", queue: str = "test.queue", name: str = "test-job", **more: Any
) -> list[Job]:
    """`n` of them, a second apart, the last one now; the letters' tracebacks are as long as real ones."""
    now = timezone.now()
    moments = [now - timedelta(seconds=n - place) for place in range(n)]
    jobs = Job.objects.bulk_create(
        [
            Job(
                id=uuid7(),
                queue=queue,
                name=name,
                payload={"note": str(place)},
                state=State.DEAD,
                generation=1,
                attempt=3,
                max_attempts=3,
                timeout_seconds=60,
                finished_at=died_at,
                error=f"{error} {place}",
                **more,
            )
            for place, died_at in enumerate(moments)
        ]
    )
    DeadLetter.objects.bulk_create([_letter(job, error) for job in jobs])
    Attempt.objects.bulk_create(
        [
            Attempt(
                job=job,
                generation=1,
                number=1,
                worker="w",
                outcome=Outcome.ERROR,
                started_at=job.finished_at,
                finished_at=job.finished_at,
            )
            for job in jobs
        ]
    )
    return jobs


def _letter(job: Job, error: str) -> DeadLetter:
    moment = job.finished_at.isoformat()
    tried = {"outcome": "error", "error_type": "tests.Broken", "error": job.error, "traceback": _TRACEBACK}
    return DeadLetter(
        job_id=job.pk,
        queue=job.queue,
        name=job.name,
        payload=job.payload,
        subject_type=job.subject_type,
        subject_id=job.subject_id,
        attempts=[
            {**tried, "generation": n, "number": n, "started_at": moment, "finished_at": moment, "worker": "w"}
            for n in (1, 2, 3)
        ],
        why="attempts",
        error_type="tests.Broken",
        error=job.error,
        fingerprint=fingerprint(job.name, "tests.Broken", error),
        died_at=job.finished_at,
    )


_TRACEBACK = "\n".join(
    f'  File "/srv/copydesk/room_{n}/module_{n * 7}.py", line {n * 13}, in work_{n}' for n in range(30)
)
