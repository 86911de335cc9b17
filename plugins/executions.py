"""Runs: asked for, carried out by a worker of their own, and told to whoever asked.

A room may register a listener for its type of asker: it hears, in the transaction in which a run ends, how it ended.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.utils import timezone
from pydantic import ValidationError

from audit.actors import Actor
from plugins import jail
from plugins.capabilities import CAPABILITIES, Function, Subject
from plugins.errors import PluginRefused
from plugins.manifest import Manifest, faults
from plugins.models import ExecutionState, Plugin, PluginExecutionLog, PluginVersion
from queues.enqueue import enqueue

NOBODY: Subject = ("", "")
MOST_INPUT = 512 * 1024  # bytes
SUBJECT = "plugin_execution"
Listener = Callable[[PluginExecutionLog], None]
_LISTENERS: dict[str, Listener] = {}


def listen(reply_type: str, listener: Listener) -> None:
    """Hear of every run that was asked for with this type of reply, once, when it has ended."""
    if reply_type in _LISTENERS:
        raise ValueError(f"{reply_type} is listened to twice")
    _LISTENERS[reply_type] = listener


@transaction.atomic
def ask(
    name: str, given: dict[str, Any], *, subject: Subject = NOBODY, actor: Actor, reply_to: Subject = NOBODY
) -> PluginExecutionLog:
    """A run of plugin `name`, to be carried out by its worker; in the caller's transaction.

    `subject` is what it is about, `reply_to` who hears how it ended. Raises PluginRefused: unknown, switched off, with
    a manifest that is no longer taken, or with an input that does not fit its schema.
    """
    plugin = Plugin.objects.select_related("version").filter(name=name).first()
    if plugin is None or plugin.version is None:
        raise PluginRefused(f"there is no plugin {name}")
    if not plugin.enabled:
        raise PluginRefused(f"plugin {name} is switched off")
    text = _checked(plugin.version, given)
    asked = PluginExecutionLog.objects.create(
        version=plugin.version,
        subject_type=subject[0],
        subject_id=subject[1],
        reply_type=reply_to[0],
        reply_id=reply_to[1],
        asked_by=actor.label,
        input=given,
        input_sha256=hashlib.sha256(text.encode()).hexdigest(),
    )
    enqueue("execute-plugin", {"execution_id": asked.pk}, subject=(SUBJECT, str(asked.pk)))
    return asked


def carry_out(asked: PluginExecutionLog) -> tuple[jail.Outcome, dict[str, int]]:
    """The run itself, outside any transaction: its outcome, and how often it called what. Raises JailBroken."""
    plugin, calls = asked.version.plugin, Counter[str]()
    if not plugin.enabled:
        return jail.Outcome(error="the plugin was switched off meanwhile"), {}
    functions = _functions(asked, calls)
    outcome = jail.run_in_jail(asked.version.source, asked.input, functions, name=plugin.name)
    if outcome.is_good and (unfit := faults(asked.version.says.output, outcome.value)):
        return jail.Outcome(
            error=f"what it returned does not fit its schema: {'; '.join(unfit[:5])}",
            printed=outcome.printed,
            seconds=outcome.seconds,
            memory=outcome.memory,
        ), dict(calls)
    return outcome, dict(calls)


@transaction.atomic
def note(asked: PluginExecutionLog, outcome: jail.Outcome, calls: dict[str, int]) -> bool:
    """Write what became of it and tell who listens; False when that was done before."""
    return _end(
        asked,
        ExecutionState.DONE if outcome.is_good else ExecutionState.FAILED,
        output=outcome.value,
        error=outcome.error,
        printed=outcome.printed,
        calls=calls,
        milliseconds=round(outcome.seconds * 1000),
        memory_bytes=outcome.memory,
    )


@transaction.atomic
def give_up(execution_id: str, error: str, *, state: ExecutionState = ExecutionState.FAILED) -> bool:
    """Its job ended without it: died, or was cancelled."""
    asked = PluginExecutionLog.objects.select_related("version__plugin").get(pk=execution_id)
    return _end(asked, state, error=error)


def _checked(version: PluginVersion, given: dict[str, Any]) -> str:
    try:
        text = json.dumps(given, allow_nan=False, sort_keys=True)
    except (TypeError, ValueError) as error:
        raise PluginRefused(f"input: not JSON: {error}") from None
    if len(text) > MOST_INPUT:
        raise PluginRefused(f"input: {len(text):,} bytes; {MOST_INPUT:,} are allowed")
    try:
        Manifest.model_validate(version.manifest)
    except ValidationError:
        raise PluginRefused(f"version: {version} is no longer taken; install it anew, to be told why") from None
    if unfit := faults(version.says.input, given):
        raise PluginRefused(*(f"input: {words}" for words in unfit[:10]))
    return text


def _functions(asked: PluginExecutionLog, calls: Counter[str]) -> dict[str, Function]:
    """Only what was granted, and what the version that runs asks for."""
    granted = set(asked.version.plugin.grants.values_list("capability", flat=True))
    names = [name for name in asked.version.says.capabilities if name in granted and name in CAPABILITIES]
    subject = (asked.subject_type, asked.subject_id)
    return {name: _counted(name, CAPABILITIES[name].call(subject), calls) for name in names}


def _counted(name: str, function: Function, calls: Counter[str]) -> Function:
    def counted(*given: object, **named: object) -> object:
        calls[name] += 1
        return function(*given, **named)

    return counted


def _end(asked: PluginExecutionLog, state: ExecutionState, **fields: Any) -> bool:
    ours = PluginExecutionLog.objects.filter(pk=asked.pk, state=ExecutionState.ASKED)
    if not ours.update(state=state, finished_at=timezone.now(), **fields):
        return False
    asked.refresh_from_db()
    if listener := _LISTENERS.get(asked.reply_type):
        listener(asked)
    return True
