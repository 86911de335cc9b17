"""What every side can be asked to do, so that one workload measures them all alike."""

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from bench.jobs.ground import Ground
from bench.jobs.processes import Client, Process, ask

START_SECONDS = 90
WARM_UPS = 300


@dataclass(frozen=True)
class Load:
    """`n` jobs of one kind; `seconds` is how long each sleeps."""

    job: str
    n: int
    seconds: float = 0.0


@dataclass(frozen=True)
class Span:
    """From the first effect to the last, and how many there were."""

    seconds: float
    effects: int


@dataclass(frozen=True)
class Fate:
    """What became of a backlog: jobs that never finished, and jobs that finished more than once."""

    lost: int
    twice: int


@dataclass
class Crew:
    """The processes of a side that are running."""

    workers: list[Process] = field(default_factory=list)
    others: dict[str, Process] = field(default_factory=dict)
    starts: list[Callable[[], Process]] = field(default_factory=list)

    def restart(self, number: int) -> None:
        """A worker that was killed, as a process manager would."""
        self.workers[number] = self.starts[number]()

    def check(self) -> None:
        for process in (*self.workers, *self.others.values()):
            process.check()


class Side(ABC):
    """One way to run jobs. `label` is its row in the tables."""

    label: str

    def __init__(self, ground: Ground) -> None:
        self.ground = ground

    @contextmanager
    def crew(self, job: str, slots: Sequence[int]) -> Iterator[Crew]:
        """Workers for `job`, one process for each number of slots, ready for work and warmed up."""
        self.ground.clean()
        crew = Crew()
        with ExitStack() as ending:
            for name, command, environ in self.other_commands():
                crew.others[name] = self._start(ending, name, command, environ)
            for number, count in enumerate(slots):
                command, environ = self.worker_command(job, number, count)
                crew.starts.append(partial(self._start, ending, f"worker{number}", command, environ))
            crew.workers = [start() for start in crew.starts]
            self.wait_ready(crew)
            self.warm_up(job)
            crew.check()
            yield crew
            crew.check()

    def tell(self, *words: str) -> dict[str, Any]:
        """What this side's client answers."""
        command, environ = self.client_command(*words)
        return ask(command, environ)

    def client(self, *words: str) -> Client:
        return Client(*self.client_command(*words))

    def client_of(self, mode: str, load: Load) -> tuple[str, ...]:
        return (mode, load.job, str(load.n), str(load.seconds))

    def other_commands(self) -> list[tuple[str, Sequence[str], dict[str, str]]]:
        """Processes beside the workers: name, command, environment."""
        return []

    @abstractmethod
    def worker_command(self, job: str, number: int, slots: int) -> tuple[Sequence[str], dict[str, str]]: ...

    @abstractmethod
    def client_command(self, *words: str) -> tuple[Sequence[str], dict[str, str]]: ...

    @abstractmethod
    def wait_ready(self, crew: Crew) -> None: ...

    @abstractmethod
    def warm_up(self, job: str) -> None:
        """A few hundred jobs through all of it, and nothing left of them."""

    @abstractmethod
    def load(self, load: Load) -> None:
        """A backlog that no worker sees yet."""

    @abstractmethod
    def release(self) -> None:
        """Now they all see it."""

    @abstractmethod
    def is_done(self) -> bool: ...

    def listen(self) -> None:
        """From now on the workers take what comes, one by one. Most do so anyway."""
        self.ground.forget_marks()

    def fate(self, load: Load) -> Fate:
        """Of the backlog, once it is done; jobs that leave a mark at their end."""
        ends = Counter(mark.number for mark in self.ground.marks() if mark.what == "e")
        return Fate(lost=load.n - len(ends), twice=sum(times > 1 for times in ends.values()))

    def span(self) -> Span:
        """Of the backlog, read when the workers have ended."""
        at = [mark.at for mark in self.ground.marks()]
        return Span((max(at) - min(at)) / 1e9, len({(mark.what, mark.number) for mark in self.ground.marks()}))

    def _start(self, ending: ExitStack, name: str, command: Sequence[str], environ: dict[str, str]) -> Process:
        process = Process(f"{self.label.replace(' ', '-').replace(',', '')}-{name}", command, environ)
        ending.callback(process.end)
        return process
