"""SendGrid's Web API on loopback: POST /v3/mail/send with its checks, its answers and the ways it fails.

Written from SendGrid's documentation. It keeps what it was given in memory and must never pass a message on.
"""

import json
import secrets
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

ADDRESS = "127.0.0.1"
PATH = "/v3/mail/send"
# What SendGrid writes by itself and lets nobody set.
RESERVED = {"x-sg-id", "x-sg-eid", "received", "dkim-signature", "content-type", "content-transfer-encoding"}
RESERVED |= {"to", "from", "subject", "reply-to", "cc", "bcc"}
REFUSED_KEY = "The provided authorization grant is invalid, expired, or revoked"


@dataclass(frozen=True)
class Answer:
    """`drop` breaks the line off instead of answering; the message was `taken` all the same, or not."""

    status: int = 202
    headers: dict[str, str] = field(default_factory=dict)
    message: str = ""
    wait_seconds: float = 0
    drop: bool = False
    taken: bool = False


@dataclass(frozen=True)
class Taken:
    id: str
    message: dict[str, Any]


class SendGrid(ThreadingHTTPServer):
    """Answers with what stands in `answers`, one each; then as SendGrid does."""

    daemon_threads = True

    def __init__(self, key: str, port: int = 0) -> None:
        super().__init__((ADDRESS, port), _Door)
        self.key = key
        self.answers: list[Answer] = []
        self.taken: list[Taken] = []
        self.asked = 0

    @property
    def base(self) -> str:
        return f"http://{ADDRESS}:{self.server_address[1]}"

    def start(self) -> None:
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def stop(self) -> None:
        self.shutdown()
        self.server_close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Somebody hung up: that is what some tests are about."""

    def keep(self, message: dict[str, Any]) -> str:
        id = secrets.token_urlsafe(16)
        self.taken.append(Taken(id, message))
        return id


class _Door(BaseHTTPRequestHandler):
    server: SendGrid
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.asked += 1
        answer = self.server.answers.pop(0) if self.server.answers else Answer()
        time.sleep(answer.wait_seconds)
        if answer.drop:
            if answer.taken:
                self.server.keep(json.loads(body))
            self.close_connection = True
            return
        if answer.status != Answer.status:
            self._say(answer.status, _errors(answer.message), answer.headers)
            return
        self._send(body)

    def _send(self, body: bytes) -> None:
        if self.headers.get("Authorization") != f"Bearer {self.server.key}":
            self._say(401, _errors(REFUSED_KEY))
        elif self.path != PATH:
            self._say(404, _errors("Not Found"))
        elif errors := _wrong(body):
            self._say(400, {"errors": errors})
        else:
            self._say(202, None, {"X-Message-Id": self.server.keep(json.loads(body))})

    def _say(self, status: int, body: object, headers: dict[str, str] | None = None) -> None:
        content = b"" if body is None else json.dumps(body).encode()
        self.send_response(status)
        for name, value in {**(headers or {}), "Content-Length": str(len(content))}.items():
            self.send_header(name, value)
        if content:
            self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: a request line is of no use, and a header may hold the key."""


def _errors(message: str, name: str | None = None) -> dict[str, Any]:
    return {"errors": [{"message": message, "field": name, "help": None}]}


def _wrong(body: bytes) -> list[dict[str, Any]]:
    """As SendGrid's documentation says what a message must be; what it says nothing of is let through."""
    try:
        message = json.loads(body)
    except ValueError:
        return list(_errors("Bad Request")["errors"])
    found: list[dict[str, Any]] = []
    for wrong, name, words in _rules(message):
        if wrong:
            found += _errors(words, name)["errors"]
    return found


def _rules(message: dict[str, Any]) -> list[tuple[bool, str, str]]:
    people = message.get("personalizations") or [{}]
    kinds = [part.get("type") for part in message.get("content", [])]
    custom = message.get("custom_args", {})
    return [
        (not all(one.get("to") for one in people), "personalizations.0.to", "The to array is required."),
        ("@" not in message.get("from", {}).get("email", ""), "from.email", "The from email is required."),
        (not message.get("subject"), "subject", "The subject is required."),
        (not kinds, "content", "The content is required."),
        ("text/plain" in kinds[1:], "content.1.type", "If present, text/plain and text/html must be first."),
        (
            any(name.lower() in RESERVED for name in message.get("headers", {})),
            "headers",
            "The header is reserved and cannot be overridden.",
        ),
        (not all(isinstance(value, str) for value in custom.values()), "custom_args", "Values must be strings."),
    ]
