"""Errors to Sentry, where SENTRY_DSN names one: whatever the logs tell of an exception, masked as the record masks.

It must never send what a request or a job was given: no bodies, headers, cookies, addresses or variables of a frame;
of a line in the logs only the names and ids listed here. The client is loaded only where it is asked for: a worker's
memory is short.
"""

import atexit
import sys
from collections.abc import MutableMapping
from importlib import import_module
from typing import Any

from structlog.types import Processor

from audit.masking import masked, masked_text

TOLD = ("request_id", "job", "name", "queue", "logger")
LONGEST = 2000
CERTAIN = frozenset({"error", "critical"})


def steps(dsn: str, *, site: str) -> list[Processor]:
    """For the chain of log steps, before exceptions become text; none without a DSN."""
    if not dsn:
        return []
    sentry = import_module("sentry_sdk")
    sentry.init(
        dsn=dsn,
        environment=site,
        default_integrations=False,
        auto_enabling_integrations=False,
        send_default_pii=False,
        include_local_variables=False,
        max_request_body_size="never",
        max_breadcrumbs=0,
        auto_session_tracking=False,
        send_client_reports=False,
        shutdown_timeout=2,
        before_send=_masked,
    )
    atexit.register(sentry.flush, timeout=2)
    return [_report]


def _report(logger: Any, method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Sends nothing itself: the client's own thread does, so no request and no job waits for it."""
    exception = _exception(line.get("exc_info"))
    if exception is not None and line.get("level") in CERTAIN:
        sentry, about = import_module("sentry_sdk"), import_module("sentry_sdk.utils")
        event, hint = about.event_from_exception(exception, client_options=sentry.get_client().options)
        event["tags"] = _tags(line)
        sentry.capture_event(event, hint)
    return line


def _exception(told: Any) -> BaseException | None:
    """As `exc_info` may be given: an exception, what sys.exc_info() says, or that there is one."""
    if isinstance(told, tuple):
        told = told[1]
    elif told is True:
        told = sys.exc_info()[1]
    return told if isinstance(told, BaseException) else None


def _tags(line: MutableMapping[str, Any]) -> dict[str, str]:
    """Celery tells of its task beside the line; of that, too, the id and the name only."""
    task = getattr(line.get("_record"), "data", None) or {}
    told = {"job": task.get("id"), "name": task.get("name"), **{key: line[key] for key in TOLD if key in line}}
    return {key: str(value)[:200] for key, value in told.items() if value is not None}


def _masked(event: dict[str, Any], hint: dict[str, Any]) -> dict[str, Any]:
    """Secret-looking parts of every text; an error's words are cut, because some quote what they were given."""
    for one in event.get("exception", {}).get("values", []):
        one["value"] = masked_text(str(one.get("value") or ""))[:LONGEST]
    event["tags"] = masked(event.get("tags", {}))
    event.pop("breadcrumbs", None)
    return event
