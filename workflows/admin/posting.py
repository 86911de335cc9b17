"""A change by POST, by whoever may, answered in words on the page it came from."""

from collections.abc import Callable
from functools import wraps

from django.contrib.messages import error, success
from django.http import HttpRequest, HttpResponse

from queues.staff_posts import View, see_other, staff_post
from workflows.errors import BadDefinition, NotPossible

Act = Callable[[HttpRequest, int], tuple[str, str, int]]  # what to say, and the page to show: its name and key


def by(permission: str, back_to: str, *, step_up: bool = False) -> Callable[[Act], View]:
    """The one guard of staff's posts; `back_to` is the page where a refusal is read."""

    def mark(act: Act) -> View:
        @staff_post(permission, step_up=step_up)
        @wraps(act)
        def guarded(request: HttpRequest, pk: int) -> HttpResponse:
            name, key = back_to, pk
            try:
                words, name, key = act(request, pk)
                success(request, words)
            except (NotPossible, BadDefinition) as refusal:
                error(request, f"Nothing was done: {refusal}.")
            return see_other(name, key)

        return guarded

    return mark
