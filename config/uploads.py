"""How much anybody may send at once: more than UPLOAD_MOST_BYTES is refused before any of it is read."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

TOO_LARGE = "That is more than this site takes at once."


class UploadLimit:
    """Without a length nothing is read at all: the server hands on no body whose end it does not know."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        length = str(request.META.get("CONTENT_LENGTH") or "0")
        if length.isdecimal() and int(length) <= settings.UPLOAD_MOST_BYTES:
            return self.get_response(request)
        return HttpResponse(TOO_LARGE, status=413, content_type="text/plain; charset=utf-8")
