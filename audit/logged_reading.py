"""For the admin pages of what is about a person: that somebody opened one stands on the access log before it is shown.

Lists are not logged, nor is what is posted: that goes on the record by the verb it calls.
"""

from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from unfold.admin import ModelAdmin

from audit.access import record_access
from audit.actors import Actor


class LoggedReading(ModelAdmin):  # type: ignore[misc]  # unfold ships no types
    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponseBase:
        page: HttpResponseBase = super().change_view(request, object_id, *args, **kwargs)
        if page.status_code == 200:
            log_reading(request, target=(self.model._meta.model_name or "", object_id))
        return page


def log_reading(request: HttpRequest, *, target: tuple[str, str]) -> None:
    """Whoever asks is about to be shown this."""
    if request.method == "GET":
        actor = Actor.of(request.user)  # type: ignore[arg-type]  # the admin lets nobody in without an account
        record_access(actor=actor, action=f"{target[0]}.read", target=target)
