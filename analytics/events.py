"""What may be told of one event, by type. Whatever else a client sends with it is not read.

It must never let a secret or an email address through: neither in `meta` nor in what was searched for.
"""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.alias_generators import to_camel

from analytics.models import EventType
from audit.masking import MASK, masked, masked_text

AHEAD = timedelta(minutes=5)
LATE = timedelta(days=7)
LARGEST_META, LONGEST = 2048, 300
_EMAIL = re.compile(r"[^\s@/?&=]+@[^\s@/?&=]+\.[^\s@/?&=]+")

_OF_ONE = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
_SECRET_PATH = re.compile(r"^(/certificates/).*")


class BadEvent(Exception):
    """It cannot be stored; `code` says why in a word, the message for whoever wrote the client."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def _plain(text: str) -> str:
    """Without secrets, addresses of people, and what PostgreSQL cannot keep; never longer than a column."""
    kept = text.replace("\0", "").encode("utf-8", "replace").decode()
    return _EMAIL.sub(MASK, masked_text(kept))[:LONGEST]


def _kept(meta: dict[str, Any]) -> dict[str, Any]:
    if len(json.dumps(meta)) > LARGEST_META:
        raise ValueError(f"is larger than {LARGEST_META} characters")
    kept: dict[str, Any] = _plain_throughout(masked(meta))
    return kept


def _plain_throughout(value: Any) -> Any:
    if isinstance(value, dict):
        return {_plain(key): _plain_throughout(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain_throughout(inner) for inner in value]
    return _plain(value) if isinstance(value, str) else value


def _page(path: str) -> str:
    """Without the query, and without what is in a path for one person's eyes."""
    return _plain(_OF_ONE.sub(":id", _SECRET_PATH.sub(r"\1", path.partition("?")[0])))


def _host(address: str) -> str:
    """Of an address, the host alone, without www: what else it says may be somebody's."""
    try:
        host = urlsplit(address if "//" in address else f"//{address}").hostname or ""
    except ValueError:
        return ""
    return _plain(host.removeprefix("www."))[:253]


def _words(text: str) -> str:
    """As it is counted: capitals and spaces do not tell two searches apart."""
    return _plain(" ".join(text.casefold().split()))


Path = Annotated[str, Field(max_length=2000, pattern=r"^/"), AfterValidator(_page)]
Text = Annotated[str, Field(min_length=1, max_length=300), AfterValidator(_plain)]
Id = Annotated[int, Field(gt=0, lt=2**63, strict=True)]
Tag = Annotated[str, Field(max_length=100), AfterValidator(lambda text: _plain(text.strip())[:100])]


class Utm(BaseModel):
    source: Tag = ""
    medium: Tag = ""
    campaign: Tag = ""


class Event(BaseModel):
    """What every type has. `id` is a UUIDv7 the client makes once, and sends again when it tries again."""

    model_config = ConfigDict(alias_generator=to_camel, extra="ignore", frozen=True, hide_input_in_errors=True)

    id: UUID
    path: Path = ""
    referrer: Annotated[str, Field(max_length=2000), AfterValidator(_host)] = ""
    utm: Utm = Utm()
    meta: Annotated[dict[str, Any] | None, AfterValidator(lambda meta: _kept(meta) if meta else None)] = None
    article_id: Id | None = None
    placement_id: Id | None = None
    href: Annotated[str, Field(max_length=2048)] = ""
    label: Annotated[str, Field(max_length=300), AfterValidator(_plain)] = ""
    results: Annotated[int, Field(ge=0, lt=2**31)] | None = None

    @property
    def at(self) -> datetime:
        """The time in the id, to the millisecond."""
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=self.id.int >> 80)


class PageView(Event):
    type: Literal["page_view"]
    path: Path


class ArticleView(Event):
    type: Literal["article_view"]
    article_id: Id


class Click(Event):
    """`label` is what was clicked, in a word or two."""

    type: Literal["click"]
    label: Text


class PlacementClick(Event):
    """By the placement's id, or by its article and where the link leads."""

    type: Literal["placement_click"]


class Search(Event):
    type: Literal["search"]
    label: Annotated[str, Field(alias="query", min_length=1, max_length=300), AfterValidator(_words)]


class DashboardView(Event):
    """`dashboard` names it."""

    type: Literal["dashboard_view"]
    label: Annotated[str, Field(alias="dashboard", min_length=1, max_length=300), AfterValidator(_plain)]


AnyEvent = Annotated[
    PageView | ArticleView | Click | PlacementClick | Search | DashboardView, Field(discriminator="type")
]
_READER: TypeAdapter[Any] = TypeAdapter(AnyEvent)


def read_event(told: object, now: datetime) -> Any:
    """Raises BadEvent naming the field, and never repeating what was in it."""
    try:
        event = _READER.validate_python(told)
    except ValidationError as error:
        raise BadEvent("malformed", _said(error)) from None
    if event.id.version != 7:
        raise BadEvent("not_uuid7", "id: must be a UUID of version 7, made when the event happened")
    if event.at > now + AHEAD:
        raise BadEvent("in_the_future", "id: its time has not come yet; is the clock right?")
    if event.at < now - LATE:
        raise BadEvent("too_late", f"id: more than {LATE.days} days ago")
    if event.type == "placement_click" and not event.placement_id and not (event.article_id and event.href):
        raise BadEvent("malformed", "placementId: say it, or articleId and href")
    return event


def _said(error: ValidationError) -> str:
    """The first fault; the union puts the type before the field."""
    fault = error.errors(include_url=False, include_input=False, include_context=False)[0]
    if fault["type"].startswith("union_tag"):
        return f"type: must be one of {', '.join(EventType.values)}"
    where = [str(part) for part in fault["loc"]]
    field = ".".join(where[1:] if where and where[0] in EventType.values else where)
    return f"{field or 'event'}: {fault['msg']}"
