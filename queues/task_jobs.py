"""From a task as Celery, Flower and django-celery-results know it back to its job, by its id. Reads nothing else."""

import re

from django.urls import reverse

from queues.declare import JOBS

_ID = r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"
_OF_JOB = re.compile(rf"({_ID})\.\d+")
_OF_CHUNK = re.compile(_ID)


def task_page(name: str | None, task_id: str) -> str:
    """The address on this site of the job that a task named `name` ran, or of its chunk; empty when it says neither."""
    if name not in JOBS:
        return ""
    queue = JOBS[name].queue.name
    if alone := _OF_JOB.fullmatch(task_id):
        return reverse("queues:job", args=[queue, alone[1]])
    return reverse("queues:chunk", args=[queue, task_id]) if _OF_CHUNK.fullmatch(task_id) else ""
