"""What the backbone refuses, as the API says it: one status and one code for each."""

from rest_framework import status
from rest_framework.exceptions import APIException, ValidationError

from queues.cancelling import NothingToCancel
from queues.errors import NotReplayable, ReplayRefused, TwinAlive
from queues.listing import BadCursor
from queues.pausing import AlreadyPaused, NotPaused
from queues.replay import NoLongerDead
from queues.retrying import NotRetryable
from queues.searching import BadSearch


class Conflict(APIException):
    """Not possible as things stand now."""

    status_code = status.HTTP_409_CONFLICT

    def __init__(self, code: str, words: str, **more: str) -> None:
        super().__init__({"detail": words, "code": code, **more})


# The first that fits: a kind stands before the kind it is one of.
CONFLICTS: dict[type[Exception], tuple[str, str]] = {
    NoLongerDead: ("no_longer_dead", "It is not among the dead letters any more."),
    ReplayRefused: ("refused_by_subject", "What it is about says no: {}."),
    NotReplayable: ("not_replayable", "It cannot run again: {}."),
    NotRetryable: ("not_retryable", "It cannot be retried: {}."),
    NothingToCancel: ("already_ended", "The job has ended already."),
    AlreadyPaused: ("already_paused", "The queue is paused already."),
    NotPaused: ("not_paused", "The queue is not paused."),
}


def as_answer(error: Exception) -> Exception:
    """The API's word for a refusal of the backbone; any other error as it is."""
    if isinstance(error, BadCursor):
        return ValidationError({"cursor": ["No page of this list handed out this cursor."]}, "invalid")
    if isinstance(error, BadSearch):
        return ValidationError({"q": [str(error)]}, "invalid")
    if isinstance(error, TwinAlive):
        words = f"Job {error.twin_id} with the same key is under way."
        return Conflict("twin_alive", words, twinId=str(error.twin_id))
    for kind, (code, words) in CONFLICTS.items():
        if isinstance(error, kind):
            return Conflict(code, words.format(str(error).rstrip(".")))
    return error
