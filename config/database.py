"""DATABASE_URL as Django's connection settings."""

from typing import Any
from urllib.parse import parse_qsl, urlsplit

from django.core.exceptions import ImproperlyConfigured

from config import env


def connection(*, pooled: bool) -> dict[str, Any]:
    """PostgreSQL by DATABASE_URL; with `pooled`, threads of one process share psycopg's pool."""
    value = env.url("DATABASE_URL", schemes=("postgresql", "postgres"))
    parts = urlsplit(value)
    if not parts.path.strip("/"):
        raise ImproperlyConfigured("DATABASE_URL: it names no database; its end is /NAME")
    # A few statements are prepared (queues.sql); not behind a pooler that gives each transaction another session.
    prepared = {"prepare_threshold": 2 if env.flag("DATABASE_PREPARE", True) else None}
    options: dict[str, Any] = {**dict(parse_qsl(parts.query)), "connect_timeout": 5, **prepared}
    if pooled:
        options["pool"] = {
            "min_size": 1,
            "max_size": env.whole("DATABASE_POOL_SIZE", 10, least=1),
            "timeout": 15,
            "max_idle": 120,
        }
    return {
        "ENGINE": "config.postgresql",
        "NAME": env.unquoted(parts.path.lstrip("/")),
        "USER": env.unquoted(parts.username),
        "PASSWORD": env.unquoted(parts.password),
        "HOST": parts.hostname or options.pop("host", ""),
        "PORT": str(parts.port or ""),
        "OPTIONS": options,
        "CONN_MAX_AGE": 0 if pooled else None,
        "CONN_HEALTH_CHECKS": True,
        "DISABLE_SERVER_SIDE_CURSORS": True,
    }
