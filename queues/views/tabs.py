"""A queue's tabs: the states as people call them, how many jobs stand in each, and where they are listed."""

from dataclasses import dataclass

from queues.figures import Figures
from queues.views.addresses import queue_url

STATES = ("waiting", "active", "delayed", "failed", "completed", "cancelled")
ALL = "total"


@dataclass(frozen=True)
class Tab:
    word: str
    label: str
    count: int
    url: str
    is_current: bool


def tabs(figures: Figures, current: str = "", q: str = "") -> list[Tab]:
    """All of them first; they keep the search."""
    return [
        Tab(
            word=word,
            label="All" if word == ALL else word.capitalize(),
            count=getattr(figures, word),
            url=queue_url(figures.queue, state=word, q=q),
            is_current=word == current,
        )
        for word in (ALL, *STATES)
    ]
