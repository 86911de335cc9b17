"""Who a worker or relay process is, so that others can tell whether it still lives.

`host:pid:start` — the start time (Linux: field 22 of /proc/<pid>/stat) keeps a reused pid from passing for its dead
owner.
"""

import os
import socket
from functools import cache
from pathlib import Path

HOST = socket.gethostname()


@cache
def me() -> str:
    """This process' identity; a forked pool child keeps that of its main process, which asks before it forks."""
    return f"{HOST}:{os.getpid()}:{_start_time(os.getpid())}"


def is_gone(identity: str) -> bool:
    """Whether `identity` was a process of this host and is no more. Of other hosts nothing is known: False."""
    host, pid, started = identity.rsplit(":", 2)
    return host == HOST and _start_time(int(pid)) != started


def pid_is_gone(pid: int) -> bool:
    """Whether no process, or only a zombie, has this pid on this host.

    One of several threads is a zombie before the last has ended, up to a tenth of a second before its sockets close:
    what Redis gave it then would be lost.
    """
    return _start_time(pid) == ""


def is_child(pid: int) -> bool:
    """Whether this pid is a living child of this very process, and not a stranger's that came after it."""
    try:
        return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None
    except ChildProcessError:
        return False


def _start_time(pid: int) -> str:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return _alive_without_proc(pid)
    state, *fields = stat.rpartition(") ")[2].split()
    is_gone = state in "ZX" and fields[16] in ("0", "1")  # threads
    return "" if is_gone else fields[18]


def _alive_without_proc(pid: int) -> str:
    """Where there is no /proc: alive or not is all that can be said."""
    if Path("/proc/self").exists():
        return ""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return ""
    except PermissionError:
        return "alive"
    return "alive"
