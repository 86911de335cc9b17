"""`expand[]`: puts the object itself where its id stands, as deep as Stripe goes.

It must never show what the stand-in keeps for itself.
"""

from typing import Any

from simulators.stripe.errors import JsonObject, invalid
from simulators.stripe.ledger import Ledger, visible
from simulators.stripe.operations import line_items, list_object

DEEPEST = 4


def present(ledger: Ledger, result: JsonObject, paths: list[str]) -> JsonObject:
    """The result as the API returns it, with the paths asked for expanded; raises Refused for a path that can't be."""
    shown = _shown(ledger, result)
    for path in paths:
        parts = path.split(".")
        if len(parts) > DEEPEST:
            raise invalid(f"You cannot expand more than {DEEPEST} levels of a property.", param="expand")
        _expand(ledger, shown, parts, path)
    return shown


def _shown(ledger: Ledger, resource: JsonObject) -> JsonObject:
    if resource["object"] == "list":
        return {**resource, "data": [_shown(ledger, item) for item in resource["data"]]}
    if resource["object"] == "event":
        waiting = [sent for sent in ledger.store.deliveries_of(resource["id"]) if sent.state == "pending"]
        return {**resource, "pending_webhooks": 1 if waiting else 0}
    return visible(resource)


def _expand(ledger: Ledger, resource: JsonObject, parts: list[str], path: str) -> None:
    name, rest = parts[0], parts[1:]
    if name == "data" and resource["object"] == "list" and rest:
        for item in resource["data"]:
            _expand(ledger, item, rest, path)
        return
    resource[name] = _expanded(ledger, resource, name, path)
    if rest and isinstance(resource[name], dict):
        _expand(ledger, resource[name], rest, path)


def _expanded(ledger: Ledger, resource: JsonObject, name: str, path: str) -> Any:
    if resource["object"] == "checkout.session" and name == "line_items":
        url = f"/v1/checkout/sessions/{resource['id']}/line_items"
        return list_object(line_items(ledger, resource["id"]), has_more=False, path=url)
    if resource["object"] == "charge" and name == "refunds":
        given = [item for item in ledger.store.newest_first("refund") if item["charge"] == resource["id"]]
        return list_object(given, has_more=False, path=f"/v1/charges/{resource['id']}/refunds")
    value = resource.get(name)
    found = ledger.store.get(value) if isinstance(value, str) else None
    if found is not None:
        return _shown(ledger, found)
    if name in EXPANDABLE and (value is None or isinstance(value, dict)):
        return value
    raise invalid(f"This property cannot be expanded ({path}).", param="expand")


EXPANDABLE = frozenset({"customer", "invoice", "latest_charge", "payment_intent", "payment_method", "setup_intent"})
