"""The stand-ins of Stripe and OpenAI as processes of their own, on ports of their own, told what to do over HTTP."""

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx2

KEY = {"Authorization": "Bearer sk_test_of_these_tests"}
NOWHERE = "http://127.0.0.1:9/webhook"  # events are handed to `receive` by the tests themselves


class StandIn:
    """One process and its control calls."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.http = httpx2.Client(base_url=base, timeout=10)

    def tell(self, control: str = "", **given: Any) -> Any:
        """Stripe's stand-in has several controls, OpenAI's has one."""
        answer = self.http.post(f"/_control/{control}".rstrip("/"), json=given)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def pay(self, url: str, outcome: str = "pay") -> None:
        """As the customer's browser does on the hosted page."""
        assert self.http.post(url, data={"outcome": outcome}).status_code < 500

    def newest_event(self, about: str) -> dict[str, Any]:
        """The last event about the object of this id, as Stripe would send it."""
        event_id = self.http.get("/_control/state", params={"object": about}).json()["events"][0]["id"]
        return dict(self.http.get(f"/v1/events/{event_id}", headers=KEY).json())


@contextmanager
def standing_in(module: str, *arguments: str) -> Iterator[StandIn]:
    """Start `python -m module --port 0 …`; it is ended afterwards."""
    command = [sys.executable, "-m", module, "--port", "0", *arguments]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        greeting = process.stdout.readline()
        found = re.search(r"http://127\.0\.0\.1:\d+", greeting)
        assert found, greeting
        yield StandIn(found[0])
    finally:
        process.kill()
        process.wait(10)
