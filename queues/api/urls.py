"""The owner API's addresses, for /api/owner/: each with and without a trailing slash, described once.

`queues/dlq` is the dead letters' and never a queue's; the jobs of the queue of that name are at `queues/dlq/jobs`.
"""

from django.urls import URLPattern, path

from queues.api import deadletters, jobs, queues
from queues.api.doors import Door

# The first that fits answers.
DOORS: tuple[tuple[str, type[Door]], ...] = (
    ("queues", queues.Queues),
    ("queues/<str:name>/jobs", jobs.Jobs),
    ("queues/<str:name>/jobs/<str:id>", jobs.OneJob),
    ("queues/<str:name>/jobs/<str:id>/retry", jobs.Retry),
    ("queues/<str:name>/jobs/<str:id>/cancel", jobs.Cancel),
    ("queues/dlq", deadletters.DeadLetters),
    ("queues/dlq/replay", deadletters.BulkReplay),
    ("queues/dlq/delete", deadletters.BulkDelete),
    ("queues/dlq/<str:id>", deadletters.OneLetter),
    ("queues/dlq/<str:id>/replay", deadletters.Replay),
    ("queues/dlq/<str:id>/delete", deadletters.Delete),
    ("queues/<str:name>/pause", queues.Pause),
    ("queues/<str:name>/resume", queues.Resume),
)


def _both(address: str, door: type[Door]) -> list[URLPattern]:
    return [
        path(address, door.as_view()),
        path(f"{address}/", door.as_view(schema=None)),  # the same door, left out of the description
    ]


urlpatterns = [pattern for address, door in DOORS for pattern in _both(address, door)]
