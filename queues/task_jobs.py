"""From a task as Celery, Flower and django-celery-results know it back to its job. Reads only what it is given."""

import re

from django.urls import reverse

from queues.declare import JOBS

_ID = r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"
_OF_JOB = re.compile(rf"({_ID})\.\d+")
_OF_CHUNK = re.compile(_ID)
_BROUGHT_NONE = re.compile(r"outcome\W+(stale|returned)\b")


def task_page(name: str | None, task_id: str, result: object = None) -> str:
    """The address on this site of the job that a task named `name` ran, or of its chunk; empty when it says neither,
    or its `result`, as it is shown, that it brought no chunk.
    """
    if name not in JOBS:
        return ""
    queue = JOBS[name].queue.name
    if alone := _OF_JOB.fullmatch(task_id):
        return reverse("queues:job", args=[queue, alone[1]])
    is_chunk = _OF_CHUNK.fullmatch(task_id) and not _BROUGHT_NONE.search(str(result))
    return reverse("queues:chunk", args=[queue, task_id]) if is_chunk else ""
