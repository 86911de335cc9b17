"""What processes cost, from /proc: processor time of a process with all it started, and peak memory."""

import os
from dataclasses import dataclass
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class _Entry:
    parent: int
    seconds: float


def tree_seconds(pid: int) -> float:
    """User and system time of `pid`, its living descendants, and those of them it has already waited for."""
    table = _table()
    return sum(table[member].seconds for member in _members(pid, table))


def peak_mib(pid: int) -> float:
    """The most memory (resident) that `pid` or any living descendant of it ever held by itself."""
    return max((_peak_kib(member) for member in _members(pid, _table())), default=0) / 1024


def parent_of(pid: int) -> int:
    return _table()[pid].parent


def _members(pid: int, table: dict[int, _Entry]) -> list[int]:
    members = [pid] if pid in table else []
    for member in members:  # grows while it is read
        members += [child for child, entry in table.items() if entry.parent == member]
    return members


def _table() -> dict[int, _Entry]:
    table = {}
    for path in Path("/proc").iterdir():
        if path.name.isdigit() and (entry := _entry(path)) is not None:
            table[int(path.name)] = entry
    return table


def _entry(path: Path) -> _Entry | None:
    try:
        fields = (path / "stat").read_text(errors="replace").rpartition(") ")[2].split()
    except OSError:  # it ended while we looked
        return None
    return _Entry(int(fields[1]), sum(map(int, fields[11:15])) / TICKS)


def _peak_kib(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("VmHWM")), 0)
