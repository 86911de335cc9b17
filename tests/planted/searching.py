"""Looks for a word everywhere a system keeps or says anything, also where it stands as base64 or hexadecimal.

Left out on purpose: the two columns in which payloads live, and the files in which PostgreSQL keeps those.
"""

import base64
import threading
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from redis import Redis

from tests.system import System

WHERE_PAYLOADS_LIVE = {"queues_job": "payload", "queues_deadletter": "payload"}
_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"


def forms(word: str) -> list[bytes]:
    """The word as it is, in hexadecimal, and what is certain to stand in any base64 of a text around it."""
    plain = word.encode()
    return [plain, plain.hex().encode(), *(_in_base64(plain, before) for before in range(3))]


def holds(text: bytes | str, word: str) -> bool:
    content = text.encode() if isinstance(text, str) else text
    return any(form in content for form in forms(word))


def in_tables(system: System, word: str) -> list[str]:
    """Names of the tables in which a row holds it."""
    with psycopg.connect(system.demo["database_url"]) as connection:
        tables = [name for (name,) in connection.execute(_TABLES)]
        return [name for name in tables if _is_in_table(connection, name, word)]


def in_files(folder: Path, word: str) -> list[str]:
    return [str(file) for file in sorted(folder.rglob("*")) if file.is_file() and holds(file.read_bytes(), word)]


def in_redis(redis: Redis, word: str) -> list[str]:
    """Keys that hold it, in their name or in anything kept under it."""
    return [key.decode() for key in redis.scan_iter() if holds(key + b" " + _value(redis, key), word)]


class Traffic:
    """Every command Redis is given meanwhile: what is gone again when one looks, and what is only said."""

    def __init__(self, redis_url: str) -> None:
        self._redis = Redis.from_url(redis_url)
        self._heard: list[str] = []
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._until = "traffic ends here"

    def __enter__(self) -> "Traffic":
        self._monitor = self._redis.monitor()
        self._monitor.__enter__()
        self._thread.start()
        return self

    def __exit__(self, *_: Any) -> None:
        self._redis.echo(self._until)
        self._thread.join(20)
        assert not self._thread.is_alive(), "the end of the traffic was never heard"
        self._redis.close()

    def __contains__(self, word: str) -> bool:
        return holds("\n".join(self._heard), word)

    def __len__(self) -> int:
        return len(self._heard)

    def _listen(self) -> None:
        for said in self._monitor.listen():
            self._heard.append(said["command"])
            if self._until in said["command"]:
                return


def _in_base64(plain: bytes, before: int) -> bytes:
    """What of it is the same in any text, when `before` bytes of that stand before it in its group of three."""
    encoded = base64.b64encode(b"\0" * before + plain)
    return encoded[-(-before * 8 // 6) : (before + len(plain)) * 8 // 6]


def _is_in_table(connection: "psycopg.Connection[Any]", table: str, word: str) -> bool:
    left_out = WHERE_PAYLOADS_LIVE.get(table, "")
    query = sql.SQL("SELECT (to_jsonb(t) - {left_out})::text FROM {table} AS t").format(
        left_out=sql.Literal(left_out), table=sql.Identifier(table)
    )
    return any(holds(text, word) for (text,) in connection.execute(query))


def _value(redis: Redis, key: bytes) -> bytes:
    """As Redis dumps it, and as it is read: a dump may be compressed."""
    kind = redis.type(key).decode()
    read: dict[str, Any] = {
        "string": redis.get,
        "list": lambda key: redis.lrange(key, 0, -1),
        "set": redis.smembers,
        "hash": redis.hgetall,
        "zset": lambda key: redis.zrange(key, 0, -1),
        "stream": redis.xrange,
        "none": lambda key: b"",
    }
    return repr(read[kind](key)).encode() + (redis.dump(key) or b"")
