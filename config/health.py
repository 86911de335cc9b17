"""Is it up, and can it work: two small answers for load balancers and people.

They must never say more than what is away: anybody may ask. Whoever asks often costs six small statements and one ping.
"""

from functools import cache

from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from redis import Redis
from redis.exceptions import RedisError

from queues import queries, schedule
from queues.services import redis_client


@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("ok\n", content_type="text/plain")


@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """What the whole system needs in order to work, each by name; 503 when any is missing."""
    checks, pools = parts()
    is_ready = all(checks.values())
    return JsonResponse({"ready": is_ready, "checks": checks, "pools": pools}, status=200 if is_ready else 503)


healthz.permission = readyz.permission = "public"  # type: ignore[attr-defined]


def parts() -> tuple[dict[str, bool], dict[str, bool]]:
    """Each part and whether it is there; and each pool, whether workers serve all of its queues.

    What stands in the database is not asked for while that is away or of another release.
    """
    checks = {"database": _database(), "redis": _redis(), "migrations": False}
    checks |= dict.fromkeys(("relay", "beat", "workers"), False)
    pools: dict[str, bool] = {}
    if checks["database"]:
        checks["migrations"] = _is_migrated()
    if checks["migrations"]:
        pools = queries.served_pools()
        checks |= {"relay": queries.relay_beats(), "beat": schedule.beat_fires(), "workers": all(pools.values())}
    return checks, pools


def _database() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def _redis() -> bool:
    try:
        return bool(_kept_redis().ping())
    except RedisError:
        return False


def _is_migrated() -> bool:
    return _newest_migrations() <= MigrationRecorder(connection).applied_migrations().keys()


@cache
def _kept_redis() -> Redis:
    """Kept, so that asking costs no connection; it makes a new one by itself when that one breaks."""
    return redis_client()


@cache
def _newest_migrations() -> frozenset[tuple[str, str]]:
    """The last of every room, as this release has them on disk: read once."""
    return frozenset(MigrationLoader(None).graph.leaf_nodes())
