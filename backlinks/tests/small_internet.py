"""An internet of a few names, whose public addresses all end at servers on loopback inside this process."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cached_property

import trustme

from backlinks.clients.internet import NameNotFound

PUBLIC, ANOTHER_PUBLIC = "93.184.215.14", "151.101.1.69"
Serve = Callable[[socket.socket, bytes], None]


class SmallInternet:
    """What names lead to and who answers at which address; it remembers what was asked and dialled.

    `names` gives one list of addresses for each look-up, the last of them for all that follow.
    """

    def __init__(self) -> None:
        self.names: dict[str, list[Sequence[str]]] = {}
        self.ports: dict[tuple[str, int], int] = {}
        self.asked: list[str] = []
        self.seconds_given: list[float] = []
        self.dialled: list[tuple[str, int]] = []
        self.requests: list[bytes] = []

    @cached_property
    def authority(self) -> trustme.CA:
        return trustme.CA()

    @cached_property
    def tls(self) -> ssl.SSLContext:
        context = ssl.create_default_context()
        self.authority.configure_trust(context)
        return context

    def addresses(self, host: str, seconds: float) -> Sequence[str]:
        self.asked.append(host)
        self.seconds_given.append(seconds)
        answers = self.names.get(host.removesuffix("."))
        if answers is None:
            raise NameNotFound("the name leads nowhere")
        return answers.pop(0) if len(answers) > 1 else answers[0]

    def dial(self, address: str, port: int, seconds: float) -> socket.socket:
        self.dialled.append((address, port))
        if (address, port) not in self.ports:
            raise ConnectionRefusedError
        return socket.create_connection(("127.0.0.1", self.ports[address, port]), timeout=seconds)

    @contextmanager
    def site(
        self,
        serve: Serve,
        *,
        name: str = "shop.example.com",
        address: str = PUBLIC,
        certificate: str | None = None,
        tls: bool = True,
    ) -> Iterator[None]:
        """A website of this name at this address, `serve` answering each request; its certificate may be another's."""
        context = self._certified(certificate or name) if tls else None
        listener = socket.create_server(("127.0.0.1", 0))
        self.names.setdefault(name, [[address]])
        self.ports[address, 443 if tls else 80] = listener.getsockname()[1]
        threading.Thread(target=self._accept, args=(listener, context, serve), daemon=True).start()
        try:
            yield
        finally:
            listener.close()

    def _certified(self, name: str) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.authority.issue_cert(name).configure_cert(context)
        return context

    def _accept(self, listener: socket.socket, context: ssl.SSLContext | None, serve: Serve) -> None:
        with suppress(OSError):
            while True:
                plain, _ = listener.accept()
                threading.Thread(target=self._answer, args=(plain, context, serve), daemon=True).start()

    def _answer(self, plain: socket.socket, context: ssl.SSLContext | None, serve: Serve) -> None:
        with suppress(OSError), plain:
            connection = context.wrap_socket(plain, server_side=True) if context else plain
            with connection:
                request = connection.recv(65_536)
                self.requests.append(request)
                serve(connection, request)


def answering(status: int = 200, body: bytes = b"<p>Hello.</p>", **headers: str) -> Serve:
    """The same answer each time."""
    lines = [f"HTTP/1.1 {status} Whatever", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return sending("\r\n".join(lines).encode() + b"\r\n\r\n" + body)


def sending(raw: bytes) -> Serve:
    return lambda connection, request: connection.sendall(raw)


def dripping(first: bytes, drop: bytes, every_seconds: float) -> Serve:
    """Never stops by itself."""
    pause = threading.Event()

    def serve(connection: socket.socket, request: bytes) -> None:
        connection.sendall(first)
        while not pause.wait(every_seconds):
            connection.sendall(drop)

    return serve


def pouring(first: bytes, chunk: bytes) -> Serve:
    """Sends without end, as fast as it is read."""

    def serve(connection: socket.socket, request: bytes) -> None:
        connection.sendall(first)
        while True:
            connection.sendall(chunk)

    return serve
