"""What the selftest says: facts with what was measured, and the first that is not so."""

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

Value = TypeVar("Value")
LOOK_EVERY_SECONDS = 0.02


@dataclass(frozen=True)
class Line:
    """`fact` in a few words; `told` is what was measured or, when it is untrue, what to look at."""

    fact: str
    told: str
    is_true: bool = True


class Untrue(Exception):
    """A fact that is not so, and what comes after it cannot be; the message says what to look at."""

    def __init__(self, fact: str, told: str) -> None:
        super().__init__(f"{fact}: {told}")
        self.line = Line(fact, told, is_true=False)


def until_untrue(chapter: Iterable[Line]) -> Iterator[Line]:
    """The chapter's lines, the last one being untrue if it came to that."""
    try:
        yield from chapter
    except Untrue as untrue:
        yield untrue.line


def until(ask: Callable[[], Value], *, seconds: float) -> Value:
    """The first true answer, or the last one when there was none in time."""
    deadline = time.monotonic() + seconds
    while True:
        answer = ask()
        if answer or time.monotonic() >= deadline:
            return answer
        time.sleep(LOOK_EVERY_SECONDS)
