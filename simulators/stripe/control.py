"""The control calls: what a test or a demo asks of the stand-in that Stripe itself has no call for.

They answer JSON, refuse what they do not know by name, and must never be part of what the product calls.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict, fields
from functools import partial
from typing import Any, cast

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from simulators.stripe import checkout, refunds
from simulators.stripe.errors import JsonObject, Refused
from simulators.stripe.ledger import Ledger, change, visible
from simulators.stripe.store import Store
from simulators.stripe.switches import API_MODES, REFUND_OUTCOMES, RefundOutcome, Switches
from simulators.stripe.webhooks import Sender

MOST_RESENDS = 1000
UNDECIDED = ("needs_response", "under_review", "warning_needs_response", "warning_under_review")
Handle = Callable[[dict[str, Any]], Awaitable[JsonObject]]


class BadControl(Exception):
    """A control call that asks for something there is no such thing as."""


class Control:
    def __init__(self, store: Store, switches: Switches, sender: Sender) -> None:
        self._store = store
        self._switches = switches
        self._sender = sender

    def routes(self) -> list[Route]:
        posts: dict[str, Handle] = {
            "webhooks": self.webhooks,
            "api": self.api,
            "resend": self.resend,
            "async": self.settle_later,
            "refunds": self.refunds,
            "refund": self.settle_refund,
            "dispute": self.dispute,
            "dispute_update": self.update_dispute,
            "dispute_close": self.close_dispute,
            "session": self.alter_session,
        }
        doors = [Route(f"/_control/{name}", _door(handle), methods=["POST"]) for name, handle in posts.items()]
        return [Route("/_control/state", self.state), *doors]

    async def state(self, request: Request) -> Response:
        """Everything; with `?object=ID` only the events about that object."""
        store, about = self._store, request.query_params.get("object")
        events = store.newest_first("event")
        wanted = [event for event in events if about in (None, event["data"]["object"]["id"])]
        return JSONResponse(
            {
                "switches": asdict(self._switches),
                "sessions": [visible(session) for session in store.newest_first("checkout.session")],
                "refunds": [visible(refund) for refund in store.newest_first("refund")],
                "events": [_told(store, event) for event in wanted],
                "pending_deliveries": len(store.pending_deliveries()),
            }
        )

    async def webhooks(self, given: dict[str, Any]) -> JsonObject:
        """Replaces all the webhook switches: what is not given goes back to good behaviour."""
        self._switches.webhooks = _filled(type(self._switches.webhooks), given)
        return asdict(self._switches.webhooks)

    async def api(self, given: dict[str, Any]) -> JsonObject:
        _one_of(given.get("mode", "ok"), API_MODES)
        self._switches.api = _filled(type(self._switches.api), given)
        return asdict(self._switches.api)

    async def refunds(self, given: dict[str, Any]) -> JsonObject:
        """How refunds end from now on: {outcome}."""
        outcome = _one_of(_only(given, "outcome")["outcome"], REFUND_OUTCOMES)
        self._switches.refunds = cast(RefundOutcome, outcome)
        return {"outcome": self._switches.refunds}

    async def resend(self, given: dict[str, Any]) -> JsonObject:
        """Send events again now, at once or one after the other, and tell how each was answered."""
        given = {"times": 1, "concurrent": False, **given}
        events = given.pop("event_ids", None) or [given.pop("event_id", "")]
        times, concurrent = (_only(given, "times", "concurrent")[name] for name in ("times", "concurrent"))
        wanted = [id for id in events for _ in range(times)]
        if not all(self._store.get(str(id)) for id in events) or not 0 < len(wanted) <= MOST_RESENDS:
            raise BadControl(f"event_id must name an event, and at most {MOST_RESENDS} are sent")
        if concurrent:
            sent = await asyncio.gather(*(self._sender.send(id) for id in wanted))
        else:
            sent = [await self._sender.send(id) for id in wanted]
        return {"sent": [attempt.to_json() for attempt in sent]}

    async def settle_later(self, given: dict[str, Any]) -> JsonObject:
        asked = _only(given, "session", "outcome")
        settle = partial(checkout.settle_later, succeeded=_succeeded(asked))
        return self._change("checkout.session", asked["session"], settle)

    async def settle_refund(self, given: dict[str, Any]) -> JsonObject:
        asked = _only(given, "refund", "outcome")
        settle = partial(refunds.settle, succeeded=_succeeded(asked))
        return self._change("refund", asked["refund"], settle)

    async def dispute(self, given: dict[str, Any]) -> JsonObject:
        asked = _only({"reason": "fraudulent", **given}, "charge", "reason")
        return self._change("charge", asked["charge"], partial(refunds.dispute, reason=asked["reason"]))

    async def update_dispute(self, given: dict[str, Any]) -> JsonObject:
        asked = _only(given, "dispute", "status")
        status = _one_of(asked["status"], UNDECIDED)
        return self._change("dispute", asked["dispute"], partial(refunds.update_dispute, status=status))

    async def alter_session(self, given: dict[str, Any]) -> JsonObject:
        """What somebody with the account's key or its dashboard could do to a session: another reference."""
        asked = _only(given, "session", "client_reference_id")
        changed = {"client_reference_id": str(asked["client_reference_id"])}
        return self._change("checkout.session", asked["session"], lambda ledger, found: ledger.save(found | changed))

    async def close_dispute(self, given: dict[str, Any]) -> JsonObject:
        asked = _only(given, "dispute", "outcome")
        outcome = _one_of(asked["outcome"], refunds.DECIDED)
        return self._change("dispute", asked["dispute"], partial(refunds.close_dispute, outcome=outcome))

    def _change(self, kind: str, id: str, verb: Callable[[Ledger, JsonObject], JsonObject]) -> JsonObject:
        with change(Ledger(self._store, self._switches, base="")) as ledger:
            changed = verb(ledger, ledger.find(kind, str(id)))
        self._sender.wake()
        return visible(changed)


