"""Stop a queue from starting anything, and let it go on; what is running ends as it would have."""

from django.db import transaction

from audit.actors import Actor
from audit.masking import masked_text
from audit.recording import record
from queues import transitions
from queues.declare import QUEUES
from queues.models import Pause
from queues.waking import wake_relay


class AlreadyPaused(Exception):
    """The queue is paused as it is."""


class NotPaused(Exception):
    """The queue is not paused."""


def pause(*, queue: str, actor: Actor, reason: str) -> None:
    """Nothing of `queue` starts from now on. Raises AlreadyPaused, or KeyError for a queue nobody declares."""
    with transaction.atomic():
        _, paused = Pause.objects.get_or_create(
            queue=QUEUES[queue].name,
            defaults={"paused_by": actor.label[:254], "reason": masked_text(reason.strip())[:500]},
        )
        if not paused:
            raise AlreadyPaused(f"{queue} is paused already")
        transitions.undispatch_queue(queue)
        record(actor=actor, action="queue.paused", target=("queue", queue), reason=reason)


def resume(*, queue: str, actor: Actor) -> None:
    """Go on where it stopped. Raises NotPaused."""
    with transaction.atomic():
        resumed, _ = Pause.objects.filter(pk=queue).delete()
        if not resumed:
            raise NotPaused(f"{queue} is not paused")
        record(actor=actor, action="queue.resumed", target=("queue", queue))
        wake_relay()
