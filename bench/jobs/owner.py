"""`python -m bench.jobs.owner MODE [CALLS QUEUE KEY]`: what an owner asks of the backbone, and what it took.

Modes: `fold`, as the relay does; `queues`, the names of all that are declared; `look`, each of the owner's calls CALLS
times through Django's test client: its Server-Timing, in milliseconds.
"""

import sys
from typing import Any

from django.conf import settings
from django.test import Client
from django.test.utils import override_settings

from bench.jobs import clienting

API, PAGES = "/api/owner/queues", "/admin/queues/"
UNCOLLECTED = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}


def main(mode: str, *words: str) -> None:
    match mode:
        case "queues":
            clienting.say(names=list(QUEUES))
        case "fold":
            clienting.say(folded=sum(iter(fold, 0)))
        case "look":
            with override_settings(STORAGES=settings.STORAGES | UNCOLLECTED, STAFF_SECOND_FACTOR=False):
                _look(int(words[0]), *words[1:])


def _look(calls: int, queue: str, key: str) -> None:
    http = Client(SERVER_NAME="127.0.0.1")
    http.force_login(User.objects.create_superuser("owner@bench.example"))
    jobs = f"{API}/{queue}/jobs"
    looks: dict[str, tuple[str, dict[str, Any]]] = {
        "API: every queue's counts": (API, {}),
        "API: 50 failed": (jobs, {"state": "failed", "page_size": 50}),
        "API: search by key": (jobs, {"state": "total", "q": key}),
        "page: all queues": (PAGES, {}),
        "page: 50 failed": (f"{PAGES}{queue}/", {"state": "failed"}),
        "page: search by key": (f"{PAGES}{queue}/", {"state": "total", "q": key}),
    }
    took = {what: [_call(http, *look) for _ in range(calls)] for what, look in looks.items()}
    answers = {what: http.get(*looks[what]).json() for what in looks if what.startswith("API")}
    clienting.say(
        took=took,
        counted={of["name"]: of for of in answers["API: every queue's counts"]["queues"]}[queue],
        failed=len(answers["API: 50 failed"]["results"]),
        found=len(answers["API: search by key"]["results"]),
    )


def _call(http: Client, address: str, query: dict[str, Any]) -> float:
    answer = http.get(address, query)
    assert answer.status_code == 200, f"{address}: {answer.status_code}"
    return float(answer.headers["Server-Timing"].rpartition("=")[2])


if __name__ == "__main__":
    import config.wsgi  # noqa: F401  # loaded as the web server loads it
    from accounts.models import User
    from queues.declare import QUEUES
    from queues.folding import fold

    main(*sys.argv[1:])
