"""Whether this worker process is on its way out: nothing new is claimed from then on."""

import threading

_STOPPING = threading.Event()


def stop_claiming() -> None:
    _STOPPING.set()


def is_stopping() -> bool:
    return _STOPPING.is_set()
