"""One soak from its start to its verdict: all of them at once, killed for a while, calm for the rest, then counted."""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

from tests.soak import buying, reading, verdict
from tests.soak.answers import Answers
from tests.soak.breaking import Breaker
from tests.soak.memory import Watch
from tests.soak.shelf import filled
from tests.soak.visitor import NotAnswered, Visitor
from tests.system import System, launched, until

CUSTOMERS, READERS, EDITORS, OWNERS = 4, 2, 1, 1
KILLED_PART = 0.6  # of the time; whether memory is flat is seen in the calm after it
SETTLE_SECONDS = 180
Turn = Callable[[], object]


@dataclass(frozen=True)
class Soak:
    """What happened, and `faults` in words. `memory` is of the first and the second half of the calm, MiB."""

    seconds: float
    seed: int
    answers: Answers
    kills: Counter[str]
    sales: buying.Sales
    acknowledged: list[UUID]
    memory: tuple[Mapping[str, float], Mapping[str, float]]
    faults: list[str]


@contextmanager
def played(
    home: Path, *, seconds: float, articles: int, seed: int, say: Callable[[str], None]
) -> Iterator[tuple[Soak, System]]:
    """A system started in `home`, after they all were at it for so long; it runs on until the end of the block."""
    with launched(home, TRUSTED_PROXIES="1") as system:
        shelf = filled(system, articles)
        say(f"{len(shelf)} articles are for sale; {seconds:.0f} s begin")
        yield _Playing(system, shelf, seconds, seed).soak(say), system


class _Playing:
    def __init__(self, system: System, shelf: list[dict[str, Any]], seconds: float, seed: int) -> None:
        self._system, self._seconds, self._seed = system, seconds, seed
        self._answers, self._events, self._sales = Answers(), reading.Events(), buying.Sales(shelf)
        self._slugs = [article["slug"] for article in shelf]
        self._over, self._addresses = threading.Event(), count(1)
        self._failures: list[str] = []

    def soak(self, say: Callable[[str], None]) -> Soak:
        breaker, watch = Breaker(self._system, random.Random(self._seed)), Watch(self._system)
        began = time.monotonic()
        with self._crowd():
            breaker.start()
            watch.start()
            self._over.wait(self._seconds * KILLED_PART)
            breaker.calm.set()
            say(f"calm from here, after {breaker.kills.total()} kills; {len(self._sales.paid)} orders are paid")
            calm, end = time.monotonic(), began + self._seconds
            self._over.wait(end - calm)
        watch.stop()
        middle = (calm + end) / 2
        faults = [*self._failures, *self._settle(), *_ended_by_themselves(self._system.home)]
        faults += verdict.faults(self._system, self._sales.every, self._events.acknowledged)
        faults += [f"{answer.status}: {answer.words}" for answer in self._answers.every if answer.is_fault]
        return Soak(
            seconds=self._seconds,
            seed=self._seed,
            answers=self._answers,
            kills=breaker.kills,
            sales=self._sales,
            acknowledged=self._events.acknowledged,
            memory=(watch.between(calm, middle), watch.between(middle, end)),
            faults=faults,
        )

    @contextmanager
    def _crowd(self) -> Any:
        roles = (
            [self._customer] * CUSTOMERS + [self._reader] * READERS + [self._editor] * EDITORS + [self._owner] * OWNERS
        )
        threads = [threading.Thread(target=self._turns, args=(role, number)) for number, role in enumerate(roles)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._over.set()
            for thread in threads:
                thread.join()

    def _turns(self, role: Callable[[random.Random], Turn], number: int) -> None:
        turn = role(random.Random(f"{self._seed} {number}"))
        while not self._over.is_set():
            try:
                turn()
            except NotAnswered as silence:
                self._failures.append(f"never answered: {silence}")
            except Exception as broken:  # a visitor less would be a lighter load, and nobody would know
                self._failures.append(f"a visitor broke: {broken!r}")

    def _visitor(self) -> Visitor:
        return Visitor(self._system, self._answers, next(self._addresses))

    def _customer(self, chance: random.Random) -> Turn:
        return lambda: buying.buy(self._visitor(), self._sales, chance, lambda: not self._over.is_set())

    def _reader(self, chance: random.Random) -> Turn:
        return lambda: reading.read(self._visitor(), self._slugs, self._events, chance)

    def _editor(self, chance: random.Random) -> Turn:
        visitor = self._visitor()
        reading.sign_in(visitor, self._system.demo["editor"])
        return lambda: reading.decide(visitor)

    def _owner(self, chance: random.Random) -> Turn:
        visitor, owner = self._visitor(), self._system.demo["owner"]
        reading.sign_in(visitor, owner)
        return lambda: reading.look_after(visitor, owner["api_token"], chance)

    def _settle(self) -> list[str]:
        """Everything that was begun comes to its end; what does not is a fault."""
        with suppress(AssertionError):
            until(lambda: self._under_way() == 0, SETTLE_SECONDS, "every job ended")
            return []
        return [f"{self._under_way()} jobs have not ended {SETTLE_SECONDS} s after the last visit"]

    def _under_way(self) -> int:
        return int(self._system.rows(verdict.UNDER_WAY)[0]["n"])


def _ended_by_themselves(home: Path) -> list[str]:
    """What the launcher saw end otherwise than by our kills; beside `home` it writes what it sees."""
    seen = (home.parent / f"{home.name}.log").read_text().splitlines()
    return [line for line in seen if "starting it again" in line and "was ended by SIGKILL" not in line]
