"""Celery's own record of each run, kept by django-celery-results: a witness beside the rows, never needed by them.

Writing it must never fail a run: an error there leaves Celery's thread pool with a message it can neither acknowledge
nor forget, and so with one slot less for good.
"""

from typing import Any

import structlog
from django.db import Error, connection
from django_celery_results.backends.database import DatabaseBackend
from django_celery_results.models import TaskResult

log = structlog.get_logger("queues")
STALE = {"outcome": "stale"}


class Witness(DatabaseBackend):  # type: ignore[misc]
    """A result backend that can do without a result: PostgreSQL is away, or cannot keep the words of an error.

    A message read a second time says "stale", and not in place of what the first reading had said.
    """

    def _store_result(self, task_id: str, result: Any, status: str, *args: Any, **kwargs: Any) -> Any:
        try:
            if result == STALE and TaskResult.objects.filter(task_id=task_id).exists():
                return result
            return super()._store_result(task_id, result, status, *args, **kwargs)
        except (Error, UnicodeError) as error:
            log.warning("task_result_lost", task=task_id, status=status, error=type(error).__name__)
            if not connection.in_atomic_block:
                connection.close()
            return result
