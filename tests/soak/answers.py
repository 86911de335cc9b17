"""What the site answered, how fast, and whether it had said that it may answer so."""

import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

BROKEN = 0  # the connection ended without an answer: its server was killed


@dataclass(frozen=True)
class Answer:
    """`status` is HTTP's, or BROKEN; `is_declared` says that a 503 named when to come again."""

    kind: str
    status: int
    seconds: float
    is_declared: bool = False
    words: str = ""

    @property
    def is_fault(self) -> bool:
        return self.status >= 500 and not (self.status == 503 and self.is_declared)


class Answers:
    """Filled by many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._every: list[Answer] = []
        self._odd: list[str] = []

    def add(self, answer: Answer) -> None:
        with self._lock:
            self._every.append(answer)

    def say_odd(self, words: str) -> None:
        """Something a person would not have expected, and that is no error of the server's."""
        with self._lock:
            self._odd.append(words)

    @property
    def every(self) -> Sequence[Answer]:
        with self._lock:
            return tuple(self._every)

    @property
    def odd(self) -> Sequence[str]:
        with self._lock:
            return tuple(self._odd)

    def seconds(self) -> dict[str, list[float]]:
        """Of those that were answered, by kind."""
        found: dict[str, list[float]] = {}
        for answer in self.every:
            if answer.status != BROKEN:
                found.setdefault(answer.kind, []).append(answer.seconds)
        return found

    def statuses(self) -> Counter[int]:
        return Counter(answer.status for answer in self.every)
