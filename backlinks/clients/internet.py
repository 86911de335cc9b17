"""Names looked up and sockets opened, each within a given time, and nothing more.

Which address may be connected to is decided by the caller; a name is never looked up twice for one connection.
"""

import socket
import ssl
import threading
from collections.abc import Sequence
from contextlib import suppress
from functools import cached_property
from queue import Empty, SimpleQueue
from time import monotonic
from typing import Protocol

LOOKUPS_AT_ONCE = 16


class NameNotFound(Exception):
    """The name leads to no address, or could not be looked up in time."""


class Network(Protocol):
    """What a client needs of the world; the tests have a smaller one."""

    @property
    def tls(self) -> ssl.SSLContext:
        """How certificates are checked."""

    def addresses(self, host: str, seconds: float) -> Sequence[str]:
        """Every address of `host`, as literals. Raises NameNotFound."""

    def dial(self, address: str, port: int, seconds: float) -> socket.socket:
        """A connection to this very address. Raises OSError."""


class Internet:
    """The real one, by the system's resolver, without proxies."""

    def __init__(self) -> None:
        self._lookups = threading.BoundedSemaphore(LOOKUPS_AT_ONCE)

    @cached_property
    def tls(self) -> ssl.SSLContext:
        context = ssl.create_default_context()
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        return context

    def addresses(self, host: str, seconds: float) -> Sequence[str]:
        """The resolver knows no timeout, so it is asked by a thread that may be left behind; only so many at once."""
        until = monotonic() + seconds
        if not self._lookups.acquire(timeout=seconds):
            raise NameNotFound("too many names are being looked up")
        answers: SimpleQueue[list[str] | None] = SimpleQueue()
        threading.Thread(target=self._look_up, args=(host, answers), daemon=True, name="look-up").start()
        with suppress(Empty):
            found = answers.get(timeout=max(0.0, until - monotonic()))
            if found:
                return found
            raise NameNotFound("the name leads nowhere")
        raise NameNotFound("the name could not be looked up in time")

    def dial(self, address: str, port: int, seconds: float) -> socket.socket:
        return socket.create_connection((address, port), timeout=seconds)

    def _look_up(self, host: str, answers: "SimpleQueue[list[str] | None]") -> None:
        try:
            found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
            answers.put(list(dict.fromkeys(str(entry[4][0]) for entry in found)))
        except (OSError, UnicodeError):
            answers.put(None)
        finally:
            self._lookups.release()


INTERNET = Internet()
