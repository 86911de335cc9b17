"""Celery's own record of each run, kept by django-celery-results: a witness beside the rows, never needed by them.

Writing it must never fail a run: an error there leaves Celery's thread pool with a message it can neither acknowledge
nor forget, and so with one slot less for good.
"""

from collections.abc import Sequence
from typing import Any

import structlog
from django.db import Error, connection
from django_celery_results.backends.database import DatabaseBackend
from django_celery_results.managers import TaskResultManager
from django_celery_results.models import TaskResult

from queues import sql
from queues.together import Together

log = structlog.get_logger("queues")
STALE = {"outcome": "stale"}
_COLUMNS = (
    "task_id", "status", "result", "traceback", "meta", "content_encoding", "content_type", "periodic_task_name",
    "task_name", "task_args", "task_kwargs", "worker",
)  # fmt: skip
_SAY = f"""
INSERT INTO django_celery_results_taskresult AS known ({", ".join(_COLUMNS)}, date_created, date_done)
SELECT *, statement_timestamp(), statement_timestamp()
FROM unnest({", ".join(f"%({column})s::text[]" for column in _COLUMNS)})
ON CONFLICT (task_id) DO UPDATE SET
    {", ".join(f"{column} = EXCLUDED.{column}" for column in _COLUMNS[1:])}, date_done = EXCLUDED.date_done
RETURNING task_id
"""


def _say(told: Sequence[dict[str, Any]], on: Any) -> list[None]:
    """Of two words on one task the later stands."""
    latest = {of_one["task_id"]: of_one for of_one in told}.values()
    sql.rows(_SAY, {column: [of_one[column] for of_one in latest] for column in _COLUMNS}, on)
    return [None] * len(told)


_WORDS = Together(_say)


class _OneStatement(TaskResultManager):  # type: ignore[misc]
    """Writes by one statement for all that is written at once; the library's own takes five for each."""

    def store_result(self, *, using: str | None = None, **told: Any) -> None:
        _WORDS.ask(told)


class _Quickly:
    """TaskResult, for the backend, with another manager."""

    DoesNotExist = TaskResult.DoesNotExist
    _default_manager = _OneStatement()
    _default_manager.model = TaskResult


class Witness(DatabaseBackend):  # type: ignore[misc]
    """A result backend that can do without a result: PostgreSQL is away, or cannot keep the words of an error.

    A message read a second time says "stale", and not in place of what the first reading had said.
    """

    TaskModel = _Quickly

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
