"""A stand-in started as people start it, and a small receiver of webhooks to point it at.

Everything stays on loopback and ends with the test that started it.
"""

import http.server
import queue
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import stripe

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared"
SECRET = "whsec_of_these_tests"
API_KEY = "sk_test_of_these_tests"
HTTP = httpx2.Client(trust_env=False, timeout=30)


class StandIn:
    """One process; `base` is the address it printed."""

    def __init__(self, *words: object) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", *map(str, words)], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        assert self.process.stdout is not None
        self.greeting = self.process.stdout.readline()
        found = re.search(r"http://127\.0\.0\.1:\d+", self.greeting)
        assert found is not None, f"no address in {self.greeting!r}"
        self.base = found[0]

    def get(self, path: str, **options: Any) -> httpx2.Response:
        return HTTP.get(self.base + path, **options)

    def post(self, path: str, **options: Any) -> httpx2.Response:
        return HTTP.post(self.base + path, **options)

    def control(self, path: str, **asked: Any) -> Any:
        response = self.post(path, json=asked)
        assert response.status_code == 200, response.text
        return response.json()

    def stop(self) -> tuple[int, float]:
        """SIGTERM; returns the exit status and the seconds it took."""
        started = time.monotonic()
        self.process.terminate()
        status = self.process.wait(10)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return status, time.monotonic() - started


@dataclass
class Delivered:
    payload: bytes
    signature: str
    at: float

    @property
    def event(self) -> stripe.Event:
        """The event, once Stripe's own library has verified its signature."""
        event: stripe.Event = stripe.Webhook.construct_event(self.payload, self.signature, SECRET)
        return event


@dataclass
class Receiver:
    """Takes webhooks; answers with the statuses it was given, then 200."""

    statuses: list[int] = field(default_factory=list)
    delivered: "queue.Queue[Delivered]" = field(default_factory=queue.Queue)
    port: int = 0

    def __post_init__(self) -> None:
        receiver = self

        class Server(http.server.ThreadingHTTPServer):
            request_queue_size = 256

        class Door(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                payload = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.delivered.put(Delivered(payload, self.headers["Stripe-Signature"], time.monotonic()))
                self.send_response(receiver.statuses.pop(0) if receiver.statuses else 200)
                self.end_headers()

            def log_message(self, format: str, *words: Any) -> None:
                """Say nothing."""

        self._server = Server(("127.0.0.1", self.port), Door)
        self.port = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}/webhook"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()

    def take(self, count: int, *, seconds: float = 10) -> list[stripe.Event]:
        """The next events, in the order they came."""
        return [self.delivered.get(timeout=seconds).event for _ in range(count)]

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def stripe_stand_in(state: Path, webhook_url: str) -> StandIn:
    return StandIn("simulators.stripe", "--state", state, "--webhook-url", webhook_url, "--webhook-secret", SECRET)


def client_of(stand_in: StandIn, *, retries: int = 0) -> stripe.StripeClient:
    return stripe.StripeClient(API_KEY, base_addresses={"api": stand_in.base}, max_network_retries=retries)


def a_session(**changes: Any) -> Any:
    """Parameters of a session for one article's link, 49.00 EUR."""
    return {
        "mode": "payment",
        "success_url": "http://127.0.0.1:9/done?session={CHECKOUT_SESSION_ID}",
        "cancel_url": "http://127.0.0.1:9/back",
        "client_reference_id": "checkout-1",
        "customer_email": "customer@example.org",
        "metadata": {"checkout": "checkout-1"},
        "payment_intent_data": {"metadata": {"checkout": "checkout-1"}},
        "line_items": [
            {
                "quantity": 1,
                "price_data": {"currency": "eur", "unit_amount": 4900, "product_data": {"name": "Link in an article"}},
            }
        ],
        **changes,
    }


def choose(session: stripe.checkout.Session, outcome: str) -> httpx2.Response:
    """What the customer does on the pay page."""
    assert session.url is not None
    return HTTP.post(session.url, data={"outcome": outcome})


def eventually(fact: Callable[[], Any], *, seconds: float = 10) -> Any:
    """The first truthy answer of `fact`; fails when there is none in time."""
    deadline = time.monotonic() + seconds
    while not (answer := fact()):
        assert time.monotonic() < deadline, f"not so within {seconds} s"
        time.sleep(0.02)
    return answer
