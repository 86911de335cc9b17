"""Every error of every API in one shape: fields with their messages and codes, or a detail and its code.

Never a traceback, and never more than what the door chose to say.
"""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views import defaults
from rest_framework.exceptions import APIException, Throttled, ValidationError
from rest_framework.response import Response
from rest_framework.views import exception_handler

from accounts.limits import TooMany


def answer(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler: 400 as {field: [{message, code}]}, everything else as {detail, code}."""
    if isinstance(error, TooMany):
        error = Throttled(wait=error.retry_after)
    response = exception_handler(error, context)
    if response is None:
        return None
    if isinstance(error, ValidationError):
        response.data = _by_field(error)
    elif not isinstance(error, APIException) or not isinstance(error.detail, dict):
        detail = response.data["detail"]
        response.data = {"detail": str(detail), "code": detail.code}
    return response


def malformed(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _of_api(request, 400, "The request cannot be read.") or defaults.bad_request(request, exception)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _of_api(request, 404, "There is nothing at this address.") or defaults.page_not_found(request, exception)


def broken(request: HttpRequest) -> HttpResponse:
    return _of_api(request, 500, "This is an error of ours, and is on record.") or defaults.server_error(request)


CODES = {400: "malformed", 404: "not_found", 500: "error"}


def _of_api(request: HttpRequest, status: int, detail: str) -> HttpResponse | None:
    """None for a page: people are answered with one."""
    if not request.path.startswith("/api/"):
        return None
    return JsonResponse({"detail": detail, "code": CODES[status]}, status=status)


def _by_field(error: ValidationError) -> Any:
    details = error.get_full_details()
    return details if isinstance(details, dict) else {"non_field_errors": details}
