"""Embedded PostgreSQL and Valkey: started from nothing, kept or thrown away, never in the way of given ones."""

import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from simulators.services.private import read_json
from simulators.services.roster import started
from simulators.tests.launching import GIVEN, eventually, launch

ECHO_URLS = ["sh", "-c", "echo $DATABASE_URL $REDIS_URL"]


@pytest.fixture
def closed_folder() -> Iterator[Path]:
    """As `mktemp -d` makes it: nobody but its owner may even pass through."""
    folder = Path(tempfile.mkdtemp())
    yield folder
    shutil.rmtree(folder)


class Held:
    def __init__(self, home: Path) -> None:
        self._home = home
        self._process = launch("services", "--hold", "--home", home, environ={})
        eventually((home / "services.env").exists)
        lines = (home / "services.env").read_text(encoding="utf-8").splitlines()
        self.urls = dict(line.removeprefix("export ").split("=", 1) for line in lines)

    def connect(self) -> "psycopg.Connection[tuple[object, ...]]":
        return psycopg.connect(self.urls["DATABASE_URL"], autocommit=True)

    def redis(self) -> "redis.Redis":
        return redis.Redis.from_url(self.urls["REDIS_URL"], decode_responses=True, socket_timeout=5)

    def stop(self) -> None:
        pids = [entry["pid"] for entry in read_json(self._home / "pids.json").values()]
        self._process.send_signal(signal.SIGINT)
        self._process.communicate(timeout=60)
        assert self._process.returncode == 0
        assert not any(started(pid) for pid in pids)
        (self._home / "services.env").unlink()


def test_they_speak_utf8_and_keep_their_data(closed_folder: Path) -> None:
    held = Held(closed_folder / "home")
    with held.connect() as database, held.redis() as store:
        spoken = database.execute("SELECT current_setting('server_encoding'), upper('é'), version()").fetchone()
        database.execute("CREATE TABLE kept (word text)")
        database.execute("INSERT INTO kept VALUES ('Grüße')")
        store.set("kept", "Grüße")
        policy = store.config_get("maxmemory-policy"), store.config_get("appendonly")
    held.stop()
    again = Held(closed_folder / "home")
    with again.connect() as database, again.redis() as store:
        rows = database.execute("SELECT word FROM kept").fetchall()
        value = store.get("kept")
    again.stop()

    assert spoken is not None
    assert spoken[:2] == ("UTF8", "É")
    assert str(spoken[2]).startswith("PostgreSQL ")
    assert policy == ({"maxmemory-policy": "noeviction"}, {"appendonly": "yes"})
    assert (rows, value) == ([("Grüße",)], "Grüße")
    assert again.urls == held.urls


def test_both_want_their_password(closed_folder: Path) -> None:
    held = Held(closed_folder / "home")
    database = held.urls["DATABASE_URL"].replace("copydesk:", "copydesk:wrong")

    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(database)
    with (
        pytest.raises(redis.AuthenticationError),
        redis.Redis.from_url(
            held.urls["REDIS_URL"].replace(":@", ":wrong@").replace("redis://:", "redis://:wrong")
        ) as store,
    ):
        store.ping()
    held.stop()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has somebody to become")
def test_no_server_runs_as_root(closed_folder: Path) -> None:
    held = Held(closed_folder / "home")
    pids = [entry["pid"] for entry in read_json(closed_folder / "home" / "pids.json").values()]
    owners = [os.stat(f"/proc/{pid}").st_uid for pid in pids]
    held.stop()

    assert len(owners) == 2
    assert 0 not in owners
    assert closed_folder.stat().st_mode & 0o777 == 0o700


def test_given_addresses_are_used_as_they_are() -> None:
    process = launch("services", "--", *ECHO_URLS)

    said, _ = process.communicate(timeout=60)
    assert said == f"{GIVEN['DATABASE_URL']} {GIVEN['REDIS_URL']}\n"


def test_the_throw_away_data_is_gone_and_the_status_is_the_commands() -> None:
    process = launch("services", "--", "sh", "-c", 'echo "$DATABASE_URL"; exit 7', environ={})

    said, _ = process.communicate(timeout=60)
    assert process.returncode == 7
    with pytest.raises(psycopg.OperationalError, match="refused"):
        psycopg.connect(said.splitlines()[-1])


def test_a_killed_server_comes_back_with_what_was_committed(closed_folder: Path) -> None:
    held = Held(closed_folder / "home")
    with held.connect() as database:
        database.execute("CREATE TABLE kept AS SELECT 1 AS number")
    pids = closed_folder / "home" / "pids.json"
    killed = read_json(pids)["postgres"]["pid"]

    os.kill(killed, signal.SIGKILL)

    eventually(lambda: read_json(pids)["postgres"]["pid"] != killed)
    eventually(lambda: _answers(held.urls["DATABASE_URL"]))
    with held.connect() as database:
        assert database.execute("SELECT number FROM kept").fetchall() == [(1,)]
    held.stop()


def _answers(url: str) -> bool:
    try:
        psycopg.connect(url).close()
    except psycopg.OperationalError:
        return False
    return True
