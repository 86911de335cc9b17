"""The ways work can fail, named for the fact; the executor decides by them what happens next."""

from uuid import UUID


class InvalidPayload(ValueError):
    """The payload does not fit the job's declaration; nothing was written."""


class UnknownJob(LookupError):
    """No room declares a job of this name."""


class Permanent(Exception):
    """Trying again cannot help: straight to the dead letters."""


class RetryLater(Exception):
    """Somebody else is down. Not charged to the attempts; `after_seconds` is theirs (Retry-After) when they said so."""

    def __init__(self, message: str, after_seconds: float | None = None) -> None:
        super().__init__(message)
        self.after_seconds = after_seconds


class HeldBack(RetryLater):
    """Nobody is down: we ourselves let it wait, for a budget or a breaker. It may last, and is no part of an outage."""


class Hidden(Exception):
    """A secret job failed; only the type of its error is told."""


class Cancelled(Exception):
    """Raised inside a running job that was asked to stop."""


class LeaseLost(Exception):
    """The job is no longer mine: another worker has it, or it was stopped. My effects are rolled back."""


class NotReplayable(Exception):
    """The dead letter cannot run again now; the message says why."""


class ReplayRefused(NotReplayable):
    """The job's subject says no."""


class TwinAlive(NotReplayable):
    """Another live job has the same key."""

    def __init__(self, twin_id: UUID) -> None:
        super().__init__(f"job {twin_id} with the same key is under way")
        self.twin_id = twin_id
