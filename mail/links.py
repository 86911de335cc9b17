"""Where the button of an email leads.

Links may carry an access token, so they are made when the email is rendered for sending and must never be stored.
"""

from collections.abc import Callable

LINKS: dict[str, Callable[[str], str]] = {}


class NoActionLink(LookupError):
    """Nobody registered where emails about this type of subject lead."""


def register_action_link(subject_type: str, link: Callable[[str], str]) -> None:
    """`link(subject_id)` answers an absolute URL; a second registration for a type is a mistake."""
    if subject_type in LINKS:
        raise ValueError(f"the action link of {subject_type} is registered twice")
    LINKS[subject_type] = link


def action_link(subject_type: str, subject_id: str) -> str:
    try:
        link = LINKS[subject_type]
    except KeyError:
        raise NoActionLink(subject_type) from None
    return link(subject_id)
