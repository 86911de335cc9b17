"""A funnel as staff write it, a step to a line: what happens, where, and what it was called, as far as that matters:
`article_view /articles/tea/` or `search tea`. On the record.
"""

from django.db import IntegrityError, transaction

from analytics.funnels import BadSteps, steps_of
from analytics.models import Funnel
from audit.actors import Actor
from audit.recording import record

LONGEST_HOURS = 24 * 90


def make(*, name: str, lines: str, hours: str, actor: Actor) -> Funnel:
    """Raises BadSteps with what to mend; then nothing was written."""
    name = name.strip()
    if "\0" in name + lines:
        raise BadSteps("a NUL cannot be kept")
    if not 1 <= len(name) <= 100:
        raise BadSteps("name: give it one, of at most 100 characters")
    if not (hours.isascii() and hours.isdecimal() and len(hours) <= 5) or not 1 <= int(hours) <= LONGEST_HOURS:
        raise BadSteps(f"hours: a number from 1 to {LONGEST_HOURS}")
    steps = [_step(line) for line in lines.splitlines() if line.strip()]
    steps_of(steps)
    try:
        with transaction.atomic():
            made = Funnel.objects.create(name=name, steps=steps, window_hours=int(hours), created_by_label=actor.label)
            record(actor=actor, action="funnel.made", target=("funnel", str(made.pk)), after={"name": name})
    except IntegrityError:
        raise BadSteps(f"name: there is a funnel called {name}") from None
    return made


@transaction.atomic
def forget(pk: int, *, actor: Actor) -> bool:
    """Who wants it back finds its name and steps on the record."""
    gone = Funnel.objects.select_for_update().filter(pk=pk).first()
    if gone is None:
        return False
    before = {"name": gone.name, "steps": gone.steps, "window_hours": gone.window_hours}
    gone.delete()
    record(actor=actor, action="funnel.forgotten", target=("funnel", str(pk)), before=before)
    return True


def _step(line: str) -> dict[str, str]:
    kind, _, rest = line.strip().partition(" ")
    path, _, label = rest.strip().partition(" ")
    if path and not path.startswith("/"):
        path, label = "", rest
    return {name: value for name, value in (("type", kind), ("path", path), ("label", label.strip())) if value}
