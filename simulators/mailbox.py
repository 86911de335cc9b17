"""A mailbox for the demo: takes mail by SMTP, keeps each message as a file, shows it on read-only pages.

It must never pass a message on to anybody.
"""

import argparse
import asyncio
import contextlib
import json
import os
import secrets
import socket
import time
from collections.abc import AsyncIterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from html import escape
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from simulators.loopback import ADDRESS, listen, serve

MODES = ("ok", "down", "slow", "reject", "nonsense")
PAGE_POLICY = {"Content-Security-Policy": "default-src 'none'; style-src 'self'; frame-src 'self'"}
# What a message brings along must neither run nor tell its sender that it was read.
MESSAGE_POLICY = {"Content-Security-Policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:"}
STYLE = """
:root { color-scheme: light dark; font: 100%/1.5 system-ui, sans-serif; }
body { max-width: 56rem; margin: 0 auto; padding: 1.5rem 1rem; }
table { width: 100%; border-collapse: collapse; } th, td { text-align: start; padding: .4rem .6rem .4rem 0; }
tr { border-bottom: 1px solid #8886; } pre { white-space: pre-wrap; overflow-wrap: anywhere; }
iframe { width: 100%; height: 32rem; border: 1px solid #8886; background: #fff; }
"""


class Mailbox:
    """The store and its switch. Messages are named by arrival, so that the file names sort by time."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self.mode = "ok"
        self.seconds = 5.0

    def keep(self, content: bytes, *, sender: str, recipients: list[str]) -> str:
        id = f"{time.time_ns():020d}-{secrets.token_hex(3)}"
        envelope = f"X-Envelope-From: {sender}\r\nX-Envelope-To: {', '.join(recipients)}\r\n".encode()
        unfinished = self._folder / f"{id}.part"
        unfinished.write_bytes(envelope + content)
        unfinished.rename(self._folder / f"{id}.eml")
        return id

    def ids(self) -> list[str]:
        """Newest first."""
        return sorted((path.stem for path in self._folder.glob("*.eml")), reverse=True)

    def raw(self, id: str) -> bytes | None:
        return (self._folder / f"{id}.eml").read_bytes() if id in self.ids() else None

    def message(self, id: str) -> EmailMessage | None:
        raw = self.raw(id)
        return None if raw is None else message_from_bytes(raw, _class=EmailMessage, policy=policy.default)


class Receiver:
    """What aiosmtpd asks at each step of a delivery."""

    def __init__(self, mailbox: Mailbox) -> None:
        self.mailbox = mailbox

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.mailbox.mode == "reject":
            return "550 5.1.1 No such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.mailbox.mode == "slow":
            await asyncio.sleep(self.mailbox.seconds)
        content = envelope.original_content or b""
        id = self.mailbox.keep(content, sender=envelope.mail_from or "", recipients=list(envelope.rcpt_tos))
        return f"250 OK kept as {id}"


class _Line(SMTP):
    """One SMTP connection, which `down` and `nonsense` spoil from its first byte."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        mode = self.event_handler.mailbox.mode
        if mode in ("down", "nonsense") and isinstance(transport, asyncio.Transport):
            if mode == "nonsense":
                transport.write(b"HTTP/1.1 200 OK\r\n\r\n<html>It works!</html>\r\n")
            transport.close()
        super().connection_made(transport)


