"""Writes the access log: who read a payload or other personal data, and where from.

An entry stands before what it speaks of is shown: it must never be left out because the answer was late or lost.
"""

from audit.actors import Actor
from audit.masking import masked_text
from audit.models import AccessEntry
from audit.origin import who_did


def record_access(*, actor: Actor, action: str, target: tuple[str, str], what: str = "") -> AccessEntry:
    """One entry; `action` is `thing.read`, `what` says how much of it was shown. Never what it said."""
    return AccessEntry.objects.create(what=masked_text(what.strip()), **who_did(actor, action, target))
