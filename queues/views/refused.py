"""What the backbone refuses, in the words of the owner's pages: nothing was done, and why."""

from django.core.exceptions import ObjectDoesNotExist

from queues.errors import NotReplayable, TwinAlive
from queues.retrying import NotRetryable

# The last is a subject's own, of something that was deleted meanwhile.
REFUSALS = (NotReplayable, NotRetryable, ObjectDoesNotExist)


def in_words(refusal: Exception) -> str:
    if isinstance(refusal, TwinAlive):
        return f"Nothing was done: job {refusal.twin_id}, with the same key, is under way. Wait for it, or cancel it."
    if isinstance(refusal, ObjectDoesNotExist):
        return "Nothing was done: what it is about is not there any more."
    return f"Nothing was done: {str(refusal).rstrip('.')}."
