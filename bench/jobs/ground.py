"""The ground every side stands on: databases of the bench's own on the given PostgreSQL, one number of the given Redis.

It never touches another database or number, so that an address given by mistake loses nothing.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, LiteralString
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql
from redis import Redis

from bench.jobs import marks, usage
from bench.jobs.processes import LOCAL, python, run

OURS, RESULTS = "bench_copydesk", "bench_results"
RESULTS_SETTINGS = "bench.peers.celery_results.settings"
REDIS_NUMBER = 9
MARKS = LOCAL / "marks"
EMPTIED = ("queues_", "django_celery_results_", "bench_")
KEPT = ("queues_worker", "queues_relay")  # who is there now


@dataclass(frozen=True)
class Spent:
    """Processor seconds of the two services since they started."""

    postgres: float
    redis: float


class Ground:
    """Open for the whole run."""

    def __init__(self, ours: psycopg.Connection, results: psycopg.Connection, redis: Redis, redis_url: str) -> None:
        self.ours, self._results, self.redis, self._redis_url = ours, results, redis, redis_url
        self._postmaster = usage.parent_of(ours.info.backend_pid)

    def environ(self, database: str = OURS, **more: str) -> dict[str, str]:
        """For every process of every side."""
        given = {name: value for name, value in os.environ.items() if name != "REDIS_HOST"}
        return {
            **given,
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "DATABASE_URL": _at_path(os.environ["DATABASE_URL"], database),
            "REDIS_URL": self._redis_url,
            marks.VARIABLE: str(MARKS),
            "PYTHONUNBUFFERED": "1",
            **more,
        }

    def clean(self) -> None:
        """Every table empty, nobody there, nothing in Redis, no marks."""
        self.empty_tables()
        self._results.execute("TRUNCATE django_celery_results_taskresult")
        self.ours.execute("TRUNCATE queues_worker, queues_relay")
        self.redis.flushdb()
        self.forget_marks()

    def forget_marks(self) -> None:
        """Workers keep the file open, so it is emptied and not removed."""
        MARKS.write_bytes(b"")

    def empty_tables(self) -> None:
        names = self.ours.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        tables = [sql.Identifier(name) for (name,) in names if name.startswith(EMPTIED) and name not in KEPT]
        self.ours.execute(sql.SQL("TRUNCATE {}").format(sql.SQL(", ").join(tables)))

    def row(self, statement: LiteralString, *parameters: Any) -> tuple[Any, ...]:
        """The one row of ours."""
        found = self.ours.execute(statement, parameters).fetchone()
        assert found is not None
        return tuple(found)

    def spent(self) -> Spent:
        info: dict[str, Any] = self.redis.info("cpu")  # type: ignore[assignment]
        return Spent(usage.tree_seconds(self._postmaster), info["used_cpu_sys"] + info["used_cpu_user"])

    def redis_bytes(self) -> int:
        """Of every key there is."""
        with self.redis.pipeline(transaction=False) as asking:
            for key in self.redis.scan_iter(count=1_000):
                asking.memory_usage(key)
            return sum(size or 0 for size in asking.execute())

    def marks(self) -> list[marks.Mark]:
        return marks.read(MARKS)

    def settings(self) -> str:
        """What a reader must know of the services to compare with others."""
        names = ("server_version", "fsync", "synchronous_commit", "shared_buffers")
        shown = [f"{name} {self.row('SELECT current_setting(%s)', name)[0]}" for name in names]
        server: dict[str, Any] = self.redis.info("server")  # type: ignore[assignment]
        version = server.get("valkey_version") or server.get("redis_version")
        fsync = self.redis.config_get("appendfsync").get("appendfsync")  # type: ignore[union-attr]
        postgres = ", ".join(shown).removeprefix("server_version ")
        return f"PostgreSQL {postgres}; Valkey/Redis {version}, appendfsync {fsync}"


@contextmanager
def laid() -> Iterator[Ground]:
    """New databases with their tables; the old ones of an earlier run are dropped."""
    LOCAL.mkdir(parents=True, exist_ok=True)
    given = os.environ["DATABASE_URL"]
    redis_url = _at_path(os.environ["REDIS_URL"], str(REDIS_NUMBER))
    with psycopg.connect(given, autocommit=True) as admin:
        for name in (OURS, RESULTS):
            admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
            admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    with (
        Redis.from_url(redis_url) as redis,
        psycopg.connect(_at_path(given, OURS), autocommit=True) as ours,
        psycopg.connect(_at_path(given, RESULTS), autocommit=True) as results,
    ):
        ground = Ground(ours, results, redis, redis_url)
        run(python("manage.py", "migrate", "--verbosity=0"), ground.environ())
        of_results = ground.environ(RESULTS, DJANGO_SETTINGS_MODULE=RESULTS_SETTINGS)
        run(python("-m", "django", "migrate", "--verbosity=0"), of_results)
        ours.execute("CREATE TABLE bench_raw (LIKE queues_job INCLUDING ALL)")
        yield ground
        redis.flushdb()


def _at_path(url: str, path: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{path}"))
