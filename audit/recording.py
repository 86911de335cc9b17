"""Writes the record.

An entry stands in the transaction of its change: it must never outlive one that was rolled back.
"""

from collections.abc import Mapping

from django.db import transaction

from audit import origin
from audit.actors import Actor
from audit.masking import masked, masked_text
from audit.models import AuditEntry


class OutsideTransaction(Exception):
    """An entry was recorded outside the transaction of its change."""


def record(
    *,
    actor: Actor,
    action: str,
    target: tuple[str, str],
    reason: str = "",
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
) -> AuditEntry:
    """One entry in the caller's transaction; `action` is `thing.done`, `before` and `after` hold only what changed."""
    if not transaction.get_connection().in_atomic_block:
        raise OutsideTransaction(action)
    here = origin.current()
    return AuditEntry.objects.create(
        actor_type=actor.type,
        actor_id=actor.id,
        actor_label=actor.label,
        action=action,
        target_type=target[0],
        target_id=str(target[1]),
        reason=masked_text(reason.strip()),
        before=masked(before or {}),
        after=masked(after or {}),
        request_id=here.request_id,
        masked_ip=here.masked_ip,
    )
