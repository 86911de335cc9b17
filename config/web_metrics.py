"""What this web process has answered, counted where it is answered.

Where PROMETHEUS_MULTIPROC_DIR is set (config/gunicorn.py does) the processes of one server add up.
"""

import os

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.multiprocess import MultiProcessCollector

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
NOWHERE = "nowhere"  # no address of ours; every other is a line of the URLconf, so there are only so many

_OURS = CollectorRegistry()
REQUESTS = Counter("copydesk_http_requests", "Answers given.", ("route", "method", "status"), registry=_OURS)
SECONDS = Histogram(
    "copydesk_http_request_seconds", "Server time of an answer.", ("route",), registry=_OURS, buckets=BUCKETS
)


def count(request: HttpRequest, response: HttpResponseBase, seconds: float) -> None:
    route = _route(request)
    method = request.method if request.method in METHODS else "other"
    REQUESTS.labels(route, method, str(response.status_code)).inc()
    SECONDS.labels(route).observe(seconds)


def _route(request: HttpRequest) -> str:
    if request.resolver_match:
        return "/" + request.resolver_match.route
    return settings.STATIC_URL if request.path.startswith(settings.STATIC_URL) else NOWHERE


def registry() -> CollectorRegistry:
    """Everything the processes of this server have counted."""
    if not os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        return _OURS
    together = CollectorRegistry()
    MultiProcessCollector(together)  # type: ignore[no-untyped-call]
    return together
