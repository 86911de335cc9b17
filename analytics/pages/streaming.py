"""The page of now, kept up to date over server-sent events (WHATWG HTML, section 9.2).

A stream holds a thread of the web process: there are few at once, each ends after a minute and the browser asks for
another. Who finds none free asks for the page itself now and then.
"""

import threading
import time
from collections.abc import Iterator

from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from analytics.pages import journeys
from analytics.pages.views import VIEW

MOST_STREAMS = 1  # of a process, which has four threads
EVERY_SECONDS, TIMES = 5.0, 12
_FREE = threading.BoundedSemaphore(MOST_STREAMS)


@require_safe
def stream(request: HttpRequest) -> HttpResponseBase:
    if not request.user.has_perm(VIEW):
        raise PermissionDenied
    if request.method == "HEAD" or not _FREE.acquire(blocking=False):
        return HttpResponse("Every stream is taken: look again later.", status=429, headers={"Retry-After": "10"})
    response = StreamingHttpResponse(_Told(), content_type="text/event-stream")
    response["Cache-Control"] = "no-store"
    response["X-Accel-Buffering"] = "no"  # a proxy in front must not wait for the end
    return response


stream.permission = VIEW  # type: ignore[attr-defined]


class _Told:
    """The events of one stream. Closed by the server when the browser leaves, begun or not."""

    def __init__(self) -> None:
        self._is_open = True
        self._events = self._all()

    def __iter__(self) -> Iterator[str]:
        return self._events

    def close(self) -> None:
        if self._is_open:
            self._is_open = False
            _FREE.release()

    def _all(self) -> Iterator[str]:
        for time_over in range(TIMES):
            if time_over:
                time.sleep(EVERY_SECONDS)
            yield _event()


def _event() -> str:
    html = render_to_string("admin/analytics/_sheet.html", {"sheet": journeys.realtime()})
    if not connection.in_atomic_block:
        connection.close()  # not held while nothing is asked of it
    lines = "\n".join(f"data: {line}" for line in html.splitlines() if line.strip())
    return f"{lines}\n\n"
