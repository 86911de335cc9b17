"""How long to wait before trying again, in seconds."""

import random

from django.conf import settings

JITTER = 0.2
LONGEST_POSTPONEMENT = 600


def jittered(seconds: float) -> float:
    """`seconds` ± 20 %, so that what failed together does not come back together."""
    return seconds * random.uniform(1 - JITTER, 1 + JITTER)


def exponential(retries: int, factor: float) -> float:
    """factor · 2^retries, capped: the formula of celery.utils.time.get_exponential_backoff_interval, without jitter."""
    return min(factor * 2.0 ** min(retries, 30), settings.JOB_BACKOFF_MAX_SECONDS)


def postponement_seconds(times: int, after_seconds: float | None) -> float:
    """Growing waits for an outage; at least the other side's Retry-After, at most as long as we are patient at all."""
    growing = min(exponential(times, settings.JOB_BACKOFF_SECONDS), LONGEST_POSTPONEMENT)
    return min(max(jittered(growing), after_seconds or 0), settings.JOB_LATER_MAX_SECONDS)
