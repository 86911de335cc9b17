"""The few statements that a job's way and the owner's figures are made of, prepared once a connection: parsing and
planning them took longer than running them. Everything else goes through the ORM.
"""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

import psycopg
from django.db import connections

Row = tuple[Any, ...]


def rows(statement: str, parameters: Mapping[str, Any] | None = None, on: Any = None) -> list[Row]:
    """The rows that `statement` returns, with Django's own connection (or `on`), transaction and errors.

    They come in PostgreSQL's binary format, which is read in half the time: moments are in UTC, and JSON is read.
    """
    on = on or connections["default"]
    on.close_if_health_check_failed()  # of a connection kept from an earlier task; nothing otherwise
    on.ensure_connection()
    if on.queries_logged:
        on.queries_log.append({"sql": statement, "time": ""})  # as one of Django's own, for who counts them
    with on.wrap_database_errors:
        return psycopg.Cursor(on.connection).execute(statement, parameters, binary=True).fetchall()  # type: ignore[arg-type]


def array(values: Iterable[UUID | int | None]) -> str:
    """PostgreSQL's way to write an array: psycopg's own asks of each whether it needs quotes."""
    return f"{{{','.join('NULL' if value is None else str(value) for value in values)}}}"
