"""The webhook sender: signs each event as Stripe does and repeats it until the receiver answers 2xx.

What is still to be sent lives in the store, so a restart goes on; it must never post beyond this machine.
"""

import asyncio
import hashlib
import hmac
import json
import time
from dataclasses import asdict, dataclass

import httpx2

from simulators.stripe import checkout
from simulators.stripe.errors import JsonObject
from simulators.stripe.ledger import Ledger, change
from simulators.stripe.store import Delivery, Store
from simulators.stripe.switches import Switches

FIRST_RETRY_SECONDS = 0.5
LONGEST_RETRY_SECONDS = 30.0
TIMEOUT_SECONDS = 20.0
AT_ONCE = 32
LONGEST_SLEEP_SECONDS = 1.0


@dataclass(frozen=True)
class Sent:
    """One attempt: `status` 0 means that no answer came, and `error` says why."""

    status: int
    milliseconds: float
    error: str = ""

    @property
    def accepted(self) -> bool:
        return 200 <= self.status < 300

    def to_json(self) -> JsonObject:
        return asdict(self)


def signature(payload: str, secret: str, timestamp: int) -> str:
    """The Stripe-Signature header: HMAC-SHA256 over "<timestamp>.<payload>"."""
    digest = hmac.new(secret.encode(), f"{timestamp}.{payload}".encode(), hashlib.sha256).hexdigest()
    return f"t={timestamp},v1={digest}"


def retry_delay(attempts: int) -> float:
    """Seconds to wait after this many failed attempts."""
    return float(min(FIRST_RETRY_SECONDS * 2 ** (attempts - 1), LONGEST_RETRY_SECONDS))


class Sender:
    def __init__(self, store: Store, switches: Switches, url: str, secret: str) -> None:
        self._store = store
        self._switches = switches
        self._url = url
        self._secret = secret
        self._under_way: dict[int, asyncio.Task[None]] = {}
        self._woken = asyncio.Event()
        limits = httpx2.Limits(max_connections=None, max_keepalive_connections=AT_ONCE)
        self._client = httpx2.AsyncClient(trust_env=False, timeout=TIMEOUT_SECONDS, limits=limits)

    def wake(self) -> None:
        """Something may be due."""
        self._woken.set()

    async def run(self) -> None:
        """Send what is due, for ever; also lets sessions expire when their time is up."""
        try:
            while True:
                self._woken.clear()
                self._expire_sessions()
                await self._sleep(self._start_what_is_due())
        finally:
            for task in self._under_way.values():
                task.cancel()
            await self._client.aclose()

    async def send(self, event_id: str) -> Sent:
        """One attempt, recorded nowhere; raises KeyError for an event that does not exist."""
        event = self._store.get(event_id)
        if event is None or event["object"] != "event":
            raise KeyError(event_id)
        payload = json.dumps(event, indent=2, ensure_ascii=False)
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "Stripe-Signature": signature(payload, self._secret, int(time.time())),
            "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
        }
        started = time.perf_counter()
        try:
            response = await self._client.post(self._url, content=payload.encode(), headers=headers)
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            return Sent(0, _since(started), f"{type(error).__name__}: {error}")
        return Sent(response.status_code, _since(started))

    def _expire_sessions(self) -> None:
        for id in self._store.overdue_sessions(time.time()):
            with change(Ledger(self._store, self._switches, base="")) as ledger:
                checkout.expire(ledger, ledger.find("checkout.session", id))

    def _start_what_is_due(self) -> float:
        """Start every due delivery there is room for; returns the seconds until the next one."""
        now = time.time()
        for delivery in self._store.pending_deliveries():
            if delivery.id in self._under_way:
                continue
            if delivery.due_at > now:
                return delivery.due_at - now
            if len(self._under_way) >= AT_ONCE:
                break
            self._under_way[delivery.id] = asyncio.create_task(self._deliver(delivery))
        return LONGEST_SLEEP_SECONDS

    async def _sleep(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._woken.wait(), min(seconds, LONGEST_SLEEP_SECONDS))
        except TimeoutError:
            return

    async def _deliver(self, delivery: Delivery) -> None:
        try:
            sent = await self.send(delivery.event)
            self._store.record_attempt(
                delivery,
                state="delivered" if sent.accepted else "pending",
                answer=sent.error or str(sent.status),
                due_at=time.time() + retry_delay(delivery.attempts + 1),
            )
        finally:
            del self._under_way[delivery.id]
            self.wake()


def _since(started: float) -> float:
    return round((time.perf_counter() - started) * 1000, 1)
