"""Tables that may be emptied between tests, and a salt of the test's own."""

import time

import pytest
from django.db import connection

from analytics import snapshot, visitors
from backlinks.tests.conftest import openai, openai_process, stripe, stripe_process  # noqa: F401


@pytest.fixture(autouse=True)
def fresh_salt():
    visitors._key.cache_clear()


_OTHERS = """
SELECT pid, backend_xid::text FROM pg_stat_activity WHERE backend_xid IS NOT NULL AND datname <> current_database()
"""


@pytest.fixture(autouse=True)
def alone(monkeypatch):
    """What is counted ends below the oldest transaction of the whole server, and other tests' are on it too: those that
    are open when counting begins are waited for.
    """
    process = snapshot.process

    def process_alone() -> snapshot.Counted:
        before, until = _open_elsewhere(), time.monotonic() + 30
        while before & _open_elsewhere() and time.monotonic() < until:
            time.sleep(0.02)
        return process()

    monkeypatch.setattr(snapshot, "process", process_alone)


def _open_elsewhere() -> set[tuple[int, str]]:
    with connection.cursor() as cursor:
        cursor.execute(_OTHERS)
        return set(cursor.fetchall())
