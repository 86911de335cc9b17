"""What can go wrong when a model is asked, in our words: what waits, what is final, what the model got wrong.

No message here may carry the key, the prompt or a text of ours.
"""

import time
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from django.conf import settings

from queues.errors import HeldBack, Permanent, RetryLater
from queues.on_demand import OnDemand

if TYPE_CHECKING:
    import openai
else:
    openai = OnDemand("openai")


NEVER_CONNECTED = "ConnectTimeout"  # of whichever HTTP library openai brings


class Refused(Exception):
    """The model would not answer, or a content filter stopped it: for a person to look at."""


class BadAnswer(Exception):
    """The answer does not fit what was asked, or stops half way: it counts as an attempt of quality control."""


class NoAnswer(RetryLater):
    """Time ran out. An answer may have been written all the same, and be charged for."""


class QuotaSpent(HeldBack):
    """The account's quota is spent, which asking again cannot cure: the breaker is open, or opens now."""


def translated(error: "openai.OpenAIError") -> RetryLater | Permanent:
    """The provider's error as the queue understands it: an outage waits, a mistake of ours does not."""
    if isinstance(error, openai.APITimeoutError) and type(error.__cause__).__name__ != NEVER_CONNECTED:
        return NoAnswer("The AI provider did not answer in time.")
    if isinstance(error, openai.APIConnectionError):
        return RetryLater(f"The AI provider cannot be reached ({type(error).__name__}).")
    if not isinstance(error, openai.APIStatusError):
        return Permanent("The AI provider cannot be asked: OPENAI_API_KEY or OPENAI_BASE_URL is not usable.")
    said = f"The AI provider answered {error.status_code} {error.code or type(error).__name__}"
    if error.code == "insufficient_quota":
        return QuotaSpent(f"{said}: the account's quota is spent.", settings.AI_QUOTA_TRIAL_SECONDS)
    if error.status_code in (408, 409, 429) or error.status_code >= 500:
        return RetryLater(f"{said}.", retry_after(error.response.headers.get("retry-after")))
    return Permanent(f"{said}.")


def retry_after(header: str | None) -> float | None:
    """Seconds of a Retry-After header, given as a number or as a date; None when there is none that makes sense."""
    if not header:
        return None
    try:
        seconds = float(header)
    except ValueError:
        try:
            seconds = parsedate_to_datetime(header).timestamp() - time.time()
        except ValueError:
            return None
    return seconds if 0 <= seconds < float("inf") else None
