"""Where somebody invited chooses a password. The link is traded at its first visit: it stands in no address afterwards.

It must never give anybody a password who has one: that is what owners do, on record.
"""

from django.contrib import messages
from django.contrib.auth.forms import SetPasswordForm
from django.contrib.auth.views import PasswordResetConfirmView
from django.db import transaction
from django.http import HttpResponse
from django.urls import reverse_lazy
from django.views.decorators.http import require_http_methods

from accounts import inviting
from accounts.models import User
from audit.actors import Actor
from audit.recording import record


class Invitation(PasswordResetConfirmView):
    template_name = "accounts/invitation.html"
    success_url = reverse_lazy("admin:login")

    def get_user(self, uidb64: str) -> User | None:
        user = super().get_user(uidb64)
        return user if isinstance(user, User) and inviting.may_be_invited(user) else None

    def form_valid(self, form: SetPasswordForm) -> HttpResponse:  # type: ignore[type-arg]  # generic in the stubs only
        with transaction.atomic():
            answer = super().form_valid(form)
            record(actor=Actor.of(form.user), action="user.password_chosen", target=("user", str(form.user.pk)))
        messages.success(self.request, "Your password is set. Sign in with it; the second step comes next.")
        return answer


# Before the class: for what opens nothing it answers without looking at the method.
invitation = require_http_methods(["GET", "HEAD", "POST"])(Invitation.as_view())
