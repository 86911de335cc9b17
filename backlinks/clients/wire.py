"""One connection that is read against a deadline for everything and an allowance of bytes.

Timeouts of sockets are per read: a server that sends one byte a second would hold them open for ever.
"""

import socket
import ssl
from dataclasses import dataclass
from io import BufferedReader, RawIOBase
from time import monotonic
from typing import Any


class TooLate(Exception):
    """The time for the whole visit is over."""


class TooMuch(Exception):
    """More bytes came than were allowed."""


@dataclass(frozen=True)
class Deadline:
    """A moment on the monotonic clock."""

    at: float

    def left(self) -> float:
        """Seconds; raises TooLate when there are none."""
        seconds = self.at - monotonic()
        if seconds <= 0:
            raise TooLate
        return seconds


class Wire(RawIOBase):
    """A socket as `http.client` reads one; closed as a context."""

    def __init__(self, sock: socket.socket, deadline: Deadline) -> None:
        super().__init__()
        self._socket = sock
        self._deadline = deadline
        self._allowed = 0

    def encrypt(self, context: ssl.SSLContext, host: str) -> None:
        """Shake hands under the name the certificate must bear."""
        try:
            self._socket.settimeout(self._deadline.left())
            self._socket = context.wrap_socket(self._socket, server_hostname=host)
        except BaseException:
            self._socket.close()
            raise

    def allow(self, count: int) -> None:
        """How many bytes may be read from here on."""
        self._allowed = count

    def send(self, data: bytes) -> None:
        self._socket.settimeout(self._deadline.left())
        self._socket.sendall(data)

    def makefile(self, mode: str) -> BufferedReader:
        """What HTTPResponse asks a socket for."""
        return BufferedReader(self)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._socket.settimeout(self._deadline.left())
        count = self._socket.recv_into(buffer)
        self._allowed -= count
        if self._allowed < 0:
            raise TooMuch
        return count

    def close(self) -> None:
        self._socket.close()
        super().close()
