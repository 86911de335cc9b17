"""The second step once more, for staff who are in: before what is grave, and minutes old at most.

It leads back to the page they came from, and what they were about to do is asked for there anew.
"""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts import sessions
from accounts.forms import SecondStepForm
from accounts.models import User
from accounts.views.account import signed_in
from accounts.views.answers import see
from accounts.views.second_step import next_of, proven

PAGE = "accounts/step_up.html"
PROVEN = "Thank you. Nothing was done yet: please say once more what you want."


@sensitive_post_parameters()
@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def step_up(request: HttpRequest, user: User) -> HttpResponse:
    if sessions.stepped_up(request, user):
        return see(next_of(request))
    form = SecondStepForm(request.POST if request.method == "POST" else None)
    refused = proven(request, user, form, page=PAGE)
    if refused is None:
        messages.info(request, PROVEN)
    return refused or see(next_of(request))
