"""PostgreSQL's own programs, led to the database of the settings. A password goes by their environment only."""

import os
import subprocess

from django.db import connection


class ProgramFailed(Exception):
    """It is not here, or ended badly; the message carries its own words."""


def run(program: str, *options: str) -> None:
    """Until it ends, however long. Raises ProgramFailed."""
    words, environ = connection.client.settings_to_cmd_args_env(connection.settings_dict, ["--dbname"])
    try:
        done = subprocess.run(
            [program, *options, *words[1:]],
            env={**os.environ, **(environ or {})},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
    except FileNotFoundError:
        raise ProgramFailed(f"{program} is not on the PATH: install PostgreSQL's client programs") from None
    if done.returncode:
        raise ProgramFailed(f"{program}: {done.stderr.strip()}")
