"""The record of a run, in files that outlive their writers: a line for each kill, by whoever sends the signal."""

import json
import os
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

LOG = "kills.log"
ENQUEUED, TWINS = "enqueued.log", "twins.log"


@dataclass(frozen=True)
class Kill:
    """`main` is the process whose identity the jobs' leases carry; `jobs` are those known to be hit."""

    victim: str
    point: str
    pid: int
    main: int
    jobs: Sequence[str] = ()
    at: float = field(default_factory=time.time)


def note(folder: Path, kill: Kill) -> None:
    append(folder / LOG, json.dumps(asdict(kill)))


def read(folder: Path) -> list[Kill]:
    """In order; of two that met in one process the first."""
    by_pid: dict[int, Kill] = {}
    for line in lines(folder / LOG):
        kill = Kill(**json.loads(line))
        by_pid.setdefault(kill.pid, kill)
    return list(by_pid.values())


def append(file: Path, line: str) -> None:
    """One write, so that lines of several processes never mix and none is half there after a kill."""
    handle = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    try:
        os.write(handle, f"{line}\n".encode())
    finally:
        os.close(handle)


def lines(file: Path) -> list[str]:
    return file.read_text().splitlines() if file.exists() else []
