"""What of a job may be shown to somebody who may see the queues: nothing that looks secret, and of a job declared
secret neither payload nor words. Reads nothing, writes nothing.
"""

import json
from typing import Any

from audit.masking import masked, masked_text
from queues.declare import JOBS
from queues.models import Job, State

HIDDEN = "Not shown: this kind of job is declared secret."


def is_secret(name: str) -> bool:
    """Also of a job nobody declares any more: what it was is not known."""
    return name not in JOBS or JOBS[name].secret


def shown_payload(name: str, payload: Any) -> Any | None:
    """Masked; None when none of it may be shown."""
    return None if is_secret(name) else masked(payload)


def shown_text(name: str, text: str) -> str:
    """An error, a message or a traceback of job `name`."""
    if not text:
        return ""
    return HIDDEN if name in JOBS and JOBS[name].secret else masked_text(text)


def first_line(text: str) -> str:
    return next((line.strip() for line in text.splitlines() if line.strip()), "")


def as_json(value: Any) -> str:
    """Laid out for people; empty for nothing."""
    return "" if value is None else json.dumps(value, indent=2, ensure_ascii=False, default=str)


def shown_state(job: Job) -> str:
    """The word for its state that people are shown: that it lies in Redis is none of their concern."""
    return str(State.WAITING.label if job.state == State.DISPATCHED else job.get_state_display())
