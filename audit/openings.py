"""The two doors in the wall round the record: erasing personal values, and retiring what is old enough.

PostgreSQL opens one only to a transaction that names it, and for nothing else: see audit.append_only. Only the verbs of
this room may, and they must say on the record that they did.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

ERASING, RETIRING = "erasing", "retiring"
_LOCK = 0x5EA1  # of whoever seals, retires or erases: any number that nobody else takes


@contextmanager
def opened(door: str) -> Iterator[None]:
    """A transaction in which the door stands open, and is closed again before anything else."""
    with transaction.atomic():
        _name(door)
        yield
        _name("")


def alone(*, patient: bool) -> bool:
    """Whether nobody else is at the chain until this transaction ends; the patient wait until it is so."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_{'' if patient else 'try_'}advisory_xact_lock(%s)", [_LOCK])
        return patient or bool(cursor.fetchone()[0])


def _name(door: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('copydesk.door', %s, true)", [door])
