"""Keeps on record that somebody we know was refused; it must never refuse or allow anything itself."""

from django.db import transaction
from django.http import HttpRequest

from audit.actors import Actor
from audit.models import AuditEntry
from audit.recording import record

_LONGEST = AuditEntry._meta.get_field("target_id").max_length


def refuse(request: HttpRequest) -> None:
    """One audit entry with the page and how it was asked for; none for a visitor who is not signed in."""
    if not request.user.is_authenticated:
        return
    with transaction.atomic():
        record(
            actor=Actor.of(request.user),
            action="access.refused",
            target=("page", request.path[:_LONGEST]),
            after={"method": request.method, "path": request.path},
        )
