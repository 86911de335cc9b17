"""What every Python client of the bench does alike: say a line of JSON, time itself, space its calls."""

import json
import random
import resource
import time
from collections.abc import Callable, Iterator
from typing import Any

LEAST_SECONDS, MOST_SECONDS = 0.020, 0.060
SEED = 20


def say(**facts: Any) -> None:
    print(json.dumps(facts), flush=True)


def timed(work: Callable[[], object]) -> dict[str, float]:
    """Wall seconds of `work`, and this process' own processor seconds in it."""
    spent, began = _spent(), time.perf_counter()
    work()
    return {"seconds": time.perf_counter() - began, "cpu": _spent() - spent}


def spaced(n: int) -> Iterator[int]:
    """0…n−1, each after a random pause, the same for every side."""
    pauses = random.Random(SEED)
    for number in range(n):
        time.sleep(pauses.uniform(LEAST_SECONDS, MOST_SECONDS))
        yield number


def _spent() -> float:
    mine = resource.getrusage(resource.RUSAGE_SELF)
    return mine.ru_utime + mine.ru_stime
