"""One statement for what several threads of a process ask at once: while one is on its way, the next questions gather.

Who asks alone waits for nobody. What is asked inside a transaction belongs to that transaction, and goes alone.
"""

import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db import Error, connection, connections

Asked = TypeVar("Asked")
Told = TypeVar("Told")


@dataclass(eq=False)
class _Question(Generic[Asked, Told]):
    asked: Asked
    answers: Sequence[Told] = ()  # one, as soon as it is there


class _Jobs:
    """How many run in this process. The last one to end closes the sessions that all of them share; in a worker, whose
    next job may come any moment, its keeper does, when none has come for a while.
    """

    def __init__(self) -> None:
        self.together: list[Together[Any, Any]] = []
        self.count = 0
        self.lingers = False
        self._came = False
        self._lock = threading.Lock()

    @contextmanager
    def one_more(self) -> Iterator[None]:
        with self._lock:
            self.count, self._came = self.count + 1, True
        try:
            yield
        finally:
            with self._lock:
                self.count -= 1
                if not self.count and not self.lingers:
                    self._rest()

    def rest_if_none_came(self) -> None:
        """Since the last call."""
        with self._lock:
            if not self.count and not self._came:
                self._rest()
            self._came = False

    def _rest(self) -> None:
        for together in self.together:
            together.rest()


JOBS_UNDER_WAY = _Jobs()


class Together(Generic[Asked, Told]):
    """`answer` answers any number of questions, in their order, by one statement on the connection it is given.

    That is one session of the pool for all threads, kept while any job runs: taking one for each statement, and asking
    it whether it is well, cost as much as the statement. A forked child is alone, and uses its own.
    """

    def __init__(self, answer: Callable[[Sequence[Asked], Any], Sequence[Told]]) -> None:
        self._answer = answer
        self._gathered: deque[_Question[Asked, Told]] = deque()
        self._turn = threading.Lock()
        self._session: Any = None
        JOBS_UNDER_WAY.together.append(self)

    def ask(self, asked: Asked) -> Told:
        """Raises what `answer` raises when it is asked this alone; the others, not answered, try for themselves."""
        is_pooled = "pool" in connection.settings_dict["OPTIONS"]
        if connection.in_atomic_block or not is_pooled or not JOBS_UNDER_WAY.count:
            return self._answer([asked], connection)[0]
        question: _Question[Asked, Told] = _Question(asked)
        self._gathered.append(question)
        with self._turn:
            if not question.answers:
                self._answer_all(question)
        return question.answers[0]

    def rest(self) -> None:
        """Give the session back."""
        with self._turn:
            if self._session is not None:
                self._session.close()

    def _answer_all(self, mine: _Question[Asked, Told]) -> None:
        questions = [mine]  # it may have gone before, with one that failed
        while self._gathered:
            if (other := self._gathered.popleft()) is not mine:
                questions.append(other)
        try:
            answers = self._answer([question.asked for question in questions], self._open())
        except Error:  # PostgreSQL was restarted since the last time, or cannot take what another asked
            self._open().close()
            questions, answers = [mine], self._answer([mine.asked], self._open())
        for question, answer in zip(questions, answers, strict=True):
            question.answers = [answer]

    def _open(self) -> Any:
        if not JOBS_UNDER_WAY.count:  # the last one ended while we waited, and nobody would close it
            return connection
        if self._session is None:
            self._session = connections.create_connection("default")
            self._session.inc_thread_sharing()
        return self._session
