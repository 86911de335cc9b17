"""`make bench-web`: 200 signed webhooks at once against the whole system on this machine.

Prints the view's own time (Server-Timing) and what the clients saw, and counts what arrived. Fails when an event was
lost or a budget is broken: ≤ 50 ms server time at the median, every client answered within 2 s.
"""

import hashlib
import hmac
import json
import statistics
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.system import System, launched, until

EVENTS = 200
MEDIAN_MS, SLOWEST_MS = 50, 2000
SETTLE_SECONDS = 5  # a dozen processes have just started, and what they still load is not what is measured


def main() -> int:
    with tempfile.TemporaryDirectory() as folder, launched(Path(folder) / "home") as system:
        return _measure(system)


def _measure(system: System) -> int:
    secret = json.loads((system.home / "secrets.json").read_text())["STRIPE_WEBHOOK_SECRET"]
    known = system.rows(
        "SELECT id, payload FROM backlinks_stripeevent WHERE type = 'checkout.session.completed' LIMIT 1"
    )
    bodies = [_event(known[0]["payload"], number) for number in range(EVENTS)]
    time.sleep(SETTLE_SECONDS)
    began = time.perf_counter()
    with ThreadPoolExecutor(max_workers=EVENTS) as clients:
        answers = list(clients.map(lambda body: _send(system.demo["site"], body, secret), bodies))
    whole = time.perf_counter() - began
    stored = "SELECT count(*) AS n FROM backlinks_stripeevent WHERE id LIKE 'evt_bench_%%'"
    applied = f"{stored} AND applied_at IS NOT NULL"
    until(lambda: system.rows(applied)[0]["n"] == EVENTS, 120, "every event applied")
    return _report(answers, whole, system.rows(stored)[0]["n"])


def _event(known: dict[str, Any], number: int) -> bytes:
    return json.dumps({**known, "id": f"evt_bench_{number:04}"}).encode()


def _send(site: str, body: bytes, secret: str) -> tuple[int, float, float]:
    """(status, server milliseconds, client milliseconds)."""
    # The plainest client there is: on two cores its own work is taken from the server's.
    now = int(time.time())
    signature = hmac.new(secret.encode(), f"{now}.".encode() + body, hashlib.sha256).hexdigest()
    headers = {"Stripe-Signature": f"t={now},v1={signature}", "Content-Type": "application/json"}
    began = time.perf_counter()
    connection = HTTPConnection(urlsplit(site).netloc, timeout=30)
    connection.request("POST", "/api/v1/purchase/webhook", body, headers)
    answer = connection.getresponse()
    answer.read()
    seen = (time.perf_counter() - began) * 1000
    connection.close()
    return answer.status, float(answer.headers["Server-Timing"].rpartition("=")[2]), seen


def _report(answers: list[tuple[int, float, float]], whole: float, stored: int) -> int:
    server = sorted(answer[1] for answer in answers)
    client = sorted(answer[2] for answer in answers)
    accepted = sum(answer[0] == 200 for answer in answers)
    print(f"{EVENTS} webhooks at once: {accepted} answered 200, {stored} stored, {EVENTS - stored} lost, {whole:.2f} s")
    print(f"server time in the view: median {statistics.median(server):.1f} ms, slowest {server[-1]:.1f} ms")
    print(f"as the clients saw it:   median {statistics.median(client):.1f} ms, slowest {client[-1]:.1f} ms")
    kept = stored == accepted == EVENTS and statistics.median(server) <= MEDIAN_MS and client[-1] <= SLOWEST_MS
    print(
        f"budget (median ≤ {MEDIAN_MS} ms, every client ≤ {SLOWEST_MS} ms, none lost): {'kept' if kept else 'BROKEN'}"
    )
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
