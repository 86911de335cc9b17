"""Requests that nobody could read are their sender's mistake, never ours: a stranger's bytes must not become a 500.

It decides nothing about what a well-formed request says; that is for the doors.
"""

from collections.abc import Callable

from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.db import DataError
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest

NUL = ("NUL", r"\u0000")  # PostgreSQL's words for one in a text, and for one inside JSON


class Utf8Request(WSGIRequest):
    """Read as UTF-8, whatever the client calls it: Python knows charsets, such as rot13, that are none."""

    @property
    def encoding(self) -> str:
        return "utf-8"

    @encoding.setter
    def encoding(self, value: str | None) -> None:
        """What the Content-Type claims changes nothing."""


class Application(WSGIHandler):
    request_class = Utf8Request


class MalformedRequests:
    """A NUL is nothing PostgreSQL can be asked for."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.COOKIES = {name: value for name, value in request.COOKIES.items() if "\0" not in value}
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """A door that let one through to the database refuses it late."""
        if isinstance(exception, DataError) and any(word in str(exception) for word in NUL):
            return HttpResponseBadRequest("The request contains a NUL character.", content_type="text/plain")
        return None
