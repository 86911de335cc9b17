"""The doors of the API: key, body, misbehaviour, envelope and request id around what the offline writer answers.

It must never answer without a Bearer key, nor stream.
"""

import asyncio
import json
import secrets
import time
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from simulators.loopback import hang_up
from simulators.openai import shapes
from simulators.openai.answering import answer
from simulators.openai.errors import JsonObject, Refused, failure
from simulators.openai.switches import BadSwitch, Switches

Compute = Callable[[JsonObject, str], JsonObject]
NONSENSE = "<html><body>It works!</body></html>"
RESPONSES_TAKES = """
    background include input instructions max_output_tokens metadata model parallel_tool_calls prompt_cache_key
    reasoning safety_identifier service_tier store stream temperature text tool_choice tools top_p truncation user
"""
CHAT_TAKES = """
    frequency_penalty max_completion_tokens max_tokens messages metadata model n presence_penalty prompt_cache_key
    reasoning_effort response_format safety_identifier seed service_tier stop store stream temperature top_p user
    verbosity
"""
MODERATIONS_TAKES = "input model"


class Api:
    def __init__(self) -> None:
        self._switches = Switches()

    def routes(self) -> list[Route]:
        return [
            Route("/v1/responses", self._door(_responses), methods=["POST"]),
            Route("/v1/chat/completions", self._door(_chat), methods=["POST"]),
            Route("/v1/moderations", self._door(_moderations), methods=["POST"]),
            Route("/v1/models", self._door(lambda asked, mode: shapes.models()), methods=["GET"]),
            Route("/_control", self.control, methods=["GET", "POST"]),
        ]

    async def control(self, request: Request) -> Response:
        """POST replaces the switches, GET shows them."""
        try:
            if request.method == "POST":
                self._switches = self._switches.changed(json.loads(await request.body() or b"{}"))
        except (BadSwitch, ValueError, TypeError, AttributeError) as problem:
            return JSONResponse({"error": str(problem)}, 400)
        return JSONResponse(vars(self._switches))

    def _door(self, compute: Compute) -> Callable[[Request], Awaitable[Response]]:
        async def door(request: Request) -> Response:
            switches, self._switches = self._switches, self._switches.after_one_call()
            started = time.perf_counter()
            await asyncio.sleep(switches.delay_seconds + (switches.seconds if switches.mode == "slow" else 0.0))
            if switches.mode == "down":
                return await hang_up(request)
            response = await _answered(request, compute, switches)
            response.headers["x-request-id"] = f"req_{secrets.token_hex(16)}"
            response.headers["openai-processing-ms"] = str(round((time.perf_counter() - started) * 1000))
            response.headers["openai-version"] = "2020-10-01"
            return response

        return door


async def _answered(request: Request, compute: Compute, switches: Switches) -> Response:
    try:
        _check_key(request)
        asked = await _body(request) if request.method == "POST" else {}
        refusal = failure(switches.mode)
        if refusal is not None:
            raise refusal
        body = compute(asked, switches.mode)
    except Refused as refused:
        headers = {} if switches.retry_after is None else {"Retry-After": f"{switches.retry_after:g}"}
        return JSONResponse(refused.body, refused.status, headers)
    if switches.mode == "nonsense":
        return Response(NONSENSE, media_type="text/html")
    return JSONResponse(body)


def _check_key(request: Request) -> None:
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not key.strip():
        raise Refused(
            "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer "
            "auth (i.e. Authorization: Bearer YOUR_KEY).", status=401,
        )  # fmt: skip


async def _body(request: Request) -> JsonObject:
    try:
        asked = json.loads(await request.body())
    except ValueError as problem:
        raise Refused("We could not parse the JSON body of your request.") from problem
    if not isinstance(asked, dict):
        raise Refused("The body must be a JSON object.")
    return asked


def _check_fields(asked: JsonObject, takes: str, needs: tuple[str, ...]) -> None:
    for name in asked:
        if name not in takes.split():
            raise Refused(f"Unknown parameter: '{name}'.", code="unknown_parameter", param=name)
    for name in needs:
        if name not in asked:
            raise Refused(f"Missing required parameter: '{name}'.", code="missing_required_parameter", param=name)
    if asked.get("stream"):
        raise Refused("The offline writer does not stream.", code="unsupported_value", param="stream")


def _responses(asked: JsonObject, mode: str) -> JsonObject:
    _check_fields(asked, RESPONSES_TAKES, ("model", "input"))
    schema = _part(_part(asked, "text"), "format").get("schema")
    texts = [asked.get("instructions") or "", *_texts(asked["input"], param="input")]
    return shapes.response(answer(texts, schema, mode), asked)


def _chat(asked: JsonObject, mode: str) -> JsonObject:
    _check_fields(asked, CHAT_TAKES, ("model", "messages"))
    schema = _part(_part(asked, "response_format"), "json_schema").get("schema")
    return shapes.chat_completion(answer(_texts(asked["messages"], param="messages"), schema, mode))


def _moderations(asked: JsonObject, mode: str) -> JsonObject:
    _check_fields(asked, MODERATIONS_TAKES, ("input",))
    given = asked["input"]
    return shapes.moderation(len(given) if isinstance(given, list) else 1, flagged=mode == "flagged")


def _part(asked: JsonObject, name: str) -> JsonObject:
    part = asked.get(name) or {}
    if not isinstance(part, dict):
        raise Refused(f"Invalid type for '{name}': expected an object.", code="invalid_type", param=name)
    return part


def _texts(messages: object, *, param: str) -> list[str]:
    """The text of each message, in order; a message's content is a string or a list of text parts."""
    if isinstance(messages, str):
        return [messages]
    try:
        contents = [message["content"] for message in messages]  # type: ignore[attr-defined]
        return [text if isinstance(text, str) else "".join(part["text"] for part in text) for text in contents]
    except (TypeError, KeyError) as problem:
        raise Refused("Messages must be text with a role.", code="invalid_type", param=param) from problem
