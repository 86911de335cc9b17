"""Plays a purchase beside the running system.

In a thread of its own: the main thread must go on restarting what dies. It must never start a process there.
"""

import threading
import traceback
from collections.abc import Callable
from typing import Any

Play = Callable[[dict[str, Any]], bool]


class Playing:
    def __init__(self, play: Play, demo: dict[str, Any]) -> None:
        self.succeeded: bool | None = None
        self._thread = threading.Thread(target=self._run, args=(play, demo), name="play", daemon=True)
        self._thread.start()

    @property
    def over(self) -> bool:
        return not self._thread.is_alive()

    @property
    def failed(self) -> bool:
        return self.over and not self.succeeded

    def _run(self, play: Play, demo: dict[str, Any]) -> None:
        try:
            self.succeeded = play(demo)
        except Exception:  # whatever it was, the demo did not do what it promises
            traceback.print_exc()
            self.succeeded = False
