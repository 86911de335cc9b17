"""Where a queue's, a job's and the dead letters' pages stand; the queue named dlq has its list beside these."""

from urllib.parse import urlencode
from uuid import UUID

from django.urls import reverse

from queues.bulk import written
from queues.letters import EVERYTHING, Filter

DEAD_LETTERS = "dlq"


def queue_url(queue: str, **query: str | None) -> str:
    """Its page, with what of the query is not empty."""
    asked = urlencode({name: value for name, value in query.items() if value})
    url = reverse("queues:jobs" if queue == DEAD_LETTERS else "queues:queue", args=[queue])
    return f"{url}?{asked}" if asked else url


def job_url(queue: str, job_id: UUID) -> str:
    return reverse("queues:job", args=[queue, job_id])


def letter_url(job_id: UUID) -> str:
    """Of the dead letter; its id is its job's."""
    return reverse("queues:dead-letter", args=[job_id])


def letters_url(filter: Filter = EVERYTHING, cursor: str | None = None) -> str:
    """The list of the dead letters that match."""
    asked = [*as_pairs(filter), *([("cursor", cursor)] if cursor else [])]
    url = reverse("queues:dead-letters")
    return f"{url}?{urlencode(asked)}" if asked else url


def order_url(page: str, filter: Filter) -> str:
    """Where the page so named asks about all letters that match; everything has to be asked for in so many words."""
    return f"{reverse(page)}?{urlencode(as_pairs(filter) or [('all', 'true')])}"


def as_pairs(filter: Filter) -> list[tuple[str, str]]:
    """As an address or a form carries it; `queues.views.asked` reads it."""
    parts = written(filter)
    ids = [("id", job_id) for job_id in parts.pop("ids", ())]
    return [*parts.items(), *ids]
