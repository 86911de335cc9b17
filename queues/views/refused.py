"""What the backbone refuses, in the words of the owner's pages: nothing was done, and why."""

from django.core.exceptions import ObjectDoesNotExist

from queues.cancelling import NothingToCancel
from queues.errors import NotReplayable, TwinAlive
from queues.pausing import AlreadyPaused, NotPaused
from queues.retrying import NotRetryable
from queues.schedule import AlreadySwitched

WHY: dict[type[Exception], str] = {
    NothingToCancel: "it has ended already",
    AlreadyPaused: "it is paused already",
    NotPaused: "it is not paused",
    ObjectDoesNotExist: "what it is about is not there any more",  # a subject's own, of what was deleted meanwhile
}
REFUSALS: tuple[type[Exception], ...] = (NotReplayable, NotRetryable, AlreadySwitched, *WHY)


def in_words(refusal: Exception) -> str:
    if isinstance(refusal, TwinAlive):
        return f"Nothing was done: job {refusal.twin_id}, with the same key, is under way. Wait for it, or cancel it."
    known = next((why for kind, why in WHY.items() if isinstance(refusal, kind)), str(refusal).rstrip("."))
    return f"Nothing was done: {known}."
