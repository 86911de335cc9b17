"""Server time of each answer, in the standard header and the metrics: budgets are measured where they are spent."""

import time
from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from config.web_metrics import count


def server_timing(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], HttpResponseBase]:
    """Add `Server-Timing: app;dur=<milliseconds>` (W3C Server Timing): the whole of the view and its middleware."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        began = time.perf_counter()
        response = get_response(request)
        seconds = time.perf_counter() - began
        response["Server-Timing"] = f"app;dur={seconds * 1000:.1f}"
        count(request, response, seconds)
        return response

    return answer
