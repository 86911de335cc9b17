"""The same jobs as ours, as Celery tasks of both peers."""

import time

from celery import shared_task

from bench.jobs import marks


@shared_task
def nothing(number: int, seconds: float = 0.0) -> None:
    marks.leave("s", number)


@shared_task
def sleep(number: int, seconds: float) -> None:
    marks.leave("s", number)
    time.sleep(seconds)
    marks.leave("e", number)
