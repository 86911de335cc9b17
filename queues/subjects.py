"""What a job is about, and who must hear what became of it.

Rooms above register per subject type in their `wiring`; this room calls them and knows nothing else of them.
"""

from collections.abc import Callable
from dataclasses import dataclass

from queues.models import Job

Reaction = Callable[[Job], None]


@dataclass(frozen=True)
class Description:
    """A subject in words, with the address of its page in the admin."""

    label: str
    url: str = ""


def _nothing(job: Job) -> None:
    """A subject that does not care."""


@dataclass(frozen=True)
class Subject:
    """The reactions of one subject type, each called in the transaction of the job's own change of state.

    `on_replay` may raise ReplayRefused.
    """

    on_done: Reaction = _nothing
    on_dead: Reaction = _nothing
    on_cancelled: Reaction = _nothing
    on_replay: Reaction = _nothing
    describe: Callable[[str], Description] = Description

    @property
    def hears_of_success(self) -> bool:
        return self.on_done is not _nothing


SUBJECTS: dict[str, Subject] = {}
INDIFFERENT = Subject()


def register(subject_type: str, **reactions: Callable[..., object]) -> None:
    """Register the reactions named in Subject for `subject_type`; a second registration is a mistake."""
    if subject_type in SUBJECTS:
        raise ValueError(f"subject {subject_type} is registered twice")
    SUBJECTS[subject_type] = Subject(**reactions)  # type: ignore[arg-type]


def subject_of(job: Job) -> Subject:
    return SUBJECTS.get(job.subject_type, INDIFFERENT)
