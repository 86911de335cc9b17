"""One run in the jail: fresh process, bounded, and every way of ending badly told in words.

Each run has a process of its own, started before it is needed and thrown away after it, so that nothing of one run is
there for the next.
"""

import atexit
import json
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic_monty import (
    CollectString,
    Monty,
    MontyConversionError,
    MontyCrashedError,
    MontyError,
    MontySyntaxError,
)
from pydantic_monty._binary import find_monty_binary

from plugins.errors import JailBroken
from plugins.jail import confine
from plugins.limits import STANDARD, Limits

ENTRY = "run"  # the function of a plugin that is called
MOST_WORDS, MOST_PRINTED = 500, 16 * 1024
CALL = f"{ENTRY}(_given)"
IS_THERE = f"bool({ENTRY})"


@dataclass(frozen=True)
class Outcome:
    """What became of a run: `value`, JSON, or `error` in words. `memory` is the process' peak in bytes, if known."""

    value: Any = None
    error: str = ""
    printed: str = ""
    seconds: float = 0.0
    memory: int | None = None

    @property
    def is_good(self) -> bool:
        return not self.error


def run_in_jail(
    source: str,
    given: object,
    functions: Mapping[str, Callable[..., object]],
    *,
    name: str = "plugin",
    limits: Limits = STANDARD,
) -> Outcome:
    """Call the plugin's `run` with `given`. `functions` are all there is outside; raises JailBroken when it is ours."""
    return _jailed(name, limits, functions, lambda feed: (feed(source), feed(CALL, given=given))[1])


def fault_of(source: str, *, name: str = "plugin") -> str:
    """Why this is no plugin; empty when it loads and defines `run`. It is run for that, in the jail."""
    outcome = _jailed(name, STANDARD, {}, lambda feed: (feed(source), feed(IS_THERE))[1])
    return (
        f"it defines no function {ENTRY}(input)" if f"name '{ENTRY}' is not defined" in outcome.error else outcome.error
    )


Feed = Callable[..., Any]


def _jailed(
    name: str,
    limits: Limits,
    functions: Mapping[str, Callable[..., object]],
    work: Callable[[Feed], Any],
) -> Outcome:
    printed, began, memory = CollectString(max_bytes=MOST_PRINTED), time.monotonic(), None
    try:
        with _pool(limits).checkout(
            script_name=f"{name}.py",
            limits={
                "max_feed_duration_secs": limits.seconds,
                "max_memory": limits.memory,
                "max_recursion_depth": limits.depth,
                "max_suspensions": limits.calls,
            },
            os_policy={"sleep": "zero"},
        ) as session:

            def feed(code: str, **inputs: object) -> Any:
                named = {f"_{key}": value for key, value in inputs.items()}
                return session.feed_run(code, inputs=named, external_lookup=dict(functions), print_callback=printed)

            try:
                value = work(feed)
            finally:
                memory = _peak_of_child()
    except MontyCrashedError as error:
        why = f"it was ended after {limits.seconds:g} seconds" if error.timed_out else "its process ended"
        return Outcome(error=why, seconds=time.monotonic() - began, memory=memory)
    except MontyError as error:
        return Outcome(error=_words(error), printed=printed.output, seconds=time.monotonic() - began, memory=memory)
    except (OSError, TimeoutError) as error:
        raise JailBroken(str(error)) from error
    seconds = time.monotonic() - began
    return _judged(value, limits, printed=printed.output, seconds=seconds, memory=memory)


def _judged(value: object, limits: Limits, **told: Any) -> Outcome:
    """Only what is JSON comes out, and not too much of it."""
    try:
        size = len(json.dumps(value, allow_nan=False, ensure_ascii=False).encode())
    except (TypeError, ValueError, RecursionError) as error:
        return Outcome(error=f"what it returned is not JSON: {error}"[:MOST_WORDS], **told)
    if size > limits.output:
        return Outcome(error=f"it returned {size:,} bytes; {limits.output:,} are allowed", **told)
    return Outcome(value, **told)


def _words(error: MontyError) -> str:
    """The last line of the traceback, with where; never longer than a person reads."""
    if isinstance(error, MontyConversionError):
        return str(error)[:MOST_WORDS]
    at = error.traceback() if not isinstance(error, MontySyntaxError) else []  # type: ignore[attr-defined]
    where = f" (line {at[-1].line})" if at else ""
    return str(error)[:MOST_WORDS] + where


_POOLS: dict[Limits, Monty] = {}
_OPENING = threading.Lock()


def _pool(limits: Limits) -> Monty:
    """Of this process: a forked child of a worker opens its own."""
    with _OPENING:
        if limits not in _POOLS:
            pool = Monty(
                binary_path=_door(),
                max_checkouts_per_worker=1,
                checkout_timeout=30,
                request_timeout=2 * limits.seconds + 1,
            )
            _POOLS[limits] = pool.__enter__()
            atexit.register(pool.__exit__, None, None, None)
        return _POOLS[limits]


def _door() -> Path:
    """The program that the pool starts: it gives up its rights and becomes the interpreter."""
    folder = Path(tempfile.mkdtemp(prefix="jail-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    door = folder / "door"
    words = [sys.executable, "-I", "-S", confine.__file__, find_monty_binary()]
    door.write_text("#!/bin/sh\nexec " + " ".join(f"'{word}'" for word in words) + ' "$@"\n')
    door.chmod(0o700)
    return door


def _peak_of_child() -> int | None:
    """The largest peak of the processes that this one started, in bytes (Linux; None elsewhere)."""
    me = Path("/proc/self/task")
    peaks = [peak for children in me.glob("*/children") for pid in _pids(children) if (peak := _peak(pid))]
    return max(peaks, default=None)


def _pids(children: Path) -> list[str]:
    try:
        return children.read_text().split()
    except OSError:
        return []


def _peak(pid: str) -> int | None:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return None
    kib = [int(line.split()[1]) for line in lines if line.startswith("VmHWM:")]
    name = next((line.split()[1] for line in lines if line.startswith("Name:")), "")
    return kib[0] * 1024 if kib and name.startswith("monty") else None
