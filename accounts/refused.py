"""Keeps on record that somebody tried to come in as one of the staff and was refused.

Of an account that exists only, and as often as the limits let anybody try; it must never say what was typed.
"""

from django.db import transaction
from django.http import HttpRequest

from accounts.browsers import device_of
from accounts.models import User
from audit.actors import Actor
from audit.recording import record

NOBODY_KNOWN = Actor("visitor", "", "somebody not signed in")


def note(request: HttpRequest, user: User | None, *, step: str) -> None:
    """`step` is what was wrong: "password" or "second step"."""
    if user is None or not user.is_staff:
        return
    after = {"step": step, "browser": device_of(request)}
    with transaction.atomic():
        record(actor=NOBODY_KNOWN, action="sign_in.refused", target=("user", str(user.pk)), after=after)
