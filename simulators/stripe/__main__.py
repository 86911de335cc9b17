"""Starts the Stripe stand-in: `python -m simulators.stripe --port P --state DIR --webhook-url URL --webhook-secret …`.

It must never start with a webhook address that is not on this machine.
"""

import argparse
import asyncio
import contextlib
import os
import signal
import traceback
from collections.abc import AsyncIterator
from pathlib import Path

from starlette.applications import Starlette

from simulators.loopback import is_loopback, serve
from simulators.stripe.api import Api
from simulators.stripe.control import Control
from simulators.stripe.pay_page import PayPage
from simulators.stripe.store import Store
from simulators.stripe.switches import Switches
from simulators.stripe.webhooks import Sender


def main() -> None:
    asked = _arguments()
    app = build(asked.state, asked.webhook_url, asked.webhook_secret)
    serve(app, asked.port, f"Stripe stand-in on {{base}} (no money moves), webhooks to {asked.webhook_url}")


def build(state: Path, webhook_url: str, webhook_secret: str) -> Starlette:
    store, switches = Store(state), Switches()
    sender = Sender(store, switches, webhook_url, webhook_secret)

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        sending = asyncio.create_task(sender.run())
        sending.add_done_callback(_stop_unless_cancelled)
        yield
        sending.cancel()
        await asyncio.wait([sending])
        store.close()

    doors = (PayPage(store, switches, sender), Control(store, switches, sender), Api(store, switches, sender))
    return Starlette(routes=[route for door in doors for route in door.routes()], lifespan=lifespan)


def _stop_unless_cancelled(sending: "asyncio.Task[None]") -> None:
    """A stand-in whose sender has died must not go on as if webhooks were coming: it says why and ends."""
    if not sending.cancelled() and sending.exception() is not None:
        traceback.print_exception(sending.exception())
        os.kill(os.getpid(), signal.SIGTERM)


def _arguments() -> argparse.Namespace:
    env = os.environ.get
    parser = argparse.ArgumentParser(prog="python -m simulators.stripe", description=__doc__)
    parser.add_argument("--port", type=int, default=int(env("STRIPE_SIM_PORT", "0")))
    parser.add_argument("--state", type=Path, default=Path(env("STRIPE_SIM_STATE", ".local/stripe")))
    parser.add_argument("--webhook-url", default=env("STRIPE_SIM_WEBHOOK_URL", ""))
    parser.add_argument("--webhook-secret", default=env("STRIPE_SIM_WEBHOOK_SECRET", ""))
    asked = parser.parse_args()
    if not is_loopback(asked.webhook_url):
        parser.error("--webhook-url must be an address on this machine")
    if not asked.webhook_secret.startswith("whsec_"):
        parser.error("--webhook-secret must start with whsec_")
    return asked


if __name__ == "__main__":
    main()
