"""An embedded PostgreSQL: UTF-8, scram passwords, TCP on 127.0.0.1 and no socket file at all.

Never for production: it is sized for one laptop, and a throw-away one does not even flush to disk.
"""

import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

import psycopg
from psycopg import sql

from simulators.services.binaries import Binary, find_postgres
from simulators.services.child import Owner, before_exec
from simulators.services.home import Home
from simulators.services.ports import ADDRESS
from simulators.supervisor import Program, Stage

NAME = "postgres"
ROLE = DATABASE = "copydesk"
BUILTIN_LOCALE_SINCE = 17
SETTINGS = {
    "listen_addresses": ADDRESS,
    "unix_socket_directories": "",  # no path too long for a socket, nothing for other users to open
    "max_connections": "120",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
THROW_AWAY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class InitFailed(Exception):
    """initdb refused; the message carries its own words."""


def url(home: Home, database: str = DATABASE) -> str:
    return f"postgresql://{ROLE}:{home.secret('POSTGRES_PASSWORD')}@{ADDRESS}:{home.port(NAME)}/{database}"


def program(home: Home, *, throw_away: bool) -> Program:
    """Initialised when it is the first time; ready once `copydesk` is there and takes connections."""
    binary = find_postgres()
    folder, owner = home.data(NAME)
    cluster = folder / "cluster"
    if not cluster.exists():
        _initialise(binary, cluster, owner, home.secret("POSTGRES_PASSWORD"))
    settings = {**SETTINGS, **(THROW_AWAY if throw_away else {}), "port": str(home.port(NAME))}
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    return Program(
        name=NAME,
        command=(str(binary.path), "-D", str(cluster), *options),
        folder=folder,
        environ=_environ(),
        probe=lambda: _takes_connections(home),
        stage=Stage.SERVICES,
        stop_signal=signal.SIGINT,  # "fast": SIGTERM would wait for every client to leave
        owner=owner,
    )


def _initialise(binary: Binary, cluster: Path, owner: Owner, password: str) -> None:
    """Made beside its place and moved there whole: an interrupted initdb leaves nothing that looks like a database."""
    draft = cluster.with_name("draft")
    shutil.rmtree(draft, ignore_errors=True)
    builtin = ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    locale = builtin if binary.major >= BUILTIN_LOCALE_SINCE else ["--locale=C.UTF-8"]
    with tempfile.NamedTemporaryFile("w", prefix="initdb-") as password_file:
        password_file.write(password)
        password_file.flush()
        os.chown(password_file.name, *owner)
        command = [str(binary.path.with_name("initdb")), "-D", str(draft), "-U", ROLE, "--no-sync", "--no-instructions"]
        command += ["--encoding=UTF8", *locale, "--auth=scram-sha-256", f"--pwfile={password_file.name}"]
        done = subprocess.run(
            command,
            cwd=cluster.parent,
            env=_environ(),
            preexec_fn=before_exec(last_word=signal.SIGKILL, owner=owner),
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode:
        raise InitFailed(f"PostgreSQL could not be initialised in {cluster}: {(done.stderr or done.stdout).strip()}")
    draft.rename(cluster)


def _environ() -> dict[str, str]:
    """Without the caller's PG* variables, which would steer the server as well as its clients."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PG")}


def _takes_connections(home: Home) -> bool:
    try:
        with psycopg.connect(url(home, "postgres"), autocommit=True, connect_timeout=2) as connection:
            known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
            if not known:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))
    except psycopg.OperationalError:
        return False
    return True
