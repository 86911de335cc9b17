"""What a test or a demo has asked the stand-in to do wrong, and for how many calls.

Kept in memory, so a restart brings good behaviour back; a misbehaviour must never outlive its count.
"""

from dataclasses import dataclass, fields, replace
from typing import Any

MODES = (
    "ok", "down", "slow", "nonsense", "429", "500", "401", "403", "model_not_found", "insufficient_quota", "refusal",
    "truncated", "bad_edit", "flagged",
)  # fmt: skip


class BadSwitch(ValueError):
    """A control call that asks for something there is no such thing as."""


@dataclass(frozen=True)
class Switches:
    """`count` None: until switched back. `seconds`: how long `slow` takes. `retry_after`: seconds told with a 429.
    `delay_seconds` slows every call down, whatever the mode."""

    mode: str = "ok"
    count: int | None = None
    seconds: float = 5.0
    retry_after: float | None = None
    delay_seconds: float = 0.0

    def changed(self, given: dict[str, Any]) -> "Switches":
        """Only the delay survives a new mode; raises BadSwitch for names and modes there are none of."""
        strangers = set(given) - {field.name for field in fields(self)}
        if strangers:
            raise BadSwitch(f"unknown: {', '.join(sorted(strangers))}")
        if given.get("mode", "ok") not in MODES:
            raise BadSwitch(f"{given['mode']!r} is none of {', '.join(MODES)}")
        wrong = [name for name, value in given.items() if not _fits(value, getattr(Switches(), name))]
        if wrong:
            raise BadSwitch(f"of the wrong kind: {', '.join(wrong)}")
        kept = self if "mode" not in given else Switches(delay_seconds=self.delay_seconds)
        return replace(kept, **given)

    def after_one_call(self) -> "Switches":
        if self.mode == "ok" or self.count is None:
            return self
        left = self.count - 1
        return replace(self, count=left) if left > 0 else Switches(delay_seconds=self.delay_seconds)


def _fits(value: Any, usual: Any) -> bool:
    """True when the value is of the kind the switch usually holds; a count or a Retry-After may be none."""
    if usual is None or isinstance(usual, float):
        return type(value) in (int, float) or (usual is None and value is None)
    return type(value) is type(usual)
