"""What each kind of email is told in its preview: nobody's order, and nothing that ever happened.

A word a kind asks for and that has no sample yet stands as its own name in brackets, so that a new kind shows at once.
"""

from collections.abc import Mapping

from mail.confidential import covered
from mail.kinds import KINDS

_CHECKS = [
    {"label": "Words added", "measured": "14", "limit": "60"},
    {"label": "New links", "measured": "1", "limit": "1"},
    {"label": "Every other paragraph unchanged", "measured": "yes"},
]

WORDS: Mapping[str, object] = {
    "order_ref": "7F3A21",
    "article_title": "How sourdough starters really work",
    "article_language": "en",
    "article_url": "https://desk.example.com/articles/sourdough-starters/",
    "target_url": "https://mill.example.com/flour/stone-ground?from=desk",
    "anchor_text": "stone-ground flour",
    "price": "€ 149.00",
    "before": "A starter feeds on whatever the flour brings with it.",
    "after": "A starter feeds on whatever the flour brings with it, and stone-ground flour brings more of it along.",
    "checks": _CHECKS,
    "reason": "The sentence reads like an advertisement.\nPlease have it say what the flour does for the dough.",
    "refund": True,
    "expired": True,
    "was_live": True,
    "keeps_link": False,
    "trouble": "A payment is disputed",
    "message": "The bank asks for € 149.00 back. Evidence is due by 9 December 2026.",
    "about": "email.send",
    "since": "25 November 2026, 10:02 UTC",
    "times": 3,
    "device": "Firefox on Windows",
    "network": "203.0.113.0",
    "asked_at": "25 November 2026, 10:02 UTC",
    "minutes": 10,
    "days": 3,
    "role": "editor",
    "invited_by": "owner@desk.example",
    "was_told": True,
    "topic": "How sourdough starters really work",
    "description": "What lives in a starter, what it feeds on, and how to read its moods.",
    "again": False,
    "checks_passed": 16,
    "about_line": "An article waits for you",
    "text_lines": ["It passed its review.", "Please read it before noon."],
    "run": 7,
}

_OF_ONE_KIND: Mapping[str, Mapping[str, object]] = {
    "queue_alert": {"trouble": "Failed for good", "message": "send-email in email.send has failed for good: no answer"},
}


def sample(kind: str) -> dict[str, object]:
    """A whole context of the kind, its secrets covered; raises KeyError for what is no kind."""
    told = {name: WORDS.get(name, f"[{name}]") for name in sorted(KINDS[kind])}
    return {**told, **_OF_ONE_KIND.get(kind, {}), **covered(kind)}


def facts(context: Mapping[str, object]) -> dict[str, bool]:
    """Of a context, what is either so or not, and changes what the email says."""
    return {name: value for name, value in context.items() if isinstance(value, bool)}
