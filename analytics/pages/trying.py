"""An owner's word that the AI account has money again: one call may try now."""

from django.contrib.messages import error, success
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from articles import ai_breaker
from audit.actors import Actor

TRY = "analytics.try_ai"


@require_POST
def try_ai_now(request: HttpRequest) -> HttpResponse:
    if not request.user.has_perm(TRY):
        raise PermissionDenied
    try:
        ai_breaker.try_now(actor=Actor.of(request.user))
    except ai_breaker.NotOpen:
        error(request, "Nothing was done: the AI is being asked again already.")
    else:
        success(request, "The next call tries. When it is answered, everything that waits for it goes on.")
    return redirect("analytics-pages:ai-costs")


try_ai_now.permission = TRY  # type: ignore[attr-defined]
