"""One change to the stand-in's world: objects saved, events told, webhooks scheduled, in one transaction.

An event must never be told for a change that was not kept.
"""

import contextlib
import copy
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from simulators.stripe.errors import JsonObject, no_such
from simulators.stripe.ids import new_id
from simulators.stripe.store import Store
from simulators.stripe.switches import Switches, WebhookSwitches

API_VERSION = "2026-10-28.endive"
REORDER_GAP_SECONDS = 0.15
NAMES = {"checkout.session": "checkout.session", "item": "line_item"}


@dataclass
class Ledger:
    """`base` is the stand-in's own address; `request_id` and `idempotency_key` are told in the events."""

    store: Store
    switches: Switches
    base: str
    request_id: str | None = None
    idempotency_key: str | None = None
    now: float = field(default_factory=time.time)
    events: list[JsonObject] = field(default_factory=list)

    @property
    def at(self) -> int:
        return int(self.now)

    def find(self, kind: str, id: str, *, param: str = "id") -> JsonObject:
        """The object, or Stripe's resource_missing."""
        resource = self.store.get(id)
        if resource is None or resource["object"] != kind:
            raise no_such(NAMES.get(kind, kind), id, param=param)
        return resource

    def save(self, resource: JsonObject) -> JsonObject:
        self.store.put(resource)
        return resource

    def tell(self, type: str, resource: JsonObject, previous: JsonObject | None = None) -> None:
        """Record an event about the object as it is now; `previous` holds the fields that changed."""
        data: JsonObject = {"object": copy.deepcopy(visible(resource))}
        if previous is not None:
            data["previous_attributes"] = previous
        event: JsonObject = {
            "id": new_id("event"),
            "object": "event",
            "api_version": API_VERSION,
            "created": self.at,
            "data": data,
            "livemode": False,
            "pending_webhooks": 1,
            "request": {"id": self.request_id, "idempotency_key": self.idempotency_key},
            "type": type,
        }
        self.store.put(event)
        self.events.append(event)


def visible(resource: JsonObject) -> JsonObject:
    """The object as Stripe would show it: what the stand-in keeps for itself starts with an underscore."""
    return {name: value for name, value in resource.items() if not name.startswith("_")}


@contextlib.contextmanager
def change(ledger: Ledger) -> Iterator[Ledger]:
    with ledger.store.transaction():
        yield ledger
        _schedule(ledger)


def _schedule(ledger: Ledger) -> None:
    webhooks = ledger.switches.webhooks
    ordered = list(reversed(ledger.events)) if webhooks.reorder else ledger.events
    for position, event in enumerate(ordered):
        if webhooks.only and event["type"] not in webhooks.only:
            ledger.store.add_delivery(event["id"], ledger.now)
            continue
        if webhooks.drop > 0:
            webhooks.drop -= 1
            ledger.store.add_delivery(event["id"], ledger.now, state="dropped")
            continue
        for _ in range(1 + webhooks.duplicate):
            ledger.store.add_delivery(event["id"], _due_at(ledger.now, webhooks, position))


def _due_at(now: float, webhooks: WebhookSwitches, position: int) -> float:
    return now + webhooks.delay_seconds + (REORDER_GAP_SECONDS * position if webhooks.reorder else 0.0)
