"""The calls of the API: one row per method and path, with the parameters it takes and the verb it runs.

Reads live here because they are all alike; what changes something is in its own module, and must never be written here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from simulators.stripe import checkout, refunds
from simulators.stripe.errors import JsonObject, invalid
from simulators.stripe.ledger import Ledger, visible
from simulators.stripe.params import PAGING, Many, Table, Text

Run = Callable[[Ledger, str, dict[str, Any]], JsonObject]
NOTHING = Table()
COMPARISONS: dict[str, Callable[[int, int], bool]] = {
    "gt": int.__gt__,
    "gte": int.__ge__,
    "lt": int.__lt__,
    "lte": int.__le__,
}


@dataclass(frozen=True)
class Operation:
    """`run` gets the ledger, the id in the path (or ''), and the typed parameters."""

    method: str
    path: str
    takes: Table
    run: Run


def _retrieve(kind: str) -> Run:
    def run(ledger: Ledger, id: str, params: dict[str, Any]) -> JsonObject:
        return ledger.find(kind, id, param=kind.split(".")[-1])

    return run


def _listing(kind: str, path: str, keep: Callable[[JsonObject, dict[str, Any]], bool]) -> Run:
    def run(ledger: Ledger, id: str, params: dict[str, Any]) -> JsonObject:
        found = (item for item in ledger.store.newest_first(kind) if keep(item, params))
        return _page([item for item in found if _created_within(item, params.get("created", {}))], params, path)

    return run


def _page(items: list[JsonObject], params: dict[str, Any], path: str) -> JsonObject:
    limit = params.get("limit", 10)
    if "starting_after" in params:
        items = items[_position(items, params["starting_after"], "starting_after") + 1 :]
        return list_object(items[:limit], has_more=len(items) > limit, path=path)
    if "ending_before" in params:
        items = items[: _position(items, params["ending_before"], "ending_before")]
        return list_object(items[-limit:], has_more=len(items) > limit, path=path)
    return list_object(items[:limit], has_more=len(items) > limit, path=path)


def list_object(items: list[JsonObject], *, has_more: bool, path: str) -> JsonObject:
    return {"object": "list", "data": items, "has_more": has_more, "url": path}


def _position(items: list[JsonObject], id: str, param: str) -> int:
    for position, item in enumerate(items):
        if item["id"] == id:
            return position
    raise invalid(f"No such object: '{id}'", param=param, code="resource_missing")


def _created_within(item: JsonObject, bounds: dict[str, int]) -> bool:
    return all(COMPARISONS[name](item["created"], bound) for name, bound in bounds.items())


def _same(*names: str) -> Callable[[JsonObject, dict[str, Any]], bool]:
    return lambda item, params: all(item[name] == params[name] for name in names if name in params)


def _of_type(event: JsonObject, params: dict[str, Any]) -> bool:
    wanted = params.get("types") or ([params["type"]] if "type" in params else [event["type"]])
    return event["type"] in wanted


def line_items(ledger: Ledger, session: str) -> list[JsonObject]:
    """In the order they were given."""
    newest_first = [visible(line) for line in ledger.store.newest_first("item") if line["_session"] == session]
    return newest_first[::-1]


def _session_lines(ledger: Ledger, id: str, params: dict[str, Any]) -> JsonObject:
    ledger.find("checkout.session", id, param="session")
    return _page(line_items(ledger, id), params, f"/v1/checkout/sessions/{id}/line_items")


def _expire(ledger: Ledger, id: str, params: dict[str, Any]) -> JsonObject:
    return checkout.expire(ledger, ledger.find("checkout.session", id, param="session"))


SESSIONS, REFUNDS, EVENTS = "/v1/checkout/sessions", "/v1/refunds", "/v1/events"
INTENT, CHARGE, STATUS = {"payment_intent": Text()}, {"charge": Text()}, {"status": Text()}

OPERATIONS = (
    Operation("POST", SESSIONS, checkout.CREATE, lambda ledger, _, params: checkout.create(ledger, params)),
    Operation("GET", SESSIONS, Table({**PAGING, **INTENT, **STATUS}),
              _listing("checkout.session", SESSIONS, _same("payment_intent", "status"))),
    Operation("GET", SESSIONS + "/{id}", NOTHING, _retrieve("checkout.session")),
    Operation("GET", SESSIONS + "/{id}/line_items", Table(PAGING), _session_lines),
    Operation("POST", SESSIONS + "/{id}/expire", NOTHING, _expire),
    Operation("GET", "/v1/payment_intents/{id}", NOTHING, _retrieve("payment_intent")),
    Operation("GET", "/v1/charges/{id}", NOTHING, _retrieve("charge")),
    Operation("POST", REFUNDS, refunds.CREATE, lambda ledger, _, params: refunds.create(ledger, params)),
    Operation("GET", REFUNDS, Table({**PAGING, **INTENT, **CHARGE}),
              _listing("refund", REFUNDS, _same("payment_intent", "charge"))),
    Operation("GET", REFUNDS + "/{id}", NOTHING, _retrieve("refund")),
    Operation("GET", "/v1/disputes/{id}", NOTHING, _retrieve("dispute")),
    Operation("GET", "/v1/disputes", Table({**PAGING, **INTENT, **CHARGE}),
              _listing("dispute", "/v1/disputes", _same("payment_intent", "charge"))),
    Operation("GET", EVENTS, Table({**PAGING, "type": Text(), "types": Many(Text())}),
              _listing("event", EVENTS, _of_type)),
    Operation("GET", EVENTS + "/{id}", NOTHING, _retrieve("event")),
)  # fmt: skip
