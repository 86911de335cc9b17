"""Ctrl-C, a closed terminal and `kill` mean the same: stop once, in order.

The first signal interrupts whatever the launcher does; later ones, and any while it stops, are only acknowledged.
"""

import signal
from types import FrameType


class Interruption:
    def __init__(self) -> None:
        self._stopping = False
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._on_signal)
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # as nohup leaves it
            signal.signal(signal.SIGHUP, self._on_signal)

    def hold_off(self) -> None:
        """From here on nothing interrupts: what was started is being stopped."""
        self._stopping = True

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        if self._stopping:
            print("stopping already, one moment", flush=True)
            return
        self._stopping = True
        raise KeyboardInterrupt