def _door(handle: Handle) -> Callable[[Request], Awaitable[Response]]:
    async def door(request: Request) -> Response:
        try:
            given = json.loads(await request.body() or b"{}")
            if not isinstance(given, dict):
                raise BadControl("a JSON object is expected")
            return JSONResponse(await handle(given))
        except (BadControl, Refused, ValueError, TypeError) as problem:
            return JSONResponse({"error": str(problem)}, 400)

    return door


def _only(given: dict[str, Any], *names: str) -> dict[str, Any]:
    """Exactly these names; raises BadControl otherwise."""
    if set(given) != set(names):
        raise BadControl(f"expected {', '.join(names)}; got {', '.join(sorted(given)) or 'nothing'}")
    return given


def _one_of(value: Any, choices: tuple[Any, ...]) -> str:
    if value not in choices:
        raise BadControl(f"{value!r} is none of {', '.join(choices)}")
    return str(value)


def _succeeded(asked: dict[str, Any]) -> bool:
    return _one_of(asked["outcome"], ("succeeded", "failed")) == "succeeded"


def _filled(kind: type[Any], given: dict[str, Any]) -> Any:
    strangers = set(given) - {field.name for field in fields(kind)}
    if strangers:
        raise BadControl(f"unknown: {', '.join(sorted(strangers))}")
    wrong = [name for name, value in given.items() if not _fits(value, getattr(kind(), name))]
    if wrong:
        raise BadControl(f"of the wrong kind: {', '.join(wrong)}")
    return kind(**given)


def _fits(value: Any, usual: Any) -> bool:
    """True when the value is of the kind the switch usually holds; only a count may be none."""
    if usual is None:
        return value is None or type(value) is int
    return type(value) in (int, float) if isinstance(usual, float) else type(value) is type(usual)


def _told(store: Store, event: JsonObject) -> JsonObject:
    sent = [asdict(delivery) for delivery in store.deliveries_of(event["id"])]
    about = event["data"]["object"]["id"]
    return {"id": event["id"], "type": event["type"], "created": event["created"], "object": about, "deliveries": sent}
