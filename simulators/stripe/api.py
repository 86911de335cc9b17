"""The door of the API: routes, headers, the error envelope, and the misbehaviour a test has asked for.

It must never answer a call that carries no test key.
"""

import asyncio
import json

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from simulators.loopback import hang_up
from simulators.stripe.calls import Call, api_key, carry_out, earlier_answer, key_in_use
from simulators.stripe.errors import Refused, RefusedBefore
from simulators.stripe.ids import new_id
from simulators.stripe.ledger import API_VERSION
from simulators.stripe.operations import OPERATIONS, Operation
from simulators.stripe.store import SavedAnswer, Store
from simulators.stripe.switches import ApiMode, Switches
from simulators.stripe.webhooks import Sender

METHODS = ["GET", "POST", "DELETE"]


class Api:
    def __init__(self, store: Store, switches: Switches, sender: Sender) -> None:
        self._store = store
        self._switches = switches
        self._sender = sender
        self._in_flight: set[str] = set()

    def routes(self) -> list[Route]:
        known = [Route(path, self.answer, methods=METHODS) for path in dict.fromkeys(row.path for row in OPERATIONS)]
        return [*known, Route("/v1/{rest:path}", self.answer, methods=METHODS)]

    async def answer(self, request: Request) -> Response:
        seconds = self._switches.api.seconds
        mode = self._switches.api.take()
        if mode == "down":
            return await hang_up(request)
        if mode == "nonsense":
            return Response("<html><body>It works!</body></html>", media_type="text/html")
        response = await self._respond(request, mode, seconds if mode == "slow" else 0.0)
        return await hang_up(request) if mode == "cut" else response

    async def _respond(self, request: Request, mode: ApiMode, wait_seconds: float) -> Response:
        request_id = new_id("request")
        try:
            _misbehave(mode)
            call = await _read(request, request_id)
            answer = earlier_answer(self._store, call)
            if answer is not None:
                return _response(answer, request, {"Idempotent-Replayed": "true"})
            return _response(await self._once(call, wait_seconds), request)
        except Refused as refusal:
            text = json.dumps(refusal.envelope(request_id))
            return _response(SavedAnswer("", refusal.status, text, request_id), request)

    async def _once(self, call: Call, wait_seconds: float) -> SavedAnswer:
        """Carry the call out while its idempotency key, if any, is held."""
        if call.saved_under in self._in_flight:
            raise key_in_use(call)
        held = {call.saved_under} - {""}
        self._in_flight |= held
        try:
            await asyncio.sleep(wait_seconds)
            return carry_out(self._store, self._switches, call)
        finally:
            self._in_flight -= held
            self._sender.wake()


async def _read(request: Request, request_id: str) -> Call:
    key = api_key(request.headers.get("authorization", ""))
    body = (await request.body()).decode("utf-8", "replace")
    posted = request.method == "POST"
    return Call(
        operation=_operation(request),
        id=request.path_params.get("id", ""),
        given=body if posted else request.url.query,
        base=str(request.base_url).rstrip("/"),
        request_id=request_id,
        api_key=key,
        idempotency_key=request.headers.get("idempotency-key", "") if posted else "",
    )


def _operation(request: Request) -> Operation:
    path = request.scope["route"].path
    for operation in OPERATIONS:
        if (operation.method, operation.path) == (request.method, path):
            return operation
    raise RefusedBefore(
        f"Unrecognized request URL ({request.method}: {request.url.path}). The stand-in does not offer it.", status=404
    )


def _misbehave(mode: ApiMode) -> None:
    if mode == "429":
        raise RefusedBefore("Request rate limit exceeded.", status=429, code="rate_limit")
    if mode == "500":
        raise RefusedBefore("An unknown error occurred.", status=500, type="api_error")


def _response(answer: SavedAnswer, request: Request, extra: dict[str, str] | None = None) -> Response:
    headers = {
        "Request-Id": answer.request_id,
        "Stripe-Version": request.headers.get("stripe-version", API_VERSION),
        **(extra or {}),
    }
    if answer.status == 401:
        headers["WWW-Authenticate"] = 'Basic realm="Stripe"'
    if "idempotency-key" in request.headers:
        headers["Idempotency-Key"] = request.headers["idempotency-key"]
        headers["Original-Request"] = answer.request_id
    return Response(answer.body, answer.status, headers, media_type="application/json")
