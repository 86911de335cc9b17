"""Is it up, and can it work: two small answers for load balancers and people."""

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe
from redis.exceptions import RedisError

from queues import queries
from queues.services import redis_client


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """What the whole system needs in order to work, each by name; 503 when any is missing."""
    checks = {"database": _database(), "redis": _redis(), "migrations": False, "relay": False, "workers": False}
    if checks["database"]:
        checks["migrations"] = not _unapplied_migrations()
    if checks["migrations"]:
        checks["relay"] = queries.relay_beats()
        checks["workers"] = bool(queries.live_workers())
    return JsonResponse({"ready": all(checks.values()), "checks": checks}, status=200 if all(checks.values()) else 503)


def _database() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def _redis() -> bool:
    with redis_client() as redis:
        try:
            return bool(redis.ping())
        except RedisError:
            return False


def _unapplied_migrations() -> bool:
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
