"""What a test or a demo has asked the stand-in to do wrong: the webhooks', the API's and the refunds' switches.

Kept in memory, so a restart brings good behaviour back; it must never change what was already recorded.
"""

from dataclasses import dataclass, field
from typing import Literal, get_args

ApiMode = Literal["ok", "down", "slow", "nonsense", "429", "500", "cut"]
RefundOutcome = Literal["succeeded", "pending", "failed"]
API_MODES: tuple[ApiMode, ...] = get_args(ApiMode)
REFUND_OUTCOMES: tuple[RefundOutcome, ...] = get_args(RefundOutcome)


@dataclass
class WebhookSwitches:
    """`duplicate`: extra copies of each event; `reorder`: the events of one change go last first;
    `drop`: how many coming events are never sent; `only`: event types the rest applies to (empty: all)."""

    duplicate: int = 0
    reorder: bool = False
    delay_seconds: float = 0.0
    drop: int = 0
    only: list[str] = field(default_factory=list)


@dataclass
class ApiSwitches:
    """`count` None: until switched back. `cut` carries the request out and hangs up before answering."""

    mode: ApiMode = "ok"
    count: int | None = None
    seconds: float = 5.0

    def take(self) -> ApiMode:
        """The mode of the request now arriving; counts it."""
        mode = self.mode
        if mode != "ok" and self.count is not None:
            self.count -= 1
            if self.count <= 0:
                self.mode, self.count = "ok", None
        return mode


@dataclass
class Switches:
    webhooks: WebhookSwitches = field(default_factory=WebhookSwitches)
    api: ApiSwitches = field(default_factory=ApiSwitches)
    refunds: RefundOutcome = "succeeded"
