"""Serving on loopback: the socket, the Host and Origin check, the way to hang up, the clean end on SIGTERM.

Every stand-in is served through here. It must never listen on another address or answer a page of another site.
"""

import asyncio
import contextlib
import signal
import socket
import sys
from collections.abc import Iterator
from typing import cast
from urllib.parse import urlsplit

import uvicorn
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

ADDRESS = "127.0.0.1"
LOOPBACK_NAMES = frozenset({"127.0.0.1", "localhost", "::1"})
GRACE_SECONDS = 0.3


def is_loopback(url: str) -> bool:
    """True when the URL names this machine; a stand-in posts webhooks nowhere else."""
    try:
        return urlsplit(url).hostname in LOOPBACK_NAMES
    except ValueError:
        return False


class LoopbackOnly:
    """Refuses other Host names (DNS rebinding) and other sites' Origin (forms posted from a stranger's page)."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            headers = Headers(scope=scope)
            origin = headers.get("origin")
            if not is_loopback(f"http://{headers.get('host', '')}"):
                await PlainTextResponse("This stand-in answers on loopback only.\n", 400)(scope, receive, send)
                return
            if origin is not None and not is_loopback(origin):
                await PlainTextResponse("Not from another site.\n", 403)(scope, receive, send)
                return
        await self.app(scope, receive, send)


class _Protocol(H11Protocol):
    """Gives each request its transport, so that a stand-in can play an outage by hanging up without an answer."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.app_state = {**self.app_state, "transport": transport}


async def hang_up(request: Request) -> Response:
    """Close the connection unanswered; what is returned afterwards reaches nobody."""
    cast(asyncio.Transport, request.state.transport).abort()
    await asyncio.sleep(0)
    return Response()


class _Server(uvicorn.Server):
    async def run_until_told(self, listener: socket.socket, greeting: str) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._leave)
        print(greeting, flush=True)
        await self.serve(sockets=[listener])

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """SIGTERM is the ordinary way to end: exit status 0, where uvicorn would die of the signal again."""
        yield

    def _leave(self) -> None:
        self.should_exit = True


def serve(app: ASGIApp, port: int, greeting: str) -> None:
    """Serve until SIGTERM or Ctrl-C; `greeting` is printed once the port is open, with {base} as the address.

    Port 0 takes a free one. A port in use ends the process with status 1 and a line that says so.
    """
    listener = listen(port)
    base = f"http://{ADDRESS}:{listener.getsockname()[1]}"
    config = uvicorn.Config(
        LoopbackOnly(app), log_level="warning", access_log=False, http=_Protocol, ws="none", server_header=False
    )
    config.timeout_graceful_shutdown = GRACE_SECONDS  # type: ignore[assignment]  # uvicorn hands it to asyncio
    asyncio.run(_Server(config).run_until_told(listener, greeting.format(base=base)))


def listen(port: int) -> socket.socket:
    """An open port on loopback; ends the process with status 1 when it is taken."""
    # Named as TCP: asyncio turns Nagle's delay off only for sockets that say so, and it costs 40 ms an answer.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((ADDRESS, port))
    except OSError as error:
        sys.exit(f"Cannot listen on {ADDRESS}:{port}: {error.strerror}")
    listener.listen(512)
    return listener
