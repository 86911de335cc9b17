"""Statements past the ORM: what the ORM does for a connection is done for theirs too."""

from collections.abc import Iterator

import pytest
from django.db import close_old_connections, connection

from queues import sql
from queues.tests.given import elsewhere, terminate_other_connections


@pytest.fixture
def kept_connection(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As in a pool child: one of its own, and for good."""
    connection.close()
    monkeypatch.delitem(connection.settings_dict["OPTIONS"], "pool")
    monkeypatch.setitem(connection.settings_dict, "CONN_MAX_AGE", None)
    connection.ensure_connection()
    yield
    connection.close()


@pytest.mark.usefixtures("kept_connection")
def test_a_connection_that_broke_while_nobody_used_it_is_replaced():
    elsewhere(terminate_other_connections)

    close_old_connections()  # as every task begins

    assert sql.rows("SELECT 1", {}) == [(1,)]
