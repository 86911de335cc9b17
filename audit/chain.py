"""The chain over the record: what is digested, and how. It computes only, and must never read or write a row.

A seal is a link: HMAC-SHA256 over the link before it, its number, its entry's id and three digests of that entry: the
facts, who it was (label and network), and the words (the reason, before and after). The last two are personal: they are
digested with a random salt of their own that is kept beside them in the entry. Erasing takes values and salt together;
the digest stays in the seal, says nothing any more, and every link still holds. The values of `before` and `after` that
are personal by name stand in the facts only by their place.

The key is AUDIT_SEAL_KEY: whoever may write to the database but does not have it cannot make another chain.
"""

import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from uuid import UUID

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder

from audit.models import AuditEntry
from audit.personal import impersonal

START = bytes(32)  # what the first link follows


def facts_of(entry: AuditEntry) -> bytes:
    """What must never change, not even for somebody who has a right to be forgotten."""
    return _digest(
        "facts",
        entry.pk,
        _exactly(entry.at),
        [entry.actor_type, entry.actor_id],
        entry.action,
        [entry.target_type, entry.target_id],
        entry.request_id,
        [impersonal(entry.before), impersonal(entry.after)],
    )


def actor_of(entry: AuditEntry) -> bytes:
    """Empty once erased."""
    return _salted("actor", entry.salt_of_actor, [entry.actor_label, entry.masked_ip])


def words_of(entry: AuditEntry) -> bytes:
    """Empty once erased."""
    return _salted("words", entry.salt_of_words, [entry.reason, entry.before, entry.after])


def link(*, before: bytes, number: int, entry_id: int, at: datetime, parts: tuple[bytes, bytes, bytes]) -> bytes:
    """The digest of seal `number`; `parts` are those of facts, actor and words."""
    return _digest("link", before.hex(), number, entry_id, _exactly(at), [part.hex() for part in parts])


def proof_of(number: int, digest: bytes) -> bytes:
    """That the chain's end was written by somebody who has the key."""
    return _digest("head", number, digest.hex())


def _salted(name: str, salt: UUID | None, values: list[object]) -> bytes:
    return b"" if salt is None else _digest(name, salt.hex, values)


def _exactly(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def _digest(*said: str | int | list[str] | list[object] | Mapping[str, object]) -> bytes:
    text = json.dumps(said, cls=DjangoJSONEncoder, sort_keys=True, separators=(",", ":"))
    return hmac.digest(settings.AUDIT_SEAL_KEY.encode(), text.encode(), "sha256")
