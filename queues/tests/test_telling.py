"""What Flower hears, many at once."""

from types import SimpleNamespace

from celery.events import EventDispatcher

from queues.telling import AT_ONCE, EVERY_SECONDS, Telling


class Dispatcher(EventDispatcher):
    """Celery's own, that publishes to nobody."""

    def __init__(self) -> None:
        super().__init__(enabled=False, buffer_group=["task"], on_send_buffered=lambda: self.hurried.append(True))
        self.enabled, self.hurried, self.published = True, [], []

    def _publish(self, event, producer, routing_key, **_):
        self.published.append((len(event) if isinstance(event, list) else 1, routing_key))


class Timer:
    def __init__(self) -> None:
        self.calls = {}

    def call_repeatedly(self, seconds, call):
        self.calls[seconds] = call
        return seconds

    def cancel(self, entry):
        del self.calls[entry]


def consumer() -> SimpleNamespace:
    return SimpleNamespace(event_dispatcher=Dispatcher(), timer=Timer())


def test_events_of_tasks_go_together_every_now_and_then():
    to = consumer()
    Telling(to).start(to)

    for _ in range(100):
        to.event_dispatcher.send("task-succeeded")
    assert (to.event_dispatcher.published, to.event_dispatcher.hurried) == ([], [])
    to.timer.calls[EVERY_SECONDS]()

    assert to.event_dispatcher.published == [(100, "task.multi")]


def test_more_than_enough_does_not_wait():
    to = consumer()
    Telling(to).start(to)

    for _ in range(AT_ONCE):
        to.event_dispatcher.send("task-succeeded")

    assert to.event_dispatcher.published == [(AT_ONCE, "task.multi")]


def test_what_is_not_told_yet_is_told_at_the_end():
    to = consumer()
    step = Telling(to)
    step.start(to)
    to.event_dispatcher.send("task-succeeded")

    step.stop(to)

    assert (to.event_dispatcher.published, to.timer.calls) == ([(1, "task.multi")], {})
    step.stop(to)
    assert len(to.event_dispatcher.published) == 1
