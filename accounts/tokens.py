"""API tokens of owners: made, looked up, revoked.

The token is shown once, to whoever made it; only its SHA-256 is kept, and neither may stand in a log or the record.
"""

import hashlib
import secrets
import string
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from accounts.models import ApiToken, Scope, User
from accounts.roles import Role
from audit.actors import Actor
from audit.recording import record

KIND = "own_"
DEFAULT_DAYS = 90
LONGEST_DAYS = 366
USE_IS_NOTED_EVERY = timedelta(minutes=1)
_SECRET_BYTES = 32
_NAME_LETTERS, _NAME_LENGTH = string.ascii_lowercase + string.digits, 6


class NotAnOwner(Exception):
    """Only an active owner has tokens."""


class BadToken(Exception):
    """Forged, expired or revoked, or its owner is one no more: the answer is the same."""


class NoSuchToken(Exception):
    """None of this person's tokens that still work begins like that."""


@dataclass(frozen=True)
class Issued:
    """A new token, and its text for the one time it is shown."""

    token: ApiToken
    text: str


def issue(*, user: User, actor: Actor, scope: Scope, days: int = DEFAULT_DAYS) -> Issued:
    """A token that works for `days`. Raises NotAnOwner."""
    if not 1 <= days <= LONGEST_DAYS:
        raise ValueError(f"days must be from 1 to {LONGEST_DAYS}")
    with transaction.atomic():
        if not User.objects.select_for_update().filter(pk=user.pk, role=Role.OWNER, is_active=True).exists():
            raise NotAnOwner(user.email)
        prefix = KIND + "".join(secrets.choice(_NAME_LETTERS) for _ in range(_NAME_LENGTH))
        text = f"{prefix}_{secrets.token_urlsafe(_SECRET_BYTES)}"
        expires_at = timezone.now() + timedelta(days=days)
        token = ApiToken.objects.create(
            user=user, prefix=prefix, digest=_digest(text), scope=scope, expires_at=expires_at
        )
        after = {"owner": user.email, "scope": scope.value, "expires_at": expires_at}
        record(actor=actor, action="api_token.issued", target=("api_token", prefix), after=after)
    return Issued(token, text)


def revoke(*, user: User, prefix: str, actor: Actor) -> ApiToken:
    """It opens nothing from here on. Raises NoSuchToken."""
    with transaction.atomic():
        token = ApiToken.objects.select_for_update().filter(user=user, prefix=prefix, revoked_at=None).first()
        if token is None:
            raise NoSuchToken(prefix)
        ApiToken.objects.filter(pk=token.pk).update(revoked_at=Now())
        record(actor=actor, action="api_token.revoked", target=("api_token", prefix), after={"owner": user.email})
    token.refresh_from_db()
    return token


def opened_by(text: str) -> ApiToken:
    """The token, with its owner, and its use noted; raises BadToken."""
    usable = _usable().select_related("user").filter(digest=_digest(text))
    token = usable.first() if text.startswith(KIND) else None
    if token is None:
        raise BadToken
    _note_use(token)
    return token


def tokens_of(user: User) -> Sequence[ApiToken]:
    """Every token the person ever had, newest first."""
    return list(ApiToken.objects.filter(user=user).order_by("-pk"))


def _usable() -> QuerySet[ApiToken]:
    working = ApiToken.objects.filter(revoked_at=None, expires_at__gt=Now())
    return working.filter(user__is_active=True, user__role=Role.OWNER)


def _note_use(token: ApiToken) -> None:
    """At most once a minute, so that reading through the API is not a write each time."""
    since = timezone.now() - USE_IS_NOTED_EVERY
    if token.last_used_at is None or token.last_used_at < since:
        stale = Q(last_used_at=None) | Q(last_used_at__lt=since)
        ApiToken.objects.filter(stale, pk=token.pk).update(last_used_at=Now())


def _digest(text: str) -> str:
    """A plain hash is enough for 256 random bits: there is nothing to guess."""
    return hashlib.sha256(text.encode()).hexdigest()
