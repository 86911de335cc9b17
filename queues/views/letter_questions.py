"""What is asked before dead letters are replayed or deleted, one or many."""

from queues.forecast import Forecast
from queues.letters import Filter
from queues.models import DeadLetter
from queues.views.addresses import as_pairs, letter_url
from queues.views.asked import described
from queues.views.confirming import Question
from queues.words import clock, counted

WHY_REPLAY = "Why should it go better now?"
WHY_DELETE = "Why may it be given up?"
FINAL = "This cannot be undone."


def replay_one(letter: DeadLetter) -> Question:
    return Question(
        title=f"Replay {letter.name}?",
        what=f"The job that died {clock(letter.died_at)} starts over in {letter.queue}, with all its attempts before"
        " it. Its history is kept.",
        undone="You can cancel it as long as it has not ended; what it has done by then stays done.",
        button="Replay it",
        back=letter_url(letter.pk),
        reason=WHY_REPLAY,
        must_say_why=True,
    )


def delete_one(letter: DeadLetter) -> Question:
    return Question(
        title=f"Delete {letter.name}?",
        what="The letter, its job with the payload, and its attempts are removed. A line in the record remains: what it"
        " was, its error, who deleted it and why.",
        undone=FINAL,
        button="Delete it",
        back=letter_url(letter.pk),
        reason=WHY_DELETE,
        must_say_why=True,
        is_grave=True,
    )


def replay_many(filter: Filter, forecast: Forecast, back: str) -> Question:
    """A letter more or less by the time it is confirmed changes nothing: each is asked again when its turn comes."""
    n = counted(forecast.would_replay, "dead letter", "dead letters")
    return Question(
        title=f"Replay {n}?" if forecast.would_replay else "None of them can be replayed now",
        what=f"{described(filter)}. One job takes them one after the other, the oldest first: each starts over in its"
        " own queue, with all its attempts before it and its history kept. What cannot be replayed stays as it is.",
        undone="You can stop it half way. What was replayed by then can be cancelled as long as it has not ended.",
        button=f"Replay {n}" if forecast.would_replay else "",
        back=back,
        reason=WHY_REPLAY if forecast.would_replay else "",
        must_say_why=True,
        figures=_fates(forecast),
        carried=tuple(as_pairs(filter)),
    )


def delete_many(filter: Filter, forecast: Forecast, back: str) -> Question:
    n = counted(forecast.matching, "dead letter", "dead letters")
    return Question(
        title=f"Delete {n}?",
        what=f"{described(filter)}. One job takes them one after the other: each letter, its job with the payload, and"
        " its attempts are removed. A line in the record remains of each: what it was, its error, by whom and why.",
        undone=f"{FINAL} You can stop it half way, but what was deleted by then is gone.",
        button=f"Delete {n}",
        back=back,
        reason=WHY_DELETE,
        must_say_why=True,
        is_grave=True,
        figures=(
            ("Would be deleted", forecast.matching),
            ("Of these, could be replayed instead", forecast.would_replay),
        ),
        carried=tuple(as_pairs(filter)),
    )


def _fates(forecast: Forecast) -> tuple[tuple[str, int], ...]:
    told = (
        ("Match", forecast.matching),
        ("Would be replayed", forecast.would_replay),
        ("Conflict with a job of the same key", forecast.conflicts),
        ("No longer fit what this release declares", forecast.outdated),
        ("Refused by what they are about", forecast.refused),
    )
    late = ("Of those that would be replayed, not yet asked about: it took too long", forecast.unasked)
    return (*told, late) if forecast.unasked else told
