"""What a running job holds: its progress, its stop signal, and the one transaction in which it finishes."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.db import transaction

from queues import transitions
from queues.errors import Cancelled, LeaseLost
from queues.models import Job, JobQuerySet, State
from queues.subjects import subject_of

PROGRESS_EVERY_SECONDS = 0.4


class Context:
    """Handed to the job's function as `ctx`."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.finished = False
        self._told_at = 0.0

    @property
    def job_id(self) -> UUID:
        return self.job.pk

    @property
    def attempt(self) -> int:
        """1 at the first run."""
        return self.job.attempt

    @property
    def subject_id(self) -> str:
        return self.job.subject_id

    def progress(self, percent: int, message: str) -> None:
        """Say how far it is (0–100) and what it is doing; raises like `checkpoint`. Most calls are throttled away."""
        now = time.monotonic()
        if now - self._told_at < PROGRESS_EVERY_SECONDS and percent < 100:
            return
        self._told_at = now
        self.checkpoint()
        transitions.progress(self.job, min(max(percent, 0), 100), message[:200])

    def checkpoint(self) -> None:
        """Raise Cancelled when the job was asked to stop, LeaseLost when it is no longer ours."""
        self._go_on_if(self._mine())

    def finish(self) -> None:
        """What ends a job that did not say `finishing`: it has no effects, so one statement does. Raises likewise."""
        if subject_of(self.job).hears_of_success:
            with self.finishing():
                return
        if not transitions.complete_without_effects(self.job):
            self.checkpoint()
            raise LeaseLost(f"job {self.job.pk}")
        self.finished = True

    @contextmanager
    def finishing(self) -> Iterator[dict[str, Any]]:
        """One transaction for effects and completion, fenced by the lease; what is put in the dict is the result.

        Raises like `checkpoint`; whatever is raised rolls every effect back.
        """
        result: dict[str, Any] = {}
        with transaction.atomic():
            self._go_on_if(self._mine().select_for_update())
            yield result
            if not transitions.complete(self.job, result):
                raise LeaseLost(f"job {self.job.pk}")
        self.finished = True

    def _mine(self) -> JobQuerySet:
        return Job.objects.filter(pk=self.job.pk, state=State.ACTIVE, lease_token=self.job.lease_token)

    def _go_on_if(self, mine: JobQuerySet) -> None:
        row = mine.values_list("cancel_requested_at").first()
        if row is None:
            raise LeaseLost(f"job {self.job.pk}")
        if row[0] is not None:
            raise Cancelled(f"job {self.job.pk}")


class ChunkContext(Context):
    """Of a job that came with others: what has no effects is finished together with them, when the chunk is done."""

    def __init__(self, job: Job, ended: list[tuple[Job, dict[str, Any]]]) -> None:
        super().__init__(job)
        self._ended = ended

    def finish(self) -> None:
        if subject_of(self.job).hears_of_success:
            super().finish()
        else:
            self._ended.append((self.job, {}))
