"""Everything the stand-in remembers, in one SQLite file, so that a restart loses nothing.

One process owns the file; every change is made inside `transaction()` and must never be half there.
"""

import contextlib
import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from simulators.stripe.errors import JsonObject

SCHEMA = """
CREATE TABLE IF NOT EXISTS objects (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT UNIQUE NOT NULL, kind TEXT NOT NULL, body TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS objects_kind ON objects (kind, seq);
CREATE TABLE IF NOT EXISTS deliveries (
    id INTEGER PRIMARY KEY AUTOINCREMENT, event TEXT NOT NULL, due_at REAL NOT NULL, state TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0, answer TEXT NOT NULL DEFAULT '');
CREATE INDEX IF NOT EXISTS deliveries_due ON deliveries (state, due_at);
CREATE INDEX IF NOT EXISTS deliveries_event ON deliveries (event);
CREATE TABLE IF NOT EXISTS answers (
    key TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, status INTEGER NOT NULL, body TEXT NOT NULL,
    request_id TEXT NOT NULL, at INTEGER NOT NULL);
"""


@dataclass(frozen=True)
class Delivery:
    """One webhook to be sent: `state` is pending, delivered or dropped; `answer` is what the last attempt met."""

    id: int
    event: str
    due_at: float
    state: str
    attempts: int
    answer: str


@dataclass(frozen=True)
class SavedAnswer:
    fingerprint: str
    status: int
    body: str
    request_id: str


class Store:
    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(folder / "stripe.sqlite3", isolation_level=None)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=NORMAL")
        self._db.executescript(SCHEMA)

    def close(self) -> None:
        self._db.close()

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def put(self, resource: JsonObject) -> None:
        """Insert or replace one Stripe object by its id."""
        self._db.execute(
            "INSERT INTO objects (id, kind, body) VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET body = excluded.body",
            (resource["id"], resource["object"], json.dumps(resource)),
        )

    def get(self, id: str) -> JsonObject | None:
        row = self._db.execute("SELECT body FROM objects WHERE id = ?", (id,)).fetchone()
        return None if row is None else _object(row[0])

    def newest_first(self, kind: str) -> Iterator[JsonObject]:
        rows = self._db.execute("SELECT body FROM objects WHERE kind = ? ORDER BY seq DESC", (kind,)).fetchall()
        return (_object(body) for (body,) in rows)

    def overdue_sessions(self, now: float) -> list[str]:
        """Ids of open Checkout sessions whose time is up."""
        rows = self._db.execute(
            "SELECT id FROM objects WHERE kind = 'checkout.session' AND json_extract(body, '$.status') = 'open'"
            " AND json_extract(body, '$.expires_at') <= ? ORDER BY seq",
            (now,),
        )
        return [id for (id,) in rows]

    def add_delivery(self, event: str, due_at: float, state: str = "pending") -> None:
        self._db.execute("INSERT INTO deliveries (event, due_at, state) VALUES (?, ?, ?)", (event, due_at, state))

    def pending_deliveries(self) -> list[Delivery]:
        """Soonest due first."""
        rows = self._db.execute(
            "SELECT id, event, due_at, state, attempts, answer FROM deliveries"
            " WHERE state = 'pending' ORDER BY due_at, id"
        )
        return [Delivery(*row) for row in rows]

    def deliveries_of(self, event: str) -> list[Delivery]:
        rows = self._db.execute(
            "SELECT id, event, due_at, state, attempts, answer FROM deliveries WHERE event = ? ORDER BY id", (event,)
        )
        return [Delivery(*row) for row in rows]

    def record_attempt(self, delivery: Delivery, *, state: str, answer: str, due_at: float) -> None:
        self._db.execute(
            "UPDATE deliveries SET state = ?, answer = ?, due_at = ?, attempts = attempts + 1 WHERE id = ?",
            (state, answer, due_at, delivery.id),
        )

    def saved_answer(self, key: str, since: float) -> SavedAnswer | None:
        row = self._db.execute(
            "SELECT fingerprint, status, body, request_id FROM answers WHERE key = ? AND at >= ?", (key, since)
        ).fetchone()
        return None if row is None else SavedAnswer(*row)

    def save_answer(self, key: str, answer: SavedAnswer, at: float) -> None:
        self._db.execute(
            "INSERT OR REPLACE INTO answers (key, fingerprint, status, body, request_id, at) VALUES (?, ?, ?, ?, ?, ?)",
            (key, answer.fingerprint, answer.status, answer.body, answer.request_id, int(at)),
        )


def _object(body: str) -> JsonObject:
    loaded: JsonObject = json.loads(body)
    return loaded
