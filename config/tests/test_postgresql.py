"""What PostgreSQL's restart breaks is replaced all at once."""

import threading

import psycopg_pool.pool
import pytest
from django.db import connection

BROKEN = 5


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Those the pool asked for, in seconds; none is taken."""
    asked: list[float] = []
    monkeypatch.setattr(psycopg_pool.pool, "sleep", asked.append)
    return asked


@pytest.mark.django_db(transaction=True)
def test_however_many_connections_broke_the_pool_pauses_once(pauses: list[float]):
    connection.close()
    connection.close_pool()
    _use_at_once(BROKEN + 1)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )
        assert cursor.fetchone()[0] >= BROKEN  # what other tests left open breaks too

    _use_at_once(1)

    assert len(pauses) == 1


def _use_at_once(many: int) -> None:
    """That many threads hold a connection of the pool together, and give it back."""
    together, failed = threading.Barrier(many), []

    def use() -> None:
        try:
            connection.ensure_connection()
            together.wait(10)
        except Exception as error:
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=use) for _ in range(many)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert failed == []
