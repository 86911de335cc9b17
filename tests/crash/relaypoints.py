"""Where a relay of the matrix dies by its own hand: its rows say that they were sent, their messages are not in Redis.

Every second relay process does so, at a time the seed decides, until half the relays asked for are dead; the others are
left to the killer.
"""

import os
import random
import signal
import time
from pathlib import Path
from typing import Any

from queues import messages
from tests.crash import kills
from tests.crash.plan import Point, Scenario, Victim

_send = messages.send


def arm(folder: Path, scenario: Scenario, seed: int) -> None:
    record = kills.read(folder)
    chance = random.Random(f"{seed}:{len(record)}")
    is_enough = sum(kill.point == Point.DISPATCHED for kill in record) >= scenario.kills[Victim.RELAY] / 2
    if is_enough or chance.random() < 0.5:
        return
    dies_at = time.monotonic() + chance.expovariate(1 / scenario.relay_every)

    def send(redis: Any, queue: Any, jobs: Any) -> None:
        if jobs and time.monotonic() >= dies_at:
            ids = [str(job.pk) for job in jobs]
            kills.note(folder, kills.Kill(Victim.RELAY, Point.DISPATCHED, os.getpid(), os.getpid(), ids))
            os.kill(os.getpid(), signal.SIGKILL)
        _send(redis, queue, jobs)

    messages.send = send
