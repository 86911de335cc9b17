"""Who goes on failing is refused everywhere for a while: wrong codes and passwords, tokens that open nothing, orders
that are not theirs, one after the other.

Bans keep a keyed hash of the address (for IPv6 its /64), and what the sign-in log keeps of it. Nobody is banned whose
address may be that of a proxy of ours, or of our own people.
"""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta
from ipaddress import ip_address

from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.db.models import F
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac

from accounts.addresses import came_the_whole_way, client_ip, client_network, masked_ip
from accounts.limits import TooMany, counting, forgive, hit
from accounts.models import Ban
from audit.actors import SYSTEM, Actor
from audit.recording import record

SCOPE = "failed"
KNOWN, KNOWN_SECONDS = "accounts.bans", 5  # how long a process goes by what it read: no request asks by itself
_FAILED: ContextVar[list[str] | None] = ContextVar("failed", default=None)


class NotBanned(Exception):
    """It ended, or was lifted before."""


def failed(kind: str) -> None:
    """Whoever sent this request tried `kind` in vain; counted once it is answered, whatever is rolled back before."""
    noted = _FAILED.get()
    if noted is not None:
        noted.append(kind)


@contextmanager
def noting() -> Iterator[list[str]]:
    """Collects what failed inside."""
    noted: list[str] = []
    reset = _FAILED.set(noted)
    try:
        yield noted
    finally:
        _FAILED.reset(reset)


def bannable(request: HttpRequest) -> str:
    """The network a ban would name; "" where there must be none.

    Private addresses are our proxies', also where TRUSTED_PROXIES forgot them: a ban would shut out everybody.
    """
    address = client_ip(request)
    if not (settings.BAN_FAILURES and address and came_the_whole_way(request)):
        return ""
    parsed = ip_address(address)
    is_ours = any(parsed in network for network in settings.STAFF_NETWORKS)
    return "" if is_ours or not parsed.is_global else client_network(request)


def seconds_left(network: str) -> int:
    """Until its ban ends; 0 for one that is not banned. In another process a new ban is known after KNOWN_SECONDS."""
    in_force: dict[str, datetime] = cache.get_or_set(KNOWN, _in_force, KNOWN_SECONDS) or {}
    ends_at = in_force.get(_hashed(network))
    return max(0, math.ceil((ends_at - timezone.now()).total_seconds())) if ends_at else 0


def count(network: str, kind: str) -> None:
    """One failure; the BAN_FAILURESth within BAN_WINDOW_SECONDS begins a ban."""
    with counting():  # of its own: it is no limit that anybody is told of
        try:
            hit(SCOPE, network, settings.BAN_FAILURES - 1, settings.BAN_WINDOW_SECONDS)
        except TooMany:
            _ban(network, kind)


def lift(*, ban_id: int, actor: Actor, reason: str) -> None:
    """It ends now. Raises NotBanned."""
    now = timezone.now()
    with transaction.atomic():
        ban = Ban.objects.select_for_update().filter(pk=ban_id).first()
        if ban is None or not ban.is_in_force:
            raise NotBanned("it has ended")
        Ban.objects.filter(pk=ban_id).update(lifted_at=now)
        record(actor=actor, action="network.ban_lifted", target=("ban", str(ban_id)), reason=reason)
    cache.delete(KNOWN)


def forget_ended() -> int:
    """Bans that ended as long ago as sign-ins are kept; how many."""
    return Ban.objects.filter(ends_at__lt=timezone.now() - settings.SIGN_IN_RETENTION).delete()[0]


def _ban(network: str, kind: str) -> None:
    now = timezone.now()
    begun = {"masked_ip": masked_ip(network), "kind": kind, "began_at": now, "lifted_at": None}
    begun["ends_at"] = now + timedelta(seconds=settings.BAN_SECONDS)
    with transaction.atomic():
        ban, is_new = Ban.objects.get_or_create(who=_hashed(network), defaults=begun)
        if not is_new:
            Ban.objects.filter(pk=ban.pk).update(**begun, times=F("times") + 1)
        after = {"network": begun["masked_ip"], "failed": kind, "until": begun["ends_at"]}
        record(actor=SYSTEM, action="network.banned", target=("ban", str(ban.pk)), after=after)
    forgive(SCOPE, network)
    cache.delete(KNOWN)


def _in_force() -> dict[str, datetime]:
    rows = Ban.objects.filter(lifted_at=None, ends_at__gt=timezone.now())
    return dict(rows.values_list("who", "ends_at"))


def _hashed(network: str) -> str:
    return salted_hmac("accounts.banning", network, algorithm="sha256").hexdigest()
