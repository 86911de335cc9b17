"""`python -m analytics.tests.killed process|rebuild FIRST LAST`: begun again and again, and killed after one statement
more each time, until it lives to its end. Prints what stood before each beginning: a line of digests.
"""

import hashlib
import os
import signal
import sys
from collections.abc import Callable
from datetime import date
from itertools import count
from typing import Any

import django

django.setup()

from django.db import connection  # noqa: E402

from analytics import snapshot  # noqa: E402
from analytics.models import (  # noqa: E402
    AnalyticsAggregate,
    ArticleStatsDaily,
    Checkpoint,
    EngagementDaily,
    SearchDaily,
)
from analytics.ranges import Range  # noqa: E402

COUNTED = (AnalyticsAggregate, ArticleStatsDaily, SearchDaily, EngagementDaily)


def digest(*more: Any) -> str:
    """Of every figure, and of the rows of `more`."""
    rows = [sorted(map(str, model.objects.values_list())) for model in (*COUNTED, *more)]
    return hashlib.sha256(repr(rows).encode()).hexdigest()


def main(verb: str, first: str, last: str) -> None:
    range = Range(date.fromisoformat(first), date.fromisoformat(last))
    work: Callable[[], Any] = snapshot.process if verb == "process" else lambda: snapshot.rebuild(range)
    for statements in count():
        child = os.fork()
        if not child:
            _live_for(statements, work)
        if os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0:
            return


def _live_for(statements: int, work: Callable[[], Any]) -> None:
    """In a process of its own, with a connection of its own."""
    print(digest(Checkpoint), flush=True)
    left = [statements]

    def counting(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if not left[0]:
            os.kill(os.getpid(), signal.SIGKILL)
        left[0] -= 1
        return execute(sql, params, many, context)

    with connection.execute_wrapper(counting):
        work()
        if not left[0]:  # all but the end of the transaction was done
            os.kill(os.getpid(), signal.SIGKILL)
    os._exit(0)


if __name__ == "__main__":
    main(*sys.argv[1:])
