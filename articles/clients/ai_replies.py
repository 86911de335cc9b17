"""What came back over the wire, in either flavour of the API, read into one shape.

A body that is no such reply is the provider's trouble, not the model's: it must never be mistaken for a bad answer.
"""

from dataclasses import dataclass
from typing import TypeVar

from pydantic import BaseModel, Field, ValidationError

from queues.errors import RetryLater

Body = TypeVar("Body", bound=BaseModel)


@dataclass(frozen=True)
class Reply:
    model: str
    text: str
    refusal: str  # why it would not answer, or ""
    truncated: bool
    tokens_in: int
    tokens_cached: int
    tokens_out: int


@dataclass(frozen=True)
class Moderated:
    model: str
    flagged: bool
    categories: tuple[str, ...]


class _Cached(BaseModel):
    cached_tokens: int = 0


class _Usage(BaseModel):
    """Both flavours: the Responses API says input and output, chat completions say prompt and completion."""

    input_tokens: int = 0
    input_tokens_details: _Cached | None = None
    output_tokens: int = 0
    prompt_tokens: int = 0
    prompt_tokens_details: _Cached | None = None
    completion_tokens: int = 0

    def counts(self) -> dict[str, int]:
        details = self.input_tokens_details or self.prompt_tokens_details or _Cached()
        return {
            "tokens_in": self.input_tokens or self.prompt_tokens,
            "tokens_cached": details.cached_tokens,
            "tokens_out": self.output_tokens or self.completion_tokens,
        }


class _Part(BaseModel):
    type: str
    text: str = ""
    refusal: str = ""


class _Item(BaseModel):
    type: str
    content: list[_Part] | None = None


class _Incomplete(BaseModel):
    reason: str | None = None


class _Response(BaseModel):
    model: str
    status: str
    output: list[_Item]
    incomplete_details: _Incomplete | None = None
    usage: _Usage = Field(default_factory=_Usage)


class _Message(BaseModel):
    content: str | None = None
    refusal: str | None = None


class _Choice(BaseModel):
    finish_reason: str | None = None
    message: _Message


class _Completion(BaseModel):
    model: str
    choices: list[_Choice] = Field(min_length=1)
    usage: _Usage = Field(default_factory=_Usage)


class _Verdict(BaseModel):
    flagged: bool
    categories: dict[str, bool]


class _Moderation(BaseModel):
    model: str
    results: list[_Verdict] = Field(min_length=1)


def read_response(body: str) -> Reply:
    """A body of POST /responses. Raises RetryLater when it is not one, or when the provider says it failed."""
    response = _read(_Response, body)
    if response.status not in ("completed", "incomplete"):
        raise RetryLater(f"The AI provider left the response {response.status}.")
    parts = [part for item in response.output if item.type == "message" for part in item.content or []]
    filtered = bool(response.incomplete_details and response.incomplete_details.reason == "content_filter")
    refusal = next((part.refusal for part in parts if part.type == "refusal"), "")
    return Reply(
        model=response.model,
        text="".join(part.text for part in parts if part.type == "output_text"),
        refusal=refusal or ("content filter" if filtered else ""),
        truncated=response.status == "incomplete",
        **response.usage.counts(),
    )


def read_completion(body: str) -> Reply:
    """A body of POST /chat/completions. Raises RetryLater when it is not one."""
    completion = _read(_Completion, body)
    choice = completion.choices[0]
    filtered = choice.finish_reason == "content_filter"
    return Reply(
        model=completion.model,
        text=choice.message.content or "",
        refusal=choice.message.refusal or ("content filter" if filtered else ""),
        truncated=choice.finish_reason == "length",
        **completion.usage.counts(),
    )


def read_moderation(body: str) -> Moderated:
    """A body of POST /moderations. Raises RetryLater when it is not one."""
    moderation = _read(_Moderation, body)
    named = {name for verdict in moderation.results for name, hit in verdict.categories.items() if hit}
    flagged = any(verdict.flagged for verdict in moderation.results)
    return Moderated(model=moderation.model, flagged=flagged, categories=tuple(sorted(named)))


def _read(kind: type[Body], body: str) -> Body:
    try:
        return kind.model_validate_json(body)
    except ValidationError as error:
        raise RetryLater("The AI provider answered something that is not a reply.") from error
