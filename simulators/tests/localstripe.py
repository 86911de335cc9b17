"""PyPI's localstripe as a process of its own, on loopback: somebody else's idea of Stripe, to hold ours against.

Its own start command listens on every interface and keeps what it was told in /tmp; neither happens here.
"""

import subprocess
import sys
import time

import httpx2
import stripe

from simulators.services.ports import free_port
from simulators.tests.stand_in import API_KEY, ROOT, SECRET

RUNNER = """
import sys
from aiohttp import web
from localstripe.resources import store
from localstripe.server import app
store.dump_to_disk = lambda: None
web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]), print=None)
"""
CARD = {"number": "4242424242424242", "exp_month": 12, "exp_year": 2034, "cvc": "123"}
START_SECONDS = 20


class LocalStripe:
    def __init__(self, webhook_url: str) -> None:
        port = free_port()
        self.base = f"http://127.0.0.1:{port}"
        self.process = subprocess.Popen([sys.executable, "-c", RUNNER, str(port)], cwd=ROOT, stderr=subprocess.DEVNULL)
        self.http = httpx2.Client(base_url=self.base, headers={"Authorization": f"Bearer {API_KEY}"}, trust_env=False)
        self._wait()
        told = self.http.post("/_config/webhooks/tests", json={"url": webhook_url, "secret": SECRET})
        assert told.status_code == 200

    def _wait(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                self.http.get("/v1/charges")
                return
            except httpx2.TransportError:
                assert time.monotonic() < deadline and self.process.poll() is None, "localstripe did not start"
                time.sleep(0.05)

    def pay(self, client: stripe.StripeClient) -> str:
        """A payment of 49.00 EUR that went through; the id of its intent. There is no Checkout to pay on."""
        method = self.http.post("/v1/payment_methods", json={"type": "card", "card": CARD}).json()
        asked = {"amount": 4900, "currency": "eur", "payment_method": method["id"], "confirm": True,
                 "metadata": {"checkout": "checkout-1"}}  # fmt: skip
        return str(client.v1.payment_intents.create(asked).id)  # type: ignore[arg-type]

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(10)
        self.http.close()
