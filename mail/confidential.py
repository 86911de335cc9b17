"""What an email says and nobody keeps: a sign-in code, for one.

Asked for at the moment of sending and given to the templates alone; it must never stand in a row, a log or a preview.
"""

from collections.abc import Callable, Mapping

from mail.models import EmailLog

Words = Mapping[str, str]
CONFIDENTIAL: dict[str, tuple[tuple[str, ...], Callable[[str], Words]]] = {}
COVER = "••••••"


def register_confidential(kind: str, names: tuple[str, ...], words: Callable[[str], Words]) -> None:
    """`words(subject_id)` answers the value of each of `names`; a second registration for a kind is a mistake."""
    if kind in CONFIDENTIAL:
        raise ValueError(f"the confidential words of {kind} are registered twice")
    CONFIDENTIAL[kind] = (names, words)


def confidential(email: EmailLog) -> Words:
    """For sending, and for nothing else."""
    names, words = CONFIDENTIAL.get(email.kind, ((), _none))
    told = words(email.subject_id)
    return {name: told[name] for name in names}


def covered(kind: str) -> Words:
    """The same names, for showing."""
    names, _ = CONFIDENTIAL.get(kind, ((), _none))
    return dict.fromkeys(names, COVER)


def _none(subject_id: str) -> Words:
    return {}
