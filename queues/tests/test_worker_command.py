"""The worker as it is started."""

import pytest

from queues.models import State
from queues.tests.conftest import CHILDREN_REDIS_URL
from queues.tests.given import put, row, until
from queues.tests.processes import stage

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(("level", "lines"), [("INFO", 1), ("WARNING", 0)])
def test_it_says_as_much_as_log_level_asks_for(level, lines):
    with stage(CHILDREN_REDIS_URL) as system:
        system.relay()
        worker = system.start("worker", "io", LOG_LEVEL=level)
        job = put()

        until(lambda: row(job).state == State.COMPLETED)

        assert worker.end() == 0
        assert worker.said().count('"event": "completed"') == lines
