"""The few statements a job's way is made of, prepared once a connection: parsing and planning them took longer than
running them. Everything else goes through the ORM.
"""

from collections.abc import Mapping
from typing import Any

import psycopg
from django.db import connection

Row = tuple[Any, ...]


def rows(statement: str, parameters: Mapping[str, Any], on: Any = connection) -> list[Row]:
    """The rows that `statement` returns, with Django's own connection, transaction, adapters and errors."""
    on.close_if_health_check_failed()  # of a connection kept from an earlier task; nothing otherwise
    on.ensure_connection()
    with on.wrap_database_errors, psycopg.Cursor(on.connection) as cursor:
        return cursor.execute(statement, parameters).fetchall()  # type: ignore[arg-type]
