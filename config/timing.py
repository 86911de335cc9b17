"""Server time of each answer, in the standard header, so that budgets are measured where they are spent."""

import time
from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase


def server_timing(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], HttpResponseBase]:
    """Add `Server-Timing: app;dur=<milliseconds>` (W3C Server Timing): the whole of the view and its middleware."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        began = time.perf_counter()
        response = get_response(request)
        response["Server-Timing"] = f"app;dur={(time.perf_counter() - began) * 1000:.1f}"
        return response

    return answer
