"""What a call to a model costs, by a dated table of public list prices.

An unknown model has no cost, which is not the same as a cost of zero: never invent one.
"""

import re
from dataclasses import dataclass

TABLE = "2026-11"


@dataclass(frozen=True)
class Price:
    """Millionths of a US dollar per million tokens."""

    tokens_in: int
    tokens_cached: int
    tokens_out: int


PRICES: dict[str, Price] = {
    "gpt-6-sol": Price(2_000_000, 200_000, 10_000_000),
    "gpt-6-luna": Price(100_000, 10_000, 500_000),
    "gpt-5.4": Price(2_500_000, 250_000, 15_000_000),
    "gpt-5.4-mini": Price(750_000, 75_000, 4_500_000),
    "gpt-5": Price(1_250_000, 125_000, 10_000_000),
    "gpt-5-mini": Price(250_000, 25_000, 2_000_000),
    "gpt-5-nano": Price(50_000, 5_000, 400_000),
    "omni-moderation": Price(0, 0, 0),
    "copydesk-offline-writer": Price(0, 0, 0),
    "copydesk-offline-moderation": Price(0, 0, 0),
}

# A provider answers with the dated snapshot of the model that was asked for.
_SNAPSHOT = re.compile(r"-(\d{4}-\d{2}-\d{2}|\d+|latest)$")


def cost_micro(model: str, *, tokens_in: int, tokens_cached: int, tokens_out: int) -> int | None:
    """Millionths of a US dollar, rounded up; None for an unknown model. Cached tokens are part of `tokens_in`."""
    price = PRICES.get(model) or PRICES.get(_SNAPSHOT.sub("", model))
    if price is None:
        return None
    millionths = (
        (tokens_in - tokens_cached) * price.tokens_in
        + tokens_cached * price.tokens_cached
        + tokens_out * price.tokens_out
    )
    return -(-millionths // 1_000_000)


def most_micro(model: str, *, sent: str, tokens_out: int) -> int | None:
    """What a call may cost at most; None for an unknown model. No text has more tokens than bytes."""
    return cost_micro(model, tokens_in=len(sent.encode()), tokens_cached=0, tokens_out=tokens_out)
