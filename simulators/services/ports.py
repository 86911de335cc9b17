"""Ports on 127.0.0.1: which are free, and does something answer.

Never binds or asks on another address.
"""

import random
import socket
from collections.abc import Collection

ADDRESS = "127.0.0.1"
# Below the range from which the kernel takes the near end of outgoing connections: nothing borrows one meanwhile.
DRAWN_FROM = range(18000, 32000)


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as servers do: TIME_WAIT is not "taken"
        try:
            probe.bind((ADDRESS, port))
        except OSError:
            return False
        return True


def free_port(besides: Collection[int] = ()) -> int:
    """Drawn at random, so that two launches at once hardly ever meet."""
    for port in random.sample(DRAWN_FROM, 200):
        if port not in besides and is_free(port):
            return port
    raise OSError(f"no free port on {ADDRESS} among 200 tried")


def answers(port: int) -> bool:
    try:
        with socket.create_connection((ADDRESS, port), timeout=1):
            return True
    except OSError:
        return False
