"""A stand-in for Sentry: takes what is sent to it, and shows it as it came."""

import gzip
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import brotli

UNPACKED = {"gzip": gzip.decompress, "br": brotli.decompress}


class Sentry:
    """The envelopes that arrived, in order; each is lines of JSON."""

    def __init__(self) -> None:
        self.envelopes: list[str] = []
        self.dsn = ""

    def events(self) -> list[dict[str, Any]]:
        lines = [json.loads(line) for text in self.envelopes for line in text.splitlines() if line]
        return [line for line in lines if "exception" in line]

    def errors(self, **tags: str) -> list[dict[str, Any]]:
        """Of those that carry all these tags."""
        return [event for event in self.events() if tags.items() <= event["tags"].items()]


@contextmanager
def listening() -> Iterator[Sentry]:
    sentry = Sentry()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            sentry.envelopes.append(UNPACKED[self.headers["Content-Encoding"]](body).decode())
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Whoever tests sees what came; nobody reads lines about it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    sentry.dsn = f"http://publickey@127.0.0.1:{server.server_port}/1"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield sentry
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
