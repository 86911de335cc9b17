"""Dead letters and groups of them as rows of a list: everything the templates show, said beforehand. Reads only."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from queues.describing import describe_all
from queues.forecast import DELETING, REPLAYING
from queues.letters import Filter, Group
from queues.models import DeadLetter, Job
from queues.showing import first_line, shown_text
from queues.subjects import Description
from queues.views.addresses import letter_url, letters_url, order_url, queue_url

REPLAY_MANY, DELETE_MANY = "queues:dead-letters-replay", "queues:dead-letters-delete"
WHY = {
    "attempts": "Every attempt failed.",
    "permanent": "Trying again does not mend such an error.",
    "outage": "What it needs was away for too long.",
    "poison": "Its workers died of it, again and again.",
    "cancel": "It was to be cancelled, and what it is about could not take that.",
}


@dataclass(frozen=True)
class Row:
    letter: DeadLetter
    url: str
    queue_url: str
    about: Description | None
    error: str
    why: str


@dataclass(frozen=True)
class GroupRow:
    """One cause, and what can be done about all its letters within the filter: nothing, if they are bulk orders."""

    group: Group
    error: str
    url: str
    queue_url: str
    replay_url: str
    delete_url: str

    @classmethod
    def of(cls, group: Group, filter: Filter) -> "GroupRow":
        these = replace(filter, fingerprint=group.fingerprint)
        is_order = group.name in (REPLAYING, DELETING)
        return cls(
            group,
            error=first_line(shown_text(group.name, group.error)),
            url=letters_url(these),
            queue_url=queue_url(group.queue),
            replay_url="" if is_order else order_url(REPLAY_MANY, these),
            delete_url="" if is_order else order_url(DELETE_MANY, these),
        )


def rows(letters: Sequence[DeadLetter]) -> list[Row]:
    """In the order given."""
    about = describe_all([subject(letter) for letter in letters])
    return [_row(letter, about[letter.subject_type, letter.subject_id]) for letter in letters]


def subject(letter: DeadLetter) -> Job:
    """As much of a job as says what the letter is about."""
    return Job(subject_type=letter.subject_type, subject_id=letter.subject_id)


def _row(letter: DeadLetter, about: Description | None) -> Row:
    return Row(
        letter=letter,
        url=letter_url(letter.pk),
        queue_url=queue_url(letter.queue),
        about=about,
        error=first_line(shown_text(letter.name, letter.error)),
        why=WHY.get(letter.why, letter.why),
    )
