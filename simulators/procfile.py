"""Reads the Procfile, the single list of Copydesk's processes.

Knows its grammar only: what the processes are is none of its business.
"""

import re
from pathlib import Path

LINE = re.compile(r"^([A-Za-z0-9_-]+):\s*(\S.*)$")


class BadProcfile(Exception):
    """Names the line that is not `name: command`."""


def read_procfile(path: Path) -> dict[str, str]:
    """Shell commands by process name, in the file's order."""
    commands: dict[str, str] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        entry = LINE.match(line)
        if entry is None or entry[1] in commands:
            raise BadProcfile(f"{path}, line {number}: not a new `name: command`: {line}")
        commands[entry[1]] = entry[2].strip()
    return commands


def shell_command(line: str) -> tuple[str, ...]:
    """Variables expanded by the shell, which then becomes the process: signals reach it, not a shell around it."""
    return ("/bin/sh", "-c", f"exec env {line}")
