"""A whole system that knows the planted jobs, and how a journey plants one."""

import json
import os
import subprocess
import sys
from typing import Any

from tests.system import ROOT, System, until

SETTINGS = {"DJANGO_SETTINGS_MODULE": "tests.planted.settings"}
ENDED = ("completed", "dead", "cancelled")


def environ_of(system: System) -> dict[str, str]:
    """What a command beside this system must know."""
    secrets = json.loads((system.home / "secrets.json").read_text())
    return {
        **SETTINGS,
        "PATH": os.environ["PATH"],
        "SECRET_KEY": secrets["SECRET_KEY"],
        "DATABASE_URL": system.demo["database_url"],
        "REDIS_URL": system.demo["redis_url"],
        "SITE_URL": system.demo["site"],
    }


def plant(system: System, jobs: list[tuple[str, dict[str, Any]]]) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "manage.py", "plant"]
    given = {"cwd": ROOT, "env": environ_of(system), "input": json.dumps(jobs)}
    return subprocess.run(command, **given, capture_output=True, text=True, timeout=60, check=False)


def planted(system: System, jobs: list[tuple[str, dict[str, Any]]]) -> list[str]:
    """Their ids, once all of them have ended."""
    done = plant(system, jobs)
    assert done.returncode == 0, done.stderr
    ids: list[str] = json.loads(done.stdout)
    until(lambda: all_ended(system, ids), 60, "every planted job at its end")
    return ids


def all_ended(system: System, ids: list[str]) -> bool:
    sql = "SELECT count(*) AS n FROM queues_job WHERE id = ANY(%s::uuid[]) AND state = ANY(%s)"
    return bool(system.rows(sql, ids, list(ENDED))[0]["n"] == len(ids))
