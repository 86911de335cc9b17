"""An embedded Valkey (or Redis): append-only file on, nothing evicted, a password, 127.0.0.1 only.

Never for production, and never with the password on a command line, where every user of the machine can read it.
"""

import os
import signal

import redis

from simulators.services.binaries import find_valkey
from simulators.services.home import Home
from simulators.services.ports import ADDRESS
from simulators.supervisor import Program, Stage

NAME = "valkey"


def url(home: Home) -> str:
    return f"redis://:{home.secret('VALKEY_PASSWORD')}@{ADDRESS}:{home.port(NAME)}/0"


def program(home: Home, *, throw_away: bool) -> Program:
    binary = find_valkey()
    folder, owner = home.data(NAME)
    settings = {
        "bind": ADDRESS,
        "port": home.port(NAME),
        "dir": f'"{folder}"',
        "requirepass": home.secret("VALKEY_PASSWORD"),
        "appendonly": "yes",
        "appendfsync": "no" if throw_away else "everysec",
        "save": '""',
        "maxmemory-policy": "noeviction",
    }
    configuration = folder / "valkey.conf"
    configuration.touch(mode=0o600)
    configuration.write_text("".join(f"{name} {value}\n" for name, value in settings.items()), encoding="utf-8")
    os.chown(configuration, *owner)
    return Program(
        name=NAME,
        command=(str(binary.path), str(configuration)),
        folder=folder,
        environ=dict(os.environ),
        probe=lambda: _answers(home),
        stage=Stage.SERVICES,
        stop_signal=signal.SIGTERM,
        owner=owner,
    )


def _answers(home: Home) -> bool:
    client = redis.Redis.from_url(url(home), socket_timeout=2, socket_connect_timeout=2)
    try:
        return bool(client.ping())
    except redis.RedisError:  # not there yet, or still loading its file
        return False
    finally:
        client.close()
