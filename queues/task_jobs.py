"""From a task as Celery, Flower and django-celery-results know it back to its job. Reads nothing but what it is given.

A task's id says its job (`<job>.<generation>`), but of a chunk: there its arguments name the first of its jobs.
"""

import re
from uuid import UUID

from django.urls import reverse

from queues.declare import JOBS

_ID = r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"
_OF_ONE = re.compile(rf"({_ID})\.\d+")
_IN_ARGUMENTS = re.compile(_ID)


def job_of(task_id: str, arguments: object) -> UUID | None:
    """Its job, or the first of its chunk; None when neither id nor `arguments` (as they are shown) say so."""
    alone = _OF_ONE.fullmatch(task_id)
    if alone:
        return UUID(alone[1])
    named = _IN_ARGUMENTS.search(str(arguments or ""))
    return UUID(named[0]) if named else None


def job_page(name: str | None, task_id: str, arguments: object) -> str:
    """The address of the job's page on this site; empty when it cannot be said."""
    job_id = job_of(task_id, arguments)
    if job_id is None or name not in JOBS:
        return ""
    return reverse("queues:job", args=[JOBS[name].queue.name, job_id])
