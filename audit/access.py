"""Writes the access log: who read a payload or other personal data, and where from.

An entry stands before what it speaks of is shown: it must never be left out because the answer was late or lost.
"""

from audit import origin
from audit.actors import Actor
from audit.masking import masked_text
from audit.models import AccessEntry


def record_access(*, actor: Actor, action: str, target: tuple[str, str], what: str = "") -> AccessEntry:
    """One entry; `action` is `thing.read`, `what` says how much of it was shown. Never what it said."""
    here = origin.current()
    return AccessEntry.objects.create(
        actor_type=actor.type,
        actor_id=actor.id,
        actor_label=actor.label,
        action=action,
        target_type=target[0],
        target_id=str(target[1]),
        what=masked_text(what.strip()),
        request_id=here.request_id,
        masked_ip=here.masked_ip,
    )
