"""What Flower hears of the tasks, many at once.

Celery's own way, a message at each turn of the worker's loop, took half of a busy worker's time.
"""

from typing import Any

from celery import bootsteps
from celery.worker.consumer.events import Events

EVERY_SECONDS = 0.5
AT_ONCE = 1_000  # beyond that Celery does not wait for the next time


class Telling(bootsteps.StartStopStep):  # type: ignore[misc]
    """A step of the worker's consumer: it starts anew with each connection, after what makes the dispatcher."""

    requires = (Events,)

    def __init__(self, consumer: Any, **options: Any) -> None:
        super().__init__(consumer, **options)
        self._timer: Any = None

    def start(self, consumer: Any) -> None:
        consumer.event_dispatcher.on_send_buffered = None
        consumer.event_dispatcher.buffer_limit = AT_ONCE
        self._timer = consumer.timer.call_repeatedly(EVERY_SECONDS, consumer.event_dispatcher.flush)

    def stop(self, consumer: Any) -> None:
        if self._timer is not None:
            consumer.timer.cancel(self._timer)
            self._timer = None
            consumer.event_dispatcher.flush()
