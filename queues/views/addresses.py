"""Where a queue's and a job's pages stand; the queue named dlq has its list beside the dead letters' page."""

from urllib.parse import urlencode
from uuid import UUID

from django.urls import reverse

DEAD_LETTERS = "dlq"


def queue_url(queue: str, **query: str | None) -> str:
    """Its page, with what of the query is not empty."""
    asked = urlencode({name: value for name, value in query.items() if value})
    url = reverse("queues:jobs" if queue == DEAD_LETTERS else "queues:queue", args=[queue])
    return f"{url}?{asked}" if asked else url


def job_url(queue: str, job_id: UUID) -> str:
    return reverse("queues:job", args=[queue, job_id])


def letter_url(job_id: UUID) -> str:
    """Of the dead letter; its page is the dead letters' chapter."""
    return f"{reverse('queues:overview')}{DEAD_LETTERS}/{job_id}/"
