"""Writes the record.

An entry stands in the transaction of its change: it must never outlive one that was rolled back.
"""

from collections.abc import Mapping

from django.db import transaction

from audit.actors import Actor
from audit.masking import masked, masked_text
from audit.models import AuditEntry
from audit.origin import who_did


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
    return AuditEntry.objects.create(
        reason=masked_text(reason.strip()),
        before=masked(before or {}),
        after=masked(after or {}),
        **who_did(actor, action, target),
    )
