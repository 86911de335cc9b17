"""The backend: `ENGINE` names this package."""

from functools import partial
from typing import Any

import psycopg
from django.db.backends.postgresql import base
from psycopg_pool import ConnectionPool


class DatabaseWrapper(base.DatabaseWrapper):
    """Its pool gets over a restart of PostgreSQL in one pause, however many of its connections that broke."""

    @property
    def pool(self) -> Any:
        pool = super().pool
        if pool is not None:
            # Django names the check itself and lets no setting replace it.
            pool._check = partial(_check, pool)
        return pool


def _check(pool: "ConnectionPool[Any]", connection: "psycopg.Connection[Any]") -> None:
    """Raises when it is broken, having replaced whatever else is: what broke one has mostly broken all.

    psycopg_pool waits after each broken one it would hand out, for 1, 2, 4 and 8 s: four of them were a failed request.
    """
    try:
        ConnectionPool.check_connection(connection)
    except psycopg.Error:
        pool.check()
        raise
