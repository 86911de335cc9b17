"""Asking a model for a structured answer, over OpenAI's own client and whichever address the settings name.

Never called inside a transaction, never given a text it may publish by itself, and never silent about what it cost.
"""

import json
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import httpx2
from django.conf import settings
from django.utils.crypto import salted_hmac
from pydantic import BaseModel, ValidationError

from articles import prices
from articles.ai_log import Call, Notes, logged
from articles.clients.ai_errors import BadAnswer, Refused, translated
from articles.clients.ai_replies import Moderated, Reply, read_completion, read_moderation, read_response
from queues.on_demand import OnDemand

if TYPE_CHECKING:
    import openai
else:
    openai = OnDemand("openai")  # 47 MiB, and most of the time a process takes to start

__all__ = ["Answer", "BadAnswer", "Moderated", "Prompt", "Refused", "ask", "moderate"]

NOT_NEEDED_SECONDS = 15.0
MODERATION_MODEL = "omni-moderation-latest"

Parsed = TypeVar("Parsed", bound=BaseModel)


@dataclass(frozen=True)
class Prompt:
    """Instructions from a versioned file: static, so that the provider's prefix cache works."""

    version: str
    instructions: str


@cache
def prompt_of(room: str, version: str) -> Prompt:
    """From the room's folder `prompts`."""
    return Prompt(version, (settings.BASE_DIR / room / "prompts" / f"{version}.txt").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Answer(Generic[Parsed]):
    parsed: Parsed
    model: str
    request_id: str


def ask(
    *,
    purpose: str,
    subject: tuple[str, str],
    prompt: Prompt,
    document: dict[str, Any],
    answer: type[Parsed],
    is_needed: bool = True,
) -> Answer[Parsed]:
    """Send `document` as JSON and read the reply as `answer`; `subject` is (type, id) of what it is for.

    What is not needed is asked for once, and waited for no longer than NOT_NEEDED_SECONDS.
    Raises RetryLater (an outage), HeldBack (a spent budget or quota), Permanent (our mistake), Refused, or BadAnswer
    (the model's mistake).
    """
    question = json.dumps(document, ensure_ascii=False)
    opening = Call(purpose, subject, settings.OPENAI_MODEL, prompt.version, _most(prompt, question, answer))
    with logged(opening) as call:
        try:
            reply = _reply(_client(is_needed=is_needed), call, subject, prompt, question, answer)
        except openai.OpenAIError as error:
            raise translated(error) from error
        return Answer(parsed=_parsed(reply, answer), model=call.model, request_id=call.request_id)


def moderate(text: str, *, subject: tuple[str, str]) -> Moderated:
    """Whether the provider's moderation objects to `text`, and for what. Raises RetryLater or Permanent."""
    with logged(Call("moderation", subject, MODERATION_MODEL, most_micro=0)) as call:
        try:
            raw = _client().moderations.with_raw_response.create(model=MODERATION_MODEL, input=text)
        except openai.OpenAIError as error:
            raise translated(error) from error
        call.request_id = raw.request_id or ""
        verdict = read_moderation(raw.text)
        call.model, call.tokens_in = verdict.model, 0
        return verdict


def _most(prompt: Prompt, question: str, answer: type[BaseModel]) -> int | None:
    sent = f"{prompt.instructions}{question}{json.dumps(answer.model_json_schema())}"
    return prices.most_micro(settings.OPENAI_MODEL, sent=sent, tokens_out=settings.OPENAI_MAX_OUTPUT_TOKENS)


def _reply(
    client: "openai.OpenAI",
    call: Notes,
    subject: tuple[str, str],
    prompt: Prompt,
    question: str,
    answer: type[BaseModel],
) -> Reply:
    """The reply of the Responses API; of chat completions where a compatible server has no Responses API."""
    common: dict[str, Any] = {
        "model": settings.OPENAI_MODEL,
        "store": False,
        "safety_identifier": salted_hmac("articles.ai", ":".join(subject), algorithm="sha256").hexdigest(),
    }
    # The raw reply is read by us: the client's own parsing forgets what a call cost when the answer does not fit.
    try:
        raw = client.responses.with_raw_response.parse(
            instructions=prompt.instructions,
            input=[{"role": "user", "content": question}],
            text_format=answer,
            max_output_tokens=settings.OPENAI_MAX_OUTPUT_TOKENS,
            **common,
        )
        reply = read_response(_noted(call, raw))
    except openai.NotFoundError as error:
        if error.code == "model_not_found":
            raise
        raw = client.chat.completions.with_raw_response.parse(
            messages=[{"role": "system", "content": prompt.instructions}, {"role": "user", "content": question}],
            response_format=answer,
            max_completion_tokens=settings.OPENAI_MAX_OUTPUT_TOKENS,
            **common,
        )
        reply = read_completion(_noted(call, raw))
    call.model, call.tokens_in = reply.model, reply.tokens_in
    call.tokens_cached, call.tokens_out = reply.tokens_cached, reply.tokens_out
    return reply


def _noted(call: Notes, raw: Any) -> str:
    call.request_id = raw.request_id or ""
    return str(raw.text)


def _parsed(reply: Reply, answer: type[Parsed]) -> Parsed:
    if reply.refusal:
        raise Refused(reply.refusal)
    if reply.truncated:
        raise BadAnswer("The answer stops half way.")
    try:
        return answer.model_validate_json(reply.text)
    except ValidationError as error:
        where = ", ".join(".".join(map(str, problem["loc"])) or problem["type"] for problem in error.errors())
        raise BadAnswer(f"The answer does not fit: {where}.") from error


def _client(*, is_needed: bool = True) -> "openai.OpenAI":
    seconds = settings.OPENAI_TIMEOUT_SECONDS
    client = _built(settings.OPENAI_BASE_URL, settings.OPENAI_API_KEY, seconds)
    return client if is_needed else client.with_options(timeout=min(seconds, NOT_NEEDED_SECONDS), max_retries=0)


@lru_cache(maxsize=1)
def _built(base_url: str, api_key: str, timeout: float) -> "openai.OpenAI":
    """One client, and so one connection pool, per process."""
    return openai.OpenAI(
        base_url=base_url,
        api_key=api_key,
        timeout=timeout,
        max_retries=1,
        http_client=openai.DefaultHttpxClient(event_hooks={"response": [_never_sleep_on_a_rate_limit]}),
    )


def _never_sleep_on_a_rate_limit(response: httpx2.Response) -> None:
    """The client would sleep for as long as Retry-After says, in a worker's slot; the ledger waits for nothing."""
    if response.status_code == 429:
        response.headers["x-should-retry"] = "false"