class Pages:
    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox

    def routes(self) -> list[Route]:
        return [
            Route("/", self.index),
            Route("/mailbox.css", self.style),
            Route("/messages.json", self.messages),
            Route("/messages/{id}", self.show),
            Route("/messages/{id}/html", self.html),
            Route("/messages/{id}/raw", self.raw),
            Route("/_control", self.control, methods=["POST"]),
        ]

    async def index(self, request: Request) -> Response:
        rows = "".join(
            f"<tr><td>{escape(item['date'])}</td><td>{escape(item['to'])}</td>"
            f'<td><a href="/messages/{item["id"]}">{escape(item["subject"] or "(no subject)")}</a></td></tr>'
            for item in map(self._summary, self._mailbox.ids())
        )
        table = f"<table><thead><tr><th>Date</th><th>To</th><th>Subject</th></tr></thead><tbody>{rows}</tbody></table>"
        return _page("Mail sent by the demo", table if rows else "<p>No mail has been sent yet.</p>")

    async def style(self, request: Request) -> Response:
        return PlainTextResponse(STYLE, media_type="text/css")

    async def messages(self, request: Request) -> Response:
        """Newest first."""
        return JSONResponse({"messages": [self._summary(id) for id in self._mailbox.ids()]})

    async def show(self, request: Request) -> Response:
        id = request.path_params["id"]
        message = self._mailbox.message(id)
        if message is None:
            return _page("No such message", '<p><a href="/">All mail</a></p>', 404)
        heads = "".join(
            f"<tr><th>{name}</th><td>{escape(message.get(name, ''))}</td></tr>" for name in ("From", "To", "Date")
        )
        html = (
            f'<h2>HTML</h2><iframe sandbox title="The HTML part" src="/messages/{id}/html"></iframe>'
            if _part(message, "html")
            else ""
        )
        return _page(
            message.get("Subject", "(no subject)"),
            f'<p><a href="/">All mail</a> · <a href="/messages/{id}/raw">Source</a></p><table>{heads}</table>'
            f"<h2>Text</h2><pre>{escape(_part(message, 'plain'))}</pre>{html}",
        )

    async def html(self, request: Request) -> Response:
        message = self._mailbox.message(request.path_params["id"])
        body = "" if message is None else _part(message, "html")
        return HTMLResponse(body, 200 if body else 404, MESSAGE_POLICY)

    async def raw(self, request: Request) -> Response:
        raw = self._mailbox.raw(request.path_params["id"])
        if raw is None:
            return PlainTextResponse("No such message.\n", 404)
        return Response(raw, media_type="text/plain; charset=utf-8", headers={"X-Content-Type-Options": "nosniff"})

    async def control(self, request: Request) -> Response:
        try:
            given = json.loads(await request.body() or b"{}")
            mode, seconds = given.get("mode", "ok"), float(given.get("seconds", 5.0))
        except (ValueError, AttributeError, TypeError) as problem:
            return JSONResponse({"error": str(problem)}, 400)
        if mode not in MODES or not set(given) <= {"mode", "seconds"}:
            return JSONResponse({"error": f"expected mode ({', '.join(MODES)}) and seconds"}, 400)
        self._mailbox.mode, self._mailbox.seconds = mode, seconds
        return JSONResponse({"mode": mode, "seconds": seconds})

    def _summary(self, id: str) -> dict[str, str]:
        message = self._mailbox.message(id) or EmailMessage()
        heads = {name: message.get(name, "") for name in ("from", "to", "subject", "date")}
        return {
            "id": id, **heads, "message_id": message.get("Message-ID", ""), "text": _part(message, "plain"),
            "html": _part(message, "html"),
        }  # fmt: skip


def build(mailbox: Mailbox, smtp: socket.socket) -> Starlette:
    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        loop = asyncio.get_running_loop()
        receiver = Receiver(mailbox)
        server = await loop.create_server(
            lambda: _Line(receiver, hostname="localhost", enable_SMTPUTF8=True, loop=loop), sock=smtp
        )
        yield
        server.close()

    return Starlette(routes=Pages(mailbox).routes(), lifespan=lifespan)


def _part(message: EmailMessage, subtype: str) -> str:
    part = message.get_body((subtype,))
    return str(part.get_content()) if part is not None else ""


def _page(title: str, body: str, status: int = 200) -> Response:
    return HTMLResponse(
        '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f'<title>{escape(title)} · Mailbox</title><link rel="stylesheet" href="/mailbox.css">'
        f"<body><main><h1>{escape(title)}</h1>{body}</main></body></html>",
        status,
        PAGE_POLICY,
    )


def main() -> None:
    env = os.environ.get
    parser = argparse.ArgumentParser(prog="python -m simulators.mailbox", description=__doc__)
    parser.add_argument("--smtp-port", type=int, default=int(env("MAILBOX_SMTP_PORT", "1025")))
    parser.add_argument("--http-port", type=int, default=int(env("MAILBOX_HTTP_PORT", "0")))
    parser.add_argument("--store", type=Path, default=Path(env("MAILBOX_STORE", ".local/mail")))
    asked = parser.parse_args()
    smtp = listen(asked.smtp_port)
    app = build(Mailbox(asked.store), smtp)
    smtp_port = smtp.getsockname()[1]
    serve(app, asked.http_port, f"Mailbox on {{base}}, SMTP on {ADDRESS}:{smtp_port} (nothing is passed on)")


if __name__ == "__main__":
    main()
